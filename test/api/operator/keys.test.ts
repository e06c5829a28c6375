// Guards what operators do with keys: the same over HTTP and over a port, exact for every byte, and never a silent cap.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { refusalOf, type ServedOperator, serveOperator, type Transport } from '../../support/served-operator.ts';

let served: ServedOperator;
beforeEach(async () => {
  served = await serveOperator();
});
afterEach(async () => {
  await served.stop();
  expect(served.bugs).toEqual([]);
});

const text = (value: string) => ({ text: value });
/** The bytes of a key, one character per byte, as a program may write them over gRPC. */
async function putRaw(key: string, value: Uint8Array = Buffer.from('v')): Promise<void> {
  const command = { kind: 'put', key, value, leaseId: '', returnPrevious: false } as const;
  await served.cell.write(command, { quorum: 'majority', timeoutMs: 1_000 });
}

describe.each<Transport>(['http', 'port'])('over %s', (transport) => {
  let client: OperatorClient;
  beforeEach(() => {
    client = served.client(transport);
  });

  test('a key is written, read, compared and deleted', async () => {
    const first = await client.keys.put({ path: '/a', value: text('one') });
    expect(first).toMatchObject({
      succeeded: true,
      revision: 1,
      current: { path: '/a', value: text('one'), version: 1 },
    });
    const read = await client.keys.get({ path: '/a' });
    expect(read.item).toMatchObject({ value: text('one'), sizeBytes: 3, truncated: false, modRevision: 1 });
    expect(read.slot).toBe(first.slot);

    const won = await client.keys.compareAndWrite({ path: '/a', expected: { version: 1 }, value: text('two') });
    expect(won).toMatchObject({ succeeded: true, current: { value: text('two'), version: 2 } });
    const lost = await client.keys.compareAndWrite({ path: '/a', expected: { version: 1 }, value: text('mine') });
    expect(lost).toMatchObject({ succeeded: false, current: { value: text('two'), version: 2 } });
    const byValue = { path: '/a', expected: { value: text('two') }, value: null };
    expect(await client.keys.compareAndWrite(byValue)).toMatchObject({ succeeded: true, deleted: 1 });
    expect((await client.keys.get({ path: '/a' })).item).toBeNull();
    expect((await client.keys.get({ path: '/a', revision: 1 })).item).toMatchObject({ value: text('one') });

    await client.keys.put({ path: '/a', value: text('three') });
    const gone = await client.keys.delete({ path: '/a', returnPrevious: true });
    expect(gone).toMatchObject({ deleted: 1, previous: { value: text('three') } });
  });

  test('the quorum and the slot that were seen reach the cell', async () => {
    await client.keys.put({ path: '/a', value: text('1'), quorum: 'all' });
    expect(served.cell.writes.at(-1)).toMatchObject({ quorum: 'all' });
    await client.keys.get({ path: '/a', quorum: 'all' });
    expect(served.cell.barriers.at(-1)).toMatchObject({ quorum: 'all' });
    expect((await refusalOf(client.keys.get({ path: '/a', quorum: 'local', minSlot: 999 }))).data.reason).toBe(
      'TIMEOUT',
    );
  });

  test('a transaction does one part or the other', async () => {
    const put = (path: string) => ({ put: { path, value: text('x') } });
    const compare = [{ path: '/made', version: 0 }];
    const made = await client.keys.transact({ compare, then: [put('/made'), put('/log')], otherwise: [] });
    expect(made).toMatchObject({ succeeded: true });
    const again = await client.keys.transact({
      compare,
      then: [put('/never')],
      otherwise: [{ delete: { path: '/log' } }],
    });
    expect(again).toMatchObject({ succeeded: false, deleted: 1 });
    const byRevision = [
      { path: '/made', modRevision: 1 },
      { path: '/made', value: text('x') },
    ];
    expect(await client.keys.transact({ compare: byRevision, then: [put('/b')] })).toMatchObject({ succeeded: true });
    expect((await client.keys.range({ prefix: '/' })).items.map(({ path }) => path)).toEqual(['/b', '/made']);
  });

  test('a tree is deleted with everything below it, and nothing beside it', async () => {
    for (const path of ['/t', '/t/1', '/t/1/x', '/t-other', '/tt']) await client.keys.put({ path, value: text('v') });
    const refused = await refusalOf(client.keys.deleteTree({ path: '/t', expectedCount: 2 }));
    expect(refused).toMatchObject({ code: 'CONFLICT', data: { reason: 'CHANGE_REFUSED', effect: 'not_done' } });
    expect(refused.message).toContain('has 3 keys, not 2');
    expect(await client.keys.deleteTree({ path: '/t', expectedCount: 3 })).toMatchObject({
      succeeded: true,
      deleted: 3,
    });
    expect((await client.keys.range({})).items.map(({ path }) => path)).toEqual(['/t-other', '/tt']);
    const deleted = await client.keys.deleted({ prefix: '/t', limit: 2 });
    expect(deleted.items.map(({ kind, item }) => [kind, item.path])).toEqual([
      ['delete', '/t'],
      ['delete', '/t/1'],
    ]);
    expect(deleted.more).toBe(true);
    const rest = await client.keys.deleted({ prefix: '/t', after: '/t/1' });
    expect([rest.items.map(({ item }) => item.path), rest.more]).toEqual([['/t/1/x'], false]);
  });

  test('a tree that grows while it is being deleted is left alone', async () => {
    await client.keys.put({ path: '/t/1', value: text('v') });
    served.cell.stall(true);
    const growing = client.keys.put({ path: '/t/2', value: text('v') });
    await expect.poll(() => served.cell.waitingWrites).toBe(1);
    // Counted before, written after it.
    const deleting = refusalOf(client.keys.deleteTree({ path: '/t', expectedCount: 1 }));
    await expect.poll(() => served.cell.waitingWrites).toBe(2);
    served.cell.stall(false);
    await growing;
    expect(await deleting).toMatchObject({ data: { reason: 'CHANGE_REFUSED', effect: 'not_done' } });
    expect((await client.keys.range({ prefix: '/t' })).count).toBe(2);
  });

  test('pages say what they leave out', async () => {
    for (let number = 0; number < 7; number += 1) await client.keys.put({ path: `/p/${number}`, value: text('12345') });
    const page = await client.keys.range({ prefix: '/p/', limit: 3, valueBytesMax: 2 });
    expect(page).toMatchObject({ count: 7, more: true });
    expect(page.items.map(({ value, sizeBytes, truncated }) => [value, sizeBytes, truncated])[0]).toEqual([
      text('12'),
      5,
      true,
    ]);
    const next = await client.keys.range({ prefix: '/p/', after: page.items.at(-1)!.path, limit: 4 });
    expect([next.items.length, next.more]).toEqual([4, false]);
    for (const revision of [0, page.revision]) {
      const names = await client.keys.range({ prefix: '/p/', keysOnly: true, revision, limit: 6 });
      expect(names.items.map(({ value, sizeBytes, truncated }) => [value, sizeBytes, truncated])).toEqual(
        Array(6).fill([text(''), 5, false]),
      );
      expect([names.more, names.count]).toEqual([true, 7]);
    }
  });

  test('a level lists children, and its index finds any place of it', async () => {
    for (let number = 0; number < 95; number += 1) await putRaw(`/l/${String(number).padStart(3, '0')}`);
    await putRaw('/l/000/deep');
    await putRaw('/_x');
    const level = await client.keys.level({ path: '/l/', limit: 2 });
    expect(level.items).toMatchObject([
      { segment: '000', descendants: 1, isKey: true, version: 1, sizeBytes: 1 },
      { segment: '001', descendants: 0 },
    ]);
    expect(level.more).toBe(true);
    const index = await client.keys.levelIndex({ path: '/l', stride: 10 });
    expect(index).toMatchObject({ count: 95, stride: 10 });
    expect(index.afters).toEqual(['', '009', '019', '029', '039', '049', '059', '069', '079', '089']);
    for (const [at, after] of index.afters.entries()) {
      const { items } = await client.keys.level({ path: '/l', after, limit: 1 });
      expect(items[0]?.segment).toBe(String(at * 10).padStart(3, '0'));
    }
    await putRaw('/l/900');
    expect((await client.keys.levelIndex({ path: '/l', stride: 10 })).count).toBe(96);
    expect((await client.keys.level({ path: '/_internal' })).items.map(({ segment }) => segment)).toContain('sessions');
    expect((await client.keys.level({})).items.map(({ segment }) => segment)).toEqual(['_x', 'l']);
    expect(await client.keys.levelIndex({ path: '/nothing' })).toMatchObject({ count: 0, afters: [''] });
  });

  test('history is told newest first, down to where it was compacted', async () => {
    for (const value of ['1', '2', '3']) await client.keys.put({ path: '/h', value: text(value) });
    await client.keys.delete({ path: '/h' });
    const newest = await client.keys.history({ path: '/h', limit: 2 });
    expect(newest.items.map(({ kind, item }) => [kind, item.value])).toEqual([
      ['delete', text('')],
      ['put', text('3')],
    ]);
    expect(newest.more).toBe(true);
    await client.cell.compact({ floor: 3 });
    const rest = await client.keys.history({ path: '/h', beforeRevision: 4 });
    expect([rest.items.map(({ item }) => item.modRevision), rest.more, rest.floor]).toEqual([[3], false, 3]);
    const forgotten = await refusalOf(client.keys.get({ path: '/h', revision: 1 }));
    expect(forgotten).toMatchObject({ code: 'GONE', data: { reason: 'COMPACTED', floor: 3 } });
  });

  test('a watch tells what is applied from any revision on, whole revisions at a time', async () => {
    await client.keys.put({ path: '/w/1', value: text('a') });
    const events = await client.keys.watch({ prefix: '/w/', fromRevision: 1, withPrevious: true });
    const first = await events.next();
    expect(first.value).toMatchObject({
      revision: 1,
      changes: [{ kind: 'put', item: { path: '/w/1' }, previous: null }],
    });
    await client.keys.put({ path: '/elsewhere', value: text('x') });
    const both = [{ put: { path: '/w/1', value: text('b') } }, { put: { path: '/w/2', value: text('c') } }];
    await client.keys.transact({ then: both });
    const second = await events.next();
    expect(second.value).toMatchObject({
      revision: 3,
      changes: [{ item: { value: text('b') }, previous: { value: text('a') } }, { item: { path: '/w/2' } }],
    });
    expect(served.cell.watcherCount).toBe(1);
    await events.return?.(undefined);
    await expect.poll(() => served.cell.watcherCount).toBe(0);
  });

  test('a watch that is cut off says where to go on; one of the past says what is forgotten', async () => {
    const events = await client.keys.watch({});
    await client.keys.put({ path: '/a', value: text('1') });
    await events.next();
    served.cell.cutWatches('this agent is shutting down');
    const cut = await refusalOf(events.next());
    expect(cut).toMatchObject({ code: 'SERVICE_UNAVAILABLE', data: { reason: 'SHUTTING_DOWN', resumeFrom: 2 } });
  });

  test('only one key is watched when it is named exactly', async () => {
    const events = await client.keys.watch({ prefix: '/k', exact: true, fromRevision: 1 });
    for (const path of ['/k/below', '/k', '/kk']) await client.keys.put({ path, value: text(path) });
    expect((await events.next()).value).toMatchObject({ changes: [{ item: { path: '/k' } }], revision: 2 });
    await events.return?.(undefined);
  });

  test.each([
    ['HTML', '<img src=x onerror=alert(1)><script>alert(2)</script>'],
    ['control characters', '\0\x01\n\u2028\u2029"\\'],
    ['a byte order mark', '\ufefftext'],
    ['astral characters', '𝔸🎉'],
    ['nothing', ''],
  ])('a value with %s comes back exactly', async (_, value) => {
    await client.keys.put({ path: '/hostile', value: text(value) });
    expect((await client.keys.get({ path: '/hostile' })).item?.value).toEqual(text(value));
  });

  test('bytes that are no UTF-8 travel as base64, and what is cut stays what it is', async () => {
    const bytes = Buffer.from('fffe00c328', 'hex');
    await client.keys.put({ path: '/raw', value: { base64: bytes.toString('base64') } });
    const { item } = await client.keys.get({ path: '/raw' });
    expect(item).toMatchObject({ value: { base64: bytes.toString('base64') }, sizeBytes: 5 });
    await client.keys.put({ path: '/euro', value: text('a€€') });
    for (const [valueBytesMax, told] of [
      [1, 'a'],
      [2, 'a'],
      [3, 'a'],
      [4, 'a€'],
      [7, 'a€€'],
    ] as const) {
      expect((await client.keys.get({ path: '/euro', valueBytesMax })).item?.value).toEqual(text(told));
    }
  });

  test.each(['/__proto__', '/constructor/prototype', '/<script>alert(1)</script>', '/ü/🎉', '/a b/"quoted"'])(
    'the key %s is a key like any other',
    async (path) => {
      await client.keys.put({ path, value: text('v') });
      expect((await client.keys.get({ path })).item?.path).toBe(path);
      const [first] = (await client.keys.level({ path: '/' })).items;
      expect(first?.segment).toBe(path.split('/')[1]);
      expect((await client.keys.search({ mode: 'path', text: path.slice(1, 4) })).items[0]?.path).toBe(path);
    },
  );

  test('a key that is no UTF-8 can be named, read and deleted', async () => {
    await putRaw('/b\xff\xc3(/x');
    const [level] = (await client.keys.level({ path: '/' })).items;
    const path = `/${level?.segment}/x`;
    expect((await client.keys.get({ path })).item?.path).toBe(path);
    expect(await client.keys.delete({ path })).toMatchObject({ deleted: 1 });
  });

  test('half a character is refused, and not written as another one', async () => {
    const value = text('a\ud83d');
    for (const call of [
      client.keys.put({ path: '/half', value }),
      client.keys.compareAndWrite({ path: '/half', expected: { version: 0 }, value }),
      client.keys.transact({ then: [{ put: { path: '/half', value } }] }),
      client.requests.issue({ method: 'Put', request: { key: text('/half'), value } }),
    ]) {
      expect((await refusalOf(call)).message).toMatch(/half a character/);
    }
    expect((await client.keys.get({ path: '/half' })).item).toBeNull();
  });

  test('a value of 1 MiB passes in base64, one byte more is refused', async () => {
    const value = { base64: Buffer.alloc(1024 * 1024, 0xfe).toString('base64') };
    expect(await client.keys.put({ path: '/big', value })).toMatchObject({ succeeded: true });
    expect((await client.keys.get({ path: '/big' })).item).toMatchObject({ sizeBytes: 1024 * 1024, value });
    const more = { base64: Buffer.alloc(1024 * 1024 + 1, 0xfe).toString('base64') };
    const refused = await refusalOf(client.keys.put({ path: '/big', value: more }));
    expect(refused).toMatchObject({ code: 'BAD_REQUEST', data: { reason: 'INVALID_ARGUMENT' } });
  });

  test('what cannot be a key is refused with the rule', async () => {
    for (const path of ['', 'a', '/', '/a/', '/a//b', '/a/../b', '/_internal/peers', '/\ud800']) {
      const { code, data } = await refusalOf(client.keys.put({ path, value: text('v') }));
      expect([path, code, data.reason]).toEqual([path, 'BAD_REQUEST', 'INVALID_ARGUMENT']);
    }
    const { message } = await refusalOf(client.keys.put({ path: '/a', value: { txt: 'x' } as never }));
    expect(message).toMatch(/^value\.text: /);
    const { message: limit } = await refusalOf(client.keys.level({ limit: 10_001 }));
    expect(limit).toMatch(/^limit: .*10000/);
  });

  test('a search finds in paths and values, and says how far it looked', async () => {
    for (let number = 0; number < 30; number += 1) await putRaw(`/s/${number}`, Buffer.from(`Value ${number}`));
    await putRaw('/s-beside', Buffer.from('value 7'));
    await putRaw('/s', Buffer.from('value 7'));
    const inPaths = await client.keys.search({ scope: '/s', mode: 'path', text: '/S/2' });
    expect(inPaths.items.map(({ path }) => path)).toEqual([
      '/s/2',
      ...Array.from({ length: 10 }, (_, n) => `/s/2${n}`),
    ]);
    expect(inPaths).toMatchObject({ scanned: 31, total: 31, scannedThrough: '' });
    const values = { scope: '/s', mode: 'value', text: 'value 7' } as const;
    expect((await client.keys.search(values)).items.map(({ path }) => path)).toEqual(['/s', '/s/7']);
    const exact = await client.keys.search({ ...values, ignoreCase: false });
    expect(exact.items.map(({ path }) => path)).toEqual(['/s']);
    const everything = { mode: 'value', text: 'value', limit: 4 } as const;
    const found: string[] = [];
    let after = '';
    do {
      const page = await client.keys.search({ ...everything, after });
      found.push(...page.items.map(({ path }) => path));
      after = page.scannedThrough;
      expect(page.total).toBe(32);
    } while (after !== '');
    expect(new Set(found).size).toBe(32);
    await putRaw('/s/30');
    expect((await client.keys.search(everything)).total).toBe(33);
    expect((await client.keys.search({ mode: 'path', text: 'sessions', system: true })).items.length).toBeGreaterThan(
      0,
    );
  });
});
