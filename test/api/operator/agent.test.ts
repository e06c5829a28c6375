// Guards the operator API of real agents: over HTTP and over a window's port, and writes under one key through two agents of a cell.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink as HttpLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import { afterEach, expect, test } from 'vitest';
import { type Agent, type AgentOptions, type AppPort, createAgent, serveWindow } from '../../../src/agent/index.ts';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { PAGE_RECEIVED } from '../../../src/contract/window.ts';
import { SILENT_LOGGER } from '../../support/served-api.ts';
import { refusalOf } from '../../support/served-operator.ts';

/** Several times as many as may be on their way to a window. */
const WRITES = 200;

const agents: Agent[] = [];
const directories: string[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0).reverse()) await agent.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

async function start(options: Partial<AgentOptions> = {}): Promise<Agent> {
  const stateDir = mkdtempSync(join(tmpdir(), 'synod-operator-'));
  directories.push(stateDir);
  const addresses = { grpcAddr: '127.0.0.1:0', httpAddr: '127.0.0.1:0' };
  const agent = await createAgent({ stateDir, ...addresses, logger: SILENT_LOGGER, ...options });
  agents.push(agent);
  await expect.poll(() => agent.name, { timeout: 10_000 }).not.toBe('');
  return agent;
}

const over = (agent: Agent, headers: Readonly<Record<string, string>> = {}): OperatorClient =>
  createORPCClient(new HttpLink({ url: `http://${agent.httpAddress}/rpc`, headers }));

const app: AppPort = {
  state: () => ({ host: 'app', phase: 'choosing', message: '', stateDir: '', version: '0.1.0', link: null }),
  onState: () => () => undefined,
  begin: async () => undefined,
  dismissLink: () => undefined,
  openDashboard: async () => undefined,
};

test('a window asks its agent over its port, and only about the app before there is one', async () => {
  let agent: Agent | undefined;
  const { port1, port2 } = new MessageChannel();
  serveWindow(port1, { agent: () => agent, app });
  port2.start();
  const window: OperatorClient = createORPCClient(new PortLink({ port: port2 }));
  expect(await window.app.state()).toMatchObject({ phase: 'choosing' });
  expect((await refusalOf(window.cell.status())).data.reason).toBe('AGENT_NOT_STARTED');
  agent = await start();
  expect(await window.cell.status()).toMatchObject({ agentId: agent.agentId, name: agent.name, state: 'leader' });
  const put = await window.keys.put({ path: '/a', value: { text: 'x' } });
  expect(await over(agent).keys.get({ path: '/a' })).toMatchObject({ item: { value: { text: 'x' } } });
  expect((await window.journal.entry({ slot: put.slot })).paths).toEqual(['/a']);
  expect((await window.keys.levelIndex({})).count).toBe(1);
  expect((await window.keys.deleted({})).items).toEqual([]);
  expect((await window.settings.list()).settings.length).toBeGreaterThan(10);
  expect((await window.runtime.facts()).pid).toBe(process.pid);
  port1.close();
});

test('a window that stands still is waited for: what it watches does not pile up on the way, and nothing is lost', async () => {
  const agent = await start();
  const { port1, port2 } = new MessageChannel();
  serveWindow(port1, { agent: () => agent, app });
  let received = 0;
  let standsStill = false;
  const say = (): void => port2.postMessage(`${PAGE_RECEIVED}${received}`);
  port2.addEventListener('message', () => {
    received += 1;
    if (!standsStill) say();
  });
  port2.start();
  const window: OperatorClient = createORPCClient(new PortLink({ port: port2 }));
  const stop = new AbortController();
  const watch = async (client: OperatorClient): Promise<AsyncIterator<{ changes: unknown[]; revision: number }>> =>
    (await client.keys.watch({ prefix: '/many' }, { signal: stop.signal }))[Symbol.asyncIterator]();
  const read = async (watching: Awaited<ReturnType<typeof watch>>, count: number): Promise<number> => {
    let seen = 0;
    while (seen < count) seen += (await watching.next()).value!.changes.length;
    return seen;
  };
  const watched = await watch(window);
  const program = over(agent);
  const elsewhere = await watch(program);
  standsStill = true;
  const before = received;
  for (let at = 0; at < WRITES; at += 1) await program.keys.put({ path: `/many/${at}`, value: { text: 'x' } });
  // Whoever reads on has been told everything.
  expect(await read(elsewhere, WRITES)).toBe(WRITES);
  expect(received - before).toBeLessThan(WRITES / 2);
  standsStill = false;
  say();
  expect(await read(watched, WRITES)).toBe(WRITES);
  stop.abort();
  port1.close();
});

test('an agent that was started read-only says so, and refuses on every transport', async () => {
  const agent = await start({ readOnly: true });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ path: '/a', value: { text: 'x' } });
  const rest = await fetch(`http://${agent.httpAddress}/api/v1/key`, { method: 'PUT', headers, body });
  expect([rest.status, await rest.json()]).toMatchObject([403, { data: { reason: 'READ_ONLY' } }]);
  expect((await over(agent).cell.status()).readOnly).toBe(true);
  expect((await refusalOf(over(agent).cell.setReadOnly({ readOnly: false }))).data.reason).toBe('READ_ONLY');
});

test('a write under one key through two agents of a cell, and after a restart, happens once', async () => {
  const ada = await start();
  const bruno = await start({ peers: [ada.grpcAddress] });
  const key = { 'idempotency-key': '5b0c' };
  const put = { path: '/once', value: { text: 'x' } };
  const [first, second] = await Promise.all([over(ada, key).keys.put(put), over(bruno, key).keys.put(put)]);
  expect(second).toEqual(first);
  expect(await over(bruno, key).keys.put(put)).toEqual(first);
  const other = await refusalOf(over(bruno, key).keys.put({ ...put, value: { text: 'y' } }));
  expect(other.data.reason).toBe('IDEMPOTENCY_KEY_REUSED');

  const { stateDir } = bruno;
  await bruno.close();
  agents.splice(agents.indexOf(bruno), 1);
  const again = await start({ stateDir });
  // What it remembered itself is gone with the process.
  await expect.poll(async () => (await over(again).cell.status()).writable, { timeout: 10_000 }).toBe(true);
  expect(await over(again, key).keys.put(put)).toEqual(first);
  expect((await over(again).keys.get({ path: '/once' })).item?.version).toBe(1);
  const { participants } = await over(again).cell.view({ quorum: 'majority' });
  expect(participants.map(({ name, isSelf }) => [name, isSelf]).sort()).toEqual(
    [
      [ada.name, false],
      [again.name, true],
    ].sort(),
  );
});
