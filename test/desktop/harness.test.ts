/**
 * Guards the harness of the browser tests: whatever goes wrong in a page without being looked at is noticed, and so is
 * what people with a screen reader could not use.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Windows } from './dashboard.ts';
import type { ServedAgent } from './support/served-cell.ts';

let server: Server | undefined;
const windows = new Windows();

afterEach(async () => {
  await windows.closeAll(undefined);
  await windows.stop();
  server?.close();
});

async function serve(body: string): Promise<string> {
  server = createServer(({ url }, response) => {
    response.statusCode = url === '/missing' ? 418 : 200;
    response.setHeader('content-security-policy', "default-src 'self'; connect-src *");
    response.setHeader('content-type', url?.endsWith('.js') ? 'text/javascript' : 'text/html');
    response.end(url === '/' ? `<!doctype html><html lang="en"><title>Page</title><main>${body}</main></html>` : '');
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function shown(body: string) {
  await windows.start();
  const dashboard = await windows.blank({} as ServedAgent);
  await dashboard.page.goto(await serve(body));
  return dashboard;
}

test('what goes wrong unseen is noticed, unless it was allowed', async () => {
  const dashboard = await shown('<h1>Hello</h1><script>1</script>');
  await dashboard.page.evaluate(`console.error('complained')`);
  await dashboard.page.evaluate(`setTimeout(() => { throw new Error('thrown') })`);
  await dashboard.page.evaluate(`fetch('/missing')`);
  await dashboard.page.evaluate(`fetch('http://127.0.0.1:1/').catch(() => {})`);
  const expected = ['CSP violation: script-src-elem', 'complained', 'page error: Error: thrown', 'answer 418: GET'];
  for (const trouble of [...expected, 'request failed: GET http://127.0.0.1:1/']) {
    await expect.poll(() => dashboard.troubles.unexpected.some((seen) => seen.includes(trouble))).toBe(true);
  }
  dashboard.allow(/./);
  expect(dashboard.troubles.unexpected).toEqual([]);
  expect(await windows.closeAll(undefined)).toEqual([]);
});

test('serious findings of axe are found', async () => {
  const dashboard = await shown('<h1>Hello</h1><button></button>');
  await expect(dashboard.expectAccessible()).rejects.toThrow(/button-name/);
});

test('a page without fault passes', async () => {
  const dashboard = await shown('<h1>Hello</h1><button>Go</button>');
  await dashboard.expectAccessible();
  expect(await windows.closeAll(undefined)).toEqual([]);
});
