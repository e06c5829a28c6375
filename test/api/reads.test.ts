// Guards the reading methods over real gRPC: what is returned, from which quorum, at which revision, page by page.
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  HistoryRequest,
  ListLevelRequest,
  ReadPrefixRequest,
  ReadQuorum,
  ReadRequest,
} from '../../src/gen/synod/v1/user.ts';
import { ask, detailOf, type ServedApi, serveApi } from '../support/served-api.ts';
import { bytes, must, put, refused, text } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

const read = (partial: Parameters<typeof ReadRequest.fromPartial>[0]) =>
  ask(served.client, served.client.read, ReadRequest.fromPartial(partial));
const readPrefix = (partial: Parameters<typeof ReadPrefixRequest.fromPartial>[0]) =>
  ask(served.client, served.client.readPrefix, ReadPrefixRequest.fromPartial(partial));

test('a key that was put is read with its version, revisions and slot', async () => {
  const first = await put(served, '/jobs/1', 'one');
  const second = await put(served, '/jobs/1', 'two');
  const { item, slot, revision } = must(await read({ key: bytes('/jobs/1') }));
  expect(text(item!.value)).toBe('two');
  expect(item).toMatchObject({ version: 2, createRevision: first.revision, modRevision: second.revision, leaseId: '' });
  expect(slot).toBeGreaterThanOrEqual(second.slot);
  expect(revision).toBe(second.revision);
});

test('a key that does not exist is an answer without an item, not an error', async () => {
  expect(must(await read({ key: bytes('/nothing') })).item).toBeUndefined();
});

test('keys and values are bytes: neither UTF-8 nor emptiness is expected of them', async () => {
  const key = Buffer.concat([bytes('/é/'), Buffer.of(0xff, 0xfe)]);
  await put(served, key, Buffer.of(0, 255, 128));
  const { item } = must(await read({ key }));
  expect([...item!.key]).toEqual([...key]);
  expect([...item!.value]).toEqual([0, 255, 128]);
});

test('the quorum of a read is majority unless another one is asked for', async () => {
  await read({ key: bytes('/a') });
  expect(served.cell.barriers.at(-1)).toMatchObject({ quorum: 'majority' });
  await read({ key: bytes('/a'), options: { quorum: ReadQuorum.ALL, minSlot: 1 } });
  expect(served.cell.barriers.at(-1)).toMatchObject({ quorum: 'all', minSlot: 1 });
});

test('a LOCAL read waits only for a slot that the client has seen and this agent has not', async () => {
  const { slot } = await put(served, '/a', '1');
  must(await read({ key: bytes('/a'), options: { quorum: ReadQuorum.LOCAL, minSlot: slot } }));
  expect(served.cell.barriers).toHaveLength(0);
  const late = refused(await read({ key: bytes('/a'), options: { quorum: ReadQuorum.LOCAL, minSlot: slot + 10 } }));
  expect(served.cell.barriers.at(-1)).toMatchObject({ quorum: 'local', minSlot: slot + 10 });
  expect(detailOf(late).reason).toBe('TIMEOUT');
});

test('an old revision is read as it was', async () => {
  const { revision } = await put(served, '/a', 'old');
  await put(served, '/a', 'new');
  expect(text(must(await read({ key: bytes('/a'), revision })).item!.value)).toBe('old');
});

test('a revision below the floor is refused with the floor, one in the future as such', async () => {
  await put(served, '/a', '1');
  const { revision } = await put(served, '/a', '2');
  served.cell.execute({ kind: 'openSession', sessionId: 's', ttlMs: 10_000, owner: '' });
  await served.cell.write({ kind: 'compact', floor: revision }, { quorum: 'majority', timeoutMs: 1_000 });
  const compacted = detailOf(refused(await read({ key: bytes('/a'), revision: revision - 1 })));
  expect(compacted).toMatchObject({ reason: 'COMPACTED', floor: revision, code: 11 });
  const future = detailOf(refused(await readPrefix({ prefix: bytes('/'), revision: revision + 5 })));
  expect(future.reason).toBe('FUTURE_REVISION');
});

test('a prefix is listed in byte order, with the count of all and a sign that more follows', async () => {
  for (const key of ['/a/2', '/a/10', '/a/1', '/b/1']) await put(served, key, key);
  const page = must(await readPrefix({ prefix: bytes('/a/'), limit: 2 }));
  expect(page.items.map((item) => text(item.key))).toEqual(['/a/1', '/a/10']);
  expect(page).toMatchObject({ count: 3, more: true });
  const rest = must(await readPrefix({ prefix: bytes('/a/'), limit: 2, after: page.items.at(-1)!.key }));
  expect(rest.items.map((item) => text(item.key))).toEqual(['/a/2']);
  expect(rest.more).toBe(false);
});

test('a range is listed backwards and continued backwards', async () => {
  for (const key of ['/a', '/b', '/c', '/d']) await put(served, key, key);
  const range = { start: bytes('/a'), end: bytes('/d'), descending: true, limit: 2 };
  const page = must(await readPrefix(range));
  expect(page.items.map((item) => text(item.key))).toEqual(['/c', '/b']);
  const rest = must(await readPrefix({ ...range, after: bytes('/b') }));
  expect(rest.items.map((item) => text(item.key))).toEqual(['/a']);
});

test('keys only and count only leave out what they say', async () => {
  await put(served, '/a', 'value');
  const keysOnly = must(await readPrefix({ prefix: bytes('/'), keysOnly: true }));
  expect(keysOnly.items.map((item) => item.value.length)).toEqual([0]);
  expect(must(await readPrefix({ countOnly: true }))).toMatchObject({ items: [], count: 1 });
});

test('a page of huge values ends before it is too large for a client, and says so', async () => {
  const value = Buffer.alloc(900_000, 'x');
  for (let index = 0; index < 6; index++) await put(served, `/big/${index}`, value);
  const seen: string[] = [];
  let after: Buffer = Buffer.alloc(0);
  for (let pages = 0; pages < 10; pages++) {
    const page = must(await readPrefix({ prefix: bytes('/big/'), after }));
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map((item) => text(item.key)));
    if (!page.more) break;
    after = page.items.at(-1)!.key;
  }
  expect(seen).toEqual(Array.from({ length: 6 }, (_, index) => `/big/${index}`));
});

test('user ranges do not show the system keyspace, which is read under its own path', async () => {
  await put(served, '/a', '1');
  const all = must(await readPrefix({}));
  expect(all.items.map((item) => text(item.key))).toEqual(['/a']);
  const system = must(await readPrefix({ prefix: bytes('/_internal/sessions/') }));
  expect(system.items.map((item) => text(item.key))).toContain('/_internal/sessions/own-session');
  const session = must(await read({ key: bytes('/_internal/sessions/own-session') }));
  expect(JSON.parse(text(session.item!.value))).toMatchObject({ owner: 'lone cell' });
});

test('a level is listed like a directory', async () => {
  for (const key of ['/a', '/a/1', '/a/2/x', '/b/1']) await put(served, key, 'abc');
  const list = (path: string, extra = {}) =>
    ask(served.client, served.client.listLevel, ListLevelRequest.fromPartial({ path: bytes(path), ...extra }));
  const root = must(await list('/'));
  expect(root.items.map((item) => [text(item.segment), item.descendants, item.isKey, item.sizeBytes])).toEqual([
    ['a', 2, true, 3],
    ['b', 1, false, 0],
  ]);
  expect(must(await list('/a/')).items.map((item) => text(item.segment))).toEqual(['1', '2']);
  const first = must(await list('', { limit: 1 }));
  expect([first.items.length, first.more]).toEqual([1, true]);
  expect(must(await list('', { after: bytes('a') })).items.map((item) => text(item.segment))).toEqual(['b']);
});

test('history lists the revisions of a key, newest first, page by page', async () => {
  const revisions: number[] = [];
  for (const value of ['1', '2', '3']) revisions.unshift((await put(served, '/a', value)).revision);
  const history = (extra = {}) =>
    ask(served.client, served.client.history, HistoryRequest.fromPartial({ key: bytes('/a'), ...extra }));
  const page = must(await history({ limit: 2 }));
  expect(page.items.map(({ item }) => item!.modRevision)).toEqual(revisions.slice(0, 2));
  expect(page.more).toBe(true);
  const rest = must(await history({ beforeRevision: revisions[1]! }));
  expect(rest.items.map(({ item }) => text(item!.value))).toEqual(['1']);
  expect(rest.more).toBe(false);
});
