// Guards what REST takes from an address: the key that is meant, numbers and switches that are some, or a refusal.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServedOperator, serveOperator } from '../../support/served-operator.ts';

let served: ServedOperator;
beforeEach(async () => {
  served = await serveOperator();
});
afterEach(async () => {
  await served.stop();
  expect(served.bugs).toEqual([]);
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(`${served.url}${path}`, init);
  return { status: answer.status, body: await answer.json() };
}

const put = (path: string): Promise<Answer> =>
  send('/api/v1/key', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path, value: { text: 'x' } }),
  });

test('a key in a query is the key that is meant, or refused', async () => {
  await put('/ü b+c%20');
  const encoded = encodeURIComponent('/ü b+c%20');
  expect((await send(`/api/v1/key?path=${encoded}`)).body).toMatchObject({ item: { version: 1 } });
  await put('/\ufffd');
  expect((await send('/api/v1/key?path=/%EF%BF%BD')).body).toMatchObject({ item: { version: 1 } });
  for (const query of ['path=/%ff', 'path=/a&path=/%EF%BF%BD', 'path=/%ef%bf%bd%ff']) {
    for (const method of ['GET', 'DELETE']) {
      const refused = await send(`/api/v1/key?${query}`, { method });
      expect([query, refused.status]).toEqual([query, 400]);
    }
  }
  expect((await send('/api/v1/key?path=/%EF%BF%BD')).body).toMatchObject({ item: { version: 1 } });
});

test('numbers and switches in a query are what they say, or refused', async () => {
  await put('/n');
  const off = await send('/api/v1/keys?prefix=/&keysOnly=false&limit=1');
  expect(off.body).toMatchObject({ items: [{ value: { text: 'x' } }] });
  for (const [path, field] of [
    ['/levels?limit=abc', 'limit'],
    ['/levels?limit=', 'limit'],
    ['/levels?limit=1e1', 'limit'],
    ['/levels?limit=0', 'limit'],
    ['/levels?limit=2.5', 'limit'],
    ['/key?path=/n&revision=-1', 'revision'],
    ['/keys/search?mode=path&text=a&system=no', 'system'],
    ['/keys/search?mode=path&text=a&ignoreCase=', 'ignoreCase'],
    ['/runtime?sinceMs=NaN', 'sinceMs'],
  ]) {
    const refused = await send(`/api/v1${path}`);
    expect([path, refused.status]).toEqual([path, 400]);
    expect(refused.body).toMatchObject({ message: expect.stringMatching(new RegExp(`^${field}: `)) });
  }
  for (const count of ['', 'null', 'abc', '1.5', '0x1']) {
    const refused = await send(`/api/v1/keys?path=/n&expectedCount=${count}`, { method: 'DELETE' });
    expect([count, refused.status]).toEqual([count, 400]);
  }
  expect((await send('/api/v1/key?path=/n')).body).toMatchObject({ item: { version: 1 } });
});

test('a guard that is misspelt is refused, not ignored', async () => {
  await put('/n');
  for (const path of ['/api/v1/keys?path=/n&expectedcount=7', '/api/v1/key?path=/n&expect=1']) {
    const refused = await send(path, { method: 'DELETE' });
    expect([path, refused.status]).toEqual([path, 400]);
    expect(refused.body).toMatchObject({ message: expect.stringMatching(/expect/) });
  }
  expect((await send('/api/v1/key?path=/n')).body).toMatchObject({ item: { version: 1 } });
});

test('a mistake is told in plain words, with the field that it is in', async () => {
  const told = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send(`/api/v1${path}`, { method, ...(body && { headers, body: JSON.stringify(body) }) });
    expect(answer).toMatchObject({ status: 400, body: { data: { reason: 'INVALID_ARGUMENT' } } });
    return (answer.body as { readonly message: string }).message;
  };
  const value = { text: 'x' };
  expect(await told('GET', '/key')).toBe('path: missing, a text is needed');
  expect(await told('GET', '/key?path=/n&quorum=most')).toBe('quorum: must be one of local, majority, all');
  expect(await told('GET', '/levels?limit=abc')).toBe('limit: must be a number');
  expect(await told('PUT', '/key', { path: '/n', value: 'x' })).toBe('value: must be an object');
  expect(await told('PUT', '/key', { path: '/n', value, vesion: 3 })).toBe('the request: there is no "vesion" in it');
  expect(await told('POST', '/locks/acquire', { path: '/n/_lockable' })).toBe(
    'as.sessionId: missing, a text is needed',
  );
  expect(await told('POST', '/counters/increment', { path: '/n', by: 1.5 })).toBe('by: must be a whole number');
});
