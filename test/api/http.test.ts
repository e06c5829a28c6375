// Guards the HTTP side: health and metrics, clear JSON errors, and that a foreign web page gets nothing.
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HttpRoutes } from '../../src/agent/api/http-routes.ts';
import { HttpServer, sendJson } from '../../src/agent/api/http-server.ts';
import { CellError } from '../../src/agent/host/cell-port.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';
import { put } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function fetchPath(path: string, options: { method?: string; host?: string; port?: number } = {}): Promise<Answer> {
  const { method = 'GET', host, port = served.httpPort } = options;
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, setHost: host === undefined },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode!, headers: response.headers, body });
        });
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

test('/healthz says what this agent is, and answers 200 also without a majority', async () => {
  const healthy = await fetchPath('/healthz');
  expect(healthy.status).toBe(200);
  expect(JSON.parse(healthy.body)).toMatchObject({ name: 'Ada', role: 'leader', writable: true, reason: '' });
  served.cell.setUnwritable('no majority answers');
  const readOnly = await fetchPath('/healthz');
  expect(readOnly.status).toBe(200);
  expect(JSON.parse(readOnly.body)).toMatchObject({ writable: false, reason: 'no majority answers' });
  served.api.drain('this agent is shutting down');
  const ending = await fetchPath('/healthz');
  expect(ending.status).toBe(503);
  expect(JSON.parse(ending.body)).toMatchObject({ writable: false, reason: 'this agent is shutting down' });
});

test('/metrics is Prometheus text that counts what was done', async () => {
  await put(served, '/a', '1');
  served.observability.host.fsynced(0.3);
  const { status, headers, body } = await fetchPath('/metrics');
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const line of body.split('\n')) {
    expect(line).toMatch(
      /^(|# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+)$/,
    );
  }
  expect(body).toMatch(/^synod_calls_total\{method="Put",status="OK"\} 1$/m);
  expect(body).toMatch(/^synod_fsync_duration_seconds_bucket\{le="\+Inf"\} 1$/m);
  expect(body).toMatch(/^process_resident_memory_bytes [1-9]/m);
});

test('the buckets of a histogram only grow and end at the count', async () => {
  for (const ms of [0.05, 0.2, 3, 3, 700]) served.observability.host.committed(ms, 1);
  const { body } = await fetchPath('/metrics');
  const counts = [...body.matchAll(/synod_commit_duration_seconds_bucket\{le="[^"]+"\} (\d+)/g)].map(([, n]) =>
    Number(n),
  );
  expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  expect(counts[0]).toBe(1);
  expect(counts.at(-1)).toBe(5);
});

test('what is not there, and what is asked in the wrong way, gets clear JSON', async () => {
  const missing = await fetchPath('/nothing/here');
  expect([missing.status, JSON.parse(missing.body).error.reason]).toEqual([404, 'NOT_FOUND']);
  const wrong = await fetchPath('/healthz', { method: 'POST' });
  expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET']);
  const head = await fetchPath('/healthz', { method: 'HEAD' });
  expect([head.status, head.body]).toEqual([200, '']);
});

describe('the name under which it is called', () => {
  test.each(['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', 'synod.localhost', '192.168.1.7'])(
    '%s is accepted',
    async (name) => {
      expect((await fetchPath('/healthz', { host: `${name}:8081` })).status).toBe(200);
    },
  );

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', ''])('%s is refused', async (name) => {
    const answer = await fetchPath('/healthz', { host: name });
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body).error.reason).toBe('FOREIGN_HOST');
  });
});

test('a port that is taken is refused, and the same server can then be put elsewhere', async () => {
  const server = new HttpServer({ routes: [], allowedHosts: [], onBug: () => undefined });
  await expect(server.listen('127.0.0.1', served.httpPort)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const port = await server.listen('127.0.0.1', 0);
  expect((await fetchPath('/', { port })).status).toBe(404);
  await server.stop();
});

test('what a route throws becomes the status of its reason; a bug says nothing about the inside', async () => {
  const bugs: string[] = [];
  const server = new HttpServer({
    routes: [
      {
        method: 'GET',
        path: '/refused',
        handle: () => {
          throw new CellError('COMPACTED', 'too old');
        },
      },
      { method: 'GET', path: '/bug', handle: () => Promise.reject(new Error('secret')) },
      { method: 'GET', path: '/files/*', handle: ({ response, url }) => sendJson(response, 200, url.pathname) },
    ],
    allowedHosts: [],
    onBug: (error) => bugs.push(error.message),
  });
  const port = await server.listen('127.0.0.1', 0);
  const refusal = await fetchPath('/refused', { port });
  expect([refusal.status, JSON.parse(refusal.body).error]).toEqual([410, { reason: 'COMPACTED', message: 'too old' }]);
  const bug = await fetchPath('/bug', { port });
  expect(bug.status).toBe(500);
  expect(bug.body).not.toMatch(/secret/);
  expect(bugs).toEqual(['secret']);
  expect(JSON.parse((await fetchPath('/files/a/b?c=d', { port })).body)).toBe('/files/a/b');
  await server.stop();
});

test('longer patterns win over shorter ones, exact paths over patterns', () => {
  const handle = (): void => undefined;
  const routes = new HttpRoutes([
    { method: 'GET', path: '/*', handle },
    { method: 'GET', path: '/api/*', handle },
    { method: 'POST', path: '/api/*', handle },
    { method: 'GET', path: '/api/health', handle },
  ]);
  expect(routes.find('/api/health').map(({ path }) => path)).toEqual(['/api/health']);
  expect(routes.find('/api/x').map(({ method }) => method)).toEqual(['GET', 'POST']);
  expect(routes.find('/index.html').map(({ path }) => path)).toEqual(['/*']);
});
