/**
 * Guards the agent against other people's web pages in the same browser: a page of a foreign origin can neither read nor
 * change anything, whether it asks outright, by a form, in a frame, or under a name that was made to point to the agent.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CellInProcess, type Dashboard, Windows, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(1));
const agent = () => cell().agents[0]!;

let foreign: Server;

beforeAll(async () => {
  foreign = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      '<!doctype html><html lang="en"><title>Elsewhere</title><link rel="icon" href="data:,"><body></body></html>',
    );
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  foreign.close();
});

/** Another port of the same machine is another origin. */
const foreignUrl = () => `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/`;

async function elsewhere(): Promise<Dashboard> {
  const dashboard = await windows.blank(agent());
  // The browser tells the page's console what it refused; that is what is wanted here.
  dashboard.allow(/./);
  await dashboard.page.goto(foreignUrl());
  return dashboard;
}

/** What a script of the foreign page gets: the status, or the name of the error. */
function ask(dashboard: Dashboard, path: string, init: object): Promise<string> {
  const asked = `fetch(${JSON.stringify(agent().url + path)}, ${JSON.stringify(init)})`;
  return dashboard.page.evaluate<string>(`${asked}.then((answer) => String(answer.status), (error) => error.name)`);
}

const json = { 'content-type': 'application/json' };
const PUT = JSON.stringify({ path: '/foreign', value: { text: 'written from elsewhere' } });
const RPC_PUT = JSON.stringify({ json: { path: '/foreign', value: { text: 'written from elsewhere' } } });

test('a page of another origin can read nothing', async () => {
  const dashboard = await elsewhere();
  for (const path of ['/', '/api/v1/status', '/api/openapi.json', '/metrics', '/healthz']) {
    expect(await ask(dashboard, path, {}), path).toBe('TypeError');
  }
  expect(await ask(dashboard, '/rpc/cell/status', { method: 'POST', headers: json, body: '{}' })).toBe('TypeError');
});

test('a page of another origin can change nothing, not even without reading the answer', async () => {
  const dashboard = await elsewhere();
  await ask(dashboard, '/api/v1/key', { method: 'PUT', headers: json, body: PUT });
  // What browsers send without asking first: simple requests, whose answers stay hidden but which arrive.
  const simple = { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' } };
  await ask(dashboard, '/rpc/keys/put', { ...simple, body: RPC_PUT });
  await ask(dashboard, '/api/v1/key', { ...simple, body: PUT });
  expect((await agent().client.get('/foreign')).item).toBeUndefined();
});

test('a form of another origin can change nothing', async () => {
  const dashboard = await elsewhere();
  const answer = dashboard.page.waitForResponse((response) => response.url().startsWith(agent().url));
  await dashboard.page.evaluate(`
    const form = document.createElement('form');
    form.method = 'POST';
    form.enctype = 'text/plain';
    form.action = ${JSON.stringify(`${agent().url}/rpc/keys/put`)};
    const field = document.createElement('input');
    field.name = ${JSON.stringify(RPC_PUT.slice(0, -1))} + ', "x": "';
    field.value = '"}';
    form.append(field);
    document.body.append(form);
    form.submit();
  `);
  expect((await answer).status()).toBe(403);
  expect((await agent().client.get('/foreign')).item).toBeUndefined();
});

test('a page of another origin cannot show the dashboard in a frame', async () => {
  const dashboard = await elsewhere();
  dashboard.allow(/403/);
  // It does not come to what the policy of the page says: the agent gives no page to a frame of somebody else.
  const answer = dashboard.page.waitForResponse((response) => response.url().startsWith(agent().url));
  await dashboard.page.evaluate(`
    const frame = document.createElement('iframe');
    frame.src = ${JSON.stringify(agent().url)};
    document.body.append(frame);
  `);
  expect((await answer).status()).toBe(403);
  expect(await dashboard.page.frameLocator('iframe').getByText('Synod').count()).toBe(0);
});

test('a name that was made to point to the agent gets no answer from it', async () => {
  // What rebinding of names comes to: for the browser it is one origin, and its name now leads here.
  const rebound = new Windows(['--host-resolver-rules=MAP rebound.example 127.0.0.1']);
  await rebound.start();
  try {
    const dashboard = await rebound.blank(agent());
    const response = await dashboard.page.goto(agent().url.replace('127.0.0.1', 'rebound.example'));
    expect(response!.status()).toBe(403);
    expect(await response!.text()).toContain('FOREIGN_HOST');
    const status = await dashboard.page.evaluate<number>(
      `fetch('/api/v1/status').then((answer) => answer.status, () => 0)`,
    );
    expect(status).toBe(403);
  } finally {
    await rebound.closeAll(undefined);
    await rebound.stop();
  }
});

test('the dashboard itself works under the names of this machine', async () => {
  const local = { ...agent(), url: agent().url.replace('127.0.0.1', 'localhost') };
  const dashboard = await windows.open(local);
  await dashboard.heading('Overview').waitFor();
});

test('the same requests from the own page are answered and do write: what is refused above is refused for its origin', async () => {
  const dashboard = await windows.open(agent());
  expect(await ask(dashboard, '/api/v1/status', {})).toBe('200');
  expect(await ask(dashboard, '/api/v1/key', { method: 'PUT', headers: json, body: PUT })).toBe('200');
  expect((await agent().client.get('/foreign')).item?.version).toBe(1);
  expect(await ask(dashboard, '/rpc/keys/put', { method: 'POST', headers: json, body: RPC_PUT })).toBe('200');
  expect((await agent().client.get('/foreign')).item?.version).toBe(2);
});
