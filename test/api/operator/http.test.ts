// Guards the HTTP side of the operator API: REST and its description, bounded bodies, foreign pages, and the files of the page.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BODY_BYTES_MAX } from '../../../src/agent/api/http-body.ts';
import { type ServedOperator, serveOperator } from '../../support/served-operator.ts';

let served: ServedOperator;
let pageDir: string;
beforeEach(async () => {
  pageDir = mkdtempSync(join(tmpdir(), 'synod-page-'));
  served = await serveOperator({ pageDir });
});
afterEach(async () => {
  await served.stop();
  rmSync(pageDir, { recursive: true });
  expect(served.bugs).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly json: () => never;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** With `node:http`, which sends any header and any path as they are. */
function send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Node says the length of a body only for methods that usually have one.
    const isSized = body !== undefined && headers['transfer-encoding'] === undefined;
    const length = isSized ? { 'content-length': String(Buffer.byteLength(body)) } : {};
    const options = { host: '127.0.0.1', port: served.httpPort, path, method, headers: { ...length, ...headers } };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const whole = Buffer.concat(chunks);
        const json = (): never => JSON.parse(whole.toString('utf8')) as never;
        resolve({ status: response.statusCode!, headers: response.headers, body: whole, json });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const sendJson = (method: string, path: string, body: unknown, headers = {}): Promise<Answer> =>
  send(path, { method, headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });

describe('REST', () => {
  test('writes and reads with what curl sends', async () => {
    const put = await sendJson('PUT', '/api/v1/key', { path: '/a', value: { text: 'x' } });
    expect([put.status, put.json()]).toMatchObject([200, { succeeded: true, current: { version: 1 } }]);
    const get = await send('/api/v1/key?path=/a&quorum=local&valueBytesMax=10');
    expect(get.json()).toMatchObject({ item: { value: { text: 'x' } } });
    const level = await send('/api/v1/levels?path=/&limit=5');
    expect(level.json()).toMatchObject({ items: [{ segment: 'a' }], more: false });
    const found = await send('/api/v1/keys/search?mode=path&text=A&ignoreCase=false');
    expect(found.json()).toMatchObject({ items: [] });
    expect((await send('/api/v1/key?path=/a', { method: 'DELETE' })).json()).toMatchObject({ deleted: 1 });
    expect((await sendJson('DELETE', '/api/v1/key', { path: '/a' })).json()).toMatchObject({ deleted: 0 });
    expect((await send('/api/v1/status', { method: 'HEAD' })).body).toHaveLength(0);
  });

  test('refuses with the status of the reason and says the same facts as everywhere', async () => {
    const bad = await send('/api/v1/key?path=nonsense');
    expect([bad.status, bad.json()]).toMatchObject(
      [
        400,
        { code: 'BAD_REQUEST', message: /starts with/, data: { reason: 'INVALID_ARGUMENT', effect: 'not_done' } },
      ].map((part) => (typeof part === 'object' ? { ...part, message: expect.stringMatching(/starts with/) } : part)),
    );
    const future = await send('/api/v1/key?path=/a&revision=99');
    expect([future.status, future.json()]).toMatchObject([400, { data: { reason: 'FUTURE_REVISION' } }]);
    const limit = await send('/api/v1/levels?limit=many');
    expect(limit.json()).toMatchObject({
      message: expect.stringMatching(/^limit: /),
      data: { reason: 'INVALID_ARGUMENT' },
    });
    expect((await send('/api/v1/locks/acquire')).json()).toMatchObject({
      error: {
        reason: 'NOT_FOUND',
        message: expect.stringMatching(/no GET \/api\/v1\/locks\/acquire: .*openapi.json/),
      },
    });
    expect((await send('/rpc/keys/nothing', { method: 'POST' })).status).toBe(404);
    expect((await send('/rpc/keys/put', { method: 'PUT' })).status).toBe(405);
  });

  test('a write is never done by a GET', async () => {
    const data = encodeURIComponent(JSON.stringify({ json: { path: '/a', value: { text: 'x' } } }));
    expect((await send(`/rpc/keys/put?data=${data}`)).status).toBe(405);
    expect((await send('/api/v1/key?path=/a')).json()).toMatchObject({ item: null });
  });

  test('streams events until the reader goes away', async () => {
    const events = await new Promise<string>((resolve, reject) => {
      const url = `${served.url}/api/v1/watch?prefix=/&fromRevision=1`;
      const sent = request(url, (response) => {
        expect(response.headers['content-type']).toBe('text/event-stream');
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (!text.includes('/streamed')) return;
          resolve(text);
          sent.destroy();
        });
      });
      sent.on('error', reject);
      sent.end();
      void sendJson('PUT', '/api/v1/key', { path: '/streamed', value: { text: 'x' } });
    });
    expect(events).toMatch(/event: message/);
    await expect.poll(() => served.cell.watcherCount).toBe(0);
    await expect.poll(() => served.observability.inFlight.count).toBe(0);
  });
});

describe('a body', () => {
  test('that is too large is refused before it is in memory, whether it says so or not', async () => {
    const body = Buffer.alloc(BODY_BYTES_MAX + 1, 0x20);
    const declared = await send('/api/v1/key', { method: 'PUT', headers: JSON_TYPE, body });
    expect([declared.status, declared.json()]).toMatchObject([
      413,
      { error: { message: expect.stringMatching(/at most/) } },
    ]);
    const chunked = { ...JSON_TYPE, 'transfer-encoding': 'chunked' };
    expect((await send('/rpc/keys/put', { method: 'POST', headers: chunked, body })).status).toBe(413);
    expect((await send('/api/v1/status')).status).toBe(200);
  });

  test('that is no JSON, or says that it is something else, is refused as such', async () => {
    const garbage = await send('/api/v1/key', { method: 'PUT', headers: JSON_TYPE, body: '{"path":' });
    expect([garbage.status, garbage.json()]).toMatchObject([
      400,
      { error: { message: expect.stringMatching(/not JSON/) } },
    ]);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const form = {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{"json":{"path":"/a","value":{"text":"x"}}}',
      };
      expect((await send('/rpc/keys/put', form)).status).toBe(415);
    }
  });

  test('with a field named __proto__ is refused like every unknown one, and pollutes nothing', async () => {
    const body =
      '{"path":"/p","value":{"text":"x"},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    expect((await send('/api/v1/key', { method: 'PUT', headers: JSON_TYPE, body })).status).toBe(400);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('a page of another origin', () => {
  const own = () => `http://127.0.0.1:${served.httpPort}`;

  test.each(['/', '/index.html', '/healthz', '/metrics', '/api/openapi.json', '/api/v1/status', '/rpc/cell/status'])(
    'gets nothing from %s',
    async (path) => {
      for (const origin of [
        'http://evil.example',
        'null',
        `https://127.0.0.1:${served.httpPort}`,
        'http://127.0.0.1:1',
      ]) {
        const answer = await send(path, { headers: { origin } });
        expect([origin, answer.status, answer.json()]).toMatchObject([
          origin,
          403,
          { error: { reason: 'FOREIGN_ORIGIN' } },
        ]);
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      }
      for (const site of ['cross-site', 'same-site']) {
        expect([site, (await send(path, { headers: { 'sec-fetch-site': site } })).status]).toEqual([site, 403]);
      }
      expect((await send(path, { headers: { host: 'evil.example' } })).status).toBe(403);
    },
  );

  test('our own page, and programs without an origin, get answers', async () => {
    expect((await send('/api/v1/status', { headers: { origin: own(), 'sec-fetch-site': 'same-origin' } })).status).toBe(
      200,
    );
    const status = await send('/api/v1/status', { headers: { 'sec-fetch-site': 'none' } });
    expect([status.status, status.headers['cross-origin-resource-policy']]).toEqual([200, 'same-origin']);
    expect((await sendJson('POST', '/rpc/cell/status', {}, { origin: own() })).status).toBe(200);
  });

  test('may link to the dashboard, and to nothing else', async () => {
    writeFileSync(join(pageDir, 'index.html'), '<!doctype html>');
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await send('/', { headers: link })).status).toBe(200);
    expect((await send('/', { headers: { ...link, 'sec-fetch-site': 'same-site' } })).status).toBe(200);
    expect((await send('/api/v1/status', { headers: link })).status).toBe(403);
    expect((await send('/', { headers: { ...link, 'sec-fetch-dest': 'iframe' } })).status).toBe(403);
  });
});

describe('the description of the API', () => {
  interface Operation {
    readonly operationId: string;
    readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
    readonly requestBody?: {
      readonly content: { readonly 'application/json': { readonly schema: { readonly properties: unknown } } };
    };
    readonly responses: Readonly<Record<string, unknown>>;
  }

  test('is a valid OpenAPI 3.1 document', async () => {
    const document = (await send('/api/openapi.json')).json() as {
      readonly openapi: string;
      readonly info: { readonly title: string; readonly version: string };
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    };
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: expect.any(String), version: '0.1.0' });
    const ids: string[] = [];
    for (const [path, operations] of Object.entries(document.paths)) {
      expect(path).toMatch(/^\//);
      for (const [method, operation] of Object.entries(operations)) {
        expect(['get', 'post', 'put', 'delete']).toContain(method);
        ids.push(operation.operationId);
        expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
        const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
        const named = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
        expect(declared.map(({ name }) => name).sort()).toEqual(named.sort());
        expect(declared.every(({ required }) => required === true)).toBe(true);
      }
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.paths['/key']?.put?.requestBody?.content['application/json'].schema.properties).toMatchObject({
      path: { examples: ['/jobs/1'] },
      value: { examples: [{ text: 'ready' }, { base64: 'AAEC' }] },
    });
    expect(ids).toEqual(
      expect.arrayContaining(['cell.view', 'keys.compareAndWrite', 'requests.issue', 'messages.query']),
    );
    for (const reference of references(document)) {
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>(
          (at, part) => (at as Record<string, unknown>)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')],
          document,
        );
      expect([reference, target]).not.toContain(undefined);
    }
  });

  function references(value: unknown): string[] {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, field]) =>
      name === '$ref' && typeof field === 'string' ? [field] : references(field),
    );
  }
});

describe('the page', () => {
  const script = `console.log(${JSON.stringify('x'.repeat(5_000))});`;
  const build = (): void => {
    writeFileSync(
      join(pageDir, 'index.html'),
      '<!doctype html><script type="module" src="./assets/main-1a2b.js"></script>',
    );
    mkdirSync(join(pageDir, 'assets'), { recursive: true });
    writeFileSync(join(pageDir, 'assets', 'main-1a2b.js'), script);
    writeFileSync(join(pageDir, 'assets', 'inter-3c4d.woff2'), Buffer.alloc(5_000, 1));
    mkdirSync(join(pageDir, 'assets', 'folder'), { recursive: true });
    for (const file of ['secret.txt', 'assets/.hidden', 'assets/folder/secret.txt', 'assets/..\\secret.txt']) {
      writeFileSync(join(pageDir, file), 'secret');
    }
  };

  test('says how it is built as long as it is not, and comes without a restart once it is', async () => {
    const missing = await send('/');
    expect([missing.status, missing.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8']);
    expect(missing.body.toString()).toMatch(/tools\/build\.mjs/);
    build();
    const page = await send('/');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await send('/index.html')).body).toEqual(page.body);
  });

  test('may load nothing from elsewhere and be put into no frame', async () => {
    build();
    const { headers } = await send('/');
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });

  test('is kept by browsers as long as it is the same', async () => {
    build();
    const { headers } = await send('/');
    expect(headers['cache-control']).toBe('no-cache');
    const again = { headers: { 'if-none-match': String(headers.etag) } };
    expect((await send('/', again)).status).toBe(304);
    writeFileSync(join(pageDir, 'index.html'), 'another');
    expect((await send('/', again)).status).toBe(200);
    expect((await send('/assets/main-1a2b.js')).headers['cache-control']).toMatch(/immutable/);
  });

  test('is compressed as the browser likes it', async () => {
    build();
    const as = (encoding: string) => send('/assets/main-1a2b.js', { headers: { 'accept-encoding': encoding } });
    const br = await as('gzip, deflate, br');
    expect([br.headers['content-encoding'], brotliDecompressSync(br.body).toString()]).toEqual(['br', script]);
    const gzip = await as('gzip;q=1.0, br;q=0');
    expect([gzip.headers['content-encoding'], gunzipSync(gzip.body).toString()]).toEqual(['gzip', script]);
    const plain = await as('identity');
    expect([plain.headers['content-encoding'], plain.body.toString()]).toEqual([undefined, script]);
    const font = await send('/assets/inter-3c4d.woff2', { headers: { 'accept-encoding': 'br' } });
    expect([font.headers['content-encoding'], font.headers['content-type']]).toEqual([undefined, 'font/woff2']);
  });

  test.each([
    '/assets/../secret.txt',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/assets/..\\secret.txt',
    '/assets/main-1a2b.js/',
    '/assets/.hidden',
    '/assets/folder/secret.txt',
    '/assets/',
    '/secret.txt',
    '/assets/nothing.js',
  ])('nothing but its own files is given out: %s', async (path) => {
    build();
    const answer = await send(path);
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ error: { reason: 'NOT_FOUND' } });
  });
});
