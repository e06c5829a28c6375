/**
 * Guards that every operation says on the wire what its caller meant, and gives back what came: against a model of a cell,
 * and against the real API in front of the real machine.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type SynodClient } from '../../src/client/index.ts';
import { prefixEnd } from '../../src/client/wire.ts';
import { serveApi } from '../support/served-api.ts';
import { StubCell } from '../support/stub-cell.ts';

interface Backend {
  readonly endpoints: readonly string[];
  stop(): void | Promise<void>;
}

const BACKENDS: Readonly<Record<string, () => Promise<Backend>>> = {
  'a model of a cell': () => StubCell.start(1),
  'the real API and machine': async () => {
    const served = await serveApi();
    return { endpoints: [served.address], stop: () => served.stop() };
  },
};

const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();

describe.each(Object.keys(BACKENDS))('%s', (name) => {
  let backend: Backend;
  let client: SynodClient;
  let root: string;
  let count = 0;

  beforeAll(async () => {
    backend = await BACKENDS[name]!();
    client = connect({ endpoints: backend.endpoints });
  });

  beforeEach(() => {
    root = `/case${count++}`;
  });

  afterAll(async () => {
    await client.close();
    await backend.stop();
  });

  test('put, get, delete', async () => {
    const key = `${root}/ключ`;
    const { current, succeeded } = await client.put(key, 'значение');
    expect(succeeded).toBe(true);
    expect(current).toMatchObject({ key, version: 1, leaseId: '' });
    expect(text(current?.value)).toBe('значение');
    const { item, slot, revision } = await client.get(key);
    expect(text(item?.value)).toBe('значение');
    expect(slot).toBeGreaterThan(0);
    expect(item?.modRevision).toBe(revision);
    expect((await client.delete(key)).deleted).toBe(1);
    expect((await client.delete(key)).deleted).toBe(0);
    expect((await client.get(key)).item).toBeUndefined();
    expect(text((await client.get(key, { revision })).item?.value)).toBe('значение');
  });

  test('values are bytes', async () => {
    const value = Uint8Array.of(0, 255, 10, 13, 128);
    await client.put(root, value);
    expect([...(await client.get(root)).item!.value]).toEqual([...value]);
  });

  test('compareAndWrite by value and by version, and deleting', async () => {
    expect((await client.compareAndWrite(root, { version: 0 }, 'a')).succeeded).toBe(true);
    const refused = await client.compareAndWrite(root, { version: 0 }, 'b');
    expect(refused).toMatchObject({ succeeded: false, current: { version: 1 } });
    const swapped = await client.compareAndWrite(root, { value: 'a' }, 'b');
    expect([swapped.succeeded, text(swapped.current?.value)]).toEqual([true, 'b']);
    expect(text((await client.batch.put(`${root}/batch`, 'c')).current?.value)).toBe('c');
    expect((await client.compareAndWrite(root, { value: 'a' }, 'c')).succeeded).toBe(false);
    expect((await client.compareAndWrite(root, { value: 'b' }, undefined)).succeeded).toBe(true);
    expect((await client.get(root)).item).toBeUndefined();
  });

  test('a transaction does one part or the other', async () => {
    const transaction = {
      compare: [{ key: `${root}/lock`, version: 0 }],
      then: [
        { kind: 'put', key: `${root}/lock`, value: 'me' },
        { kind: 'put', key: `${root}/other`, value: 'too' },
      ],
      otherwise: [{ kind: 'read', range: { start: `${root}/lock` } }],
    } as const;
    expect((await client.transact(transaction)).succeeded).toBe(true);
    const second = await client.transact(transaction);
    expect(second.succeeded).toBe(false);
    expect(text(second.results[0]?.items[0]?.value)).toBe('me');
    const range = { kind: 'deleteRange', range: `${root}/` } as const;
    expect((await client.transact({ then: [range] })).results[0]?.count).toBe(2);
  });

  test('an unknown comparison is refused before anything is sent', async () => {
    const compare = [{ key: '/a', op: '~' as '=', version: 1 }];
    await expect(client.transact({ compare, then: [] })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });

  test('list a page, scan all as of one revision', async () => {
    for (const name of ['a', 'b', 'c']) await client.put(`${root}/${name}`, name);
    const page = await client.list(`${root}/`, { limit: 2, keysOnly: true });
    expect(page.items.map(({ key }) => key)).toEqual([`${root}/a`, `${root}/b`]);
    expect(page).toMatchObject({ count: 3, more: true });
    const keys: string[] = [];
    for await (const { key } of client.scan({ prefix: `${root}/` })) {
      keys.push(key);
      if (keys.length === 1) await client.put(`${root}/d`, 'late');
    }
    expect(keys).toEqual([`${root}/a`, `${root}/b`, `${root}/c`]);
    const between = await client.list({ start: `${root}/a`, end: `${root}/c` }, { descending: true });
    expect(between.items.map(({ key }) => key)).toEqual([`${root}/b`, `${root}/a`]);
  });

  test('a scan goes on after the last key of a page, at the revision of the first', async () => {
    const many = Array.from({ length: 1_001 }, (_, index) => `${root}/${String(index).padStart(4, '0')}`);
    await Promise.all(many.map((key) => client.batch.put(key, 'x')));
    const keys: string[] = [];
    for await (const { key } of client.scan(`${root}/`, { keysOnly: true })) {
      if (keys.length === 0) await client.put(`${root}/zzz`, 'late');
      keys.push(key);
    }
    expect(keys).toEqual(many);
  });

  test('a level shows children with what is below them', async () => {
    await client.put(`${root}/a`, '12345');
    await client.put(`${root}/b/c`, 'x');
    await client.put(`${root}/b/d`, 'x');
    const { items } = await client.level(root);
    expect(items).toMatchObject([
      { segment: 'a', isKey: true, descendants: 0, sizeBytes: 5, version: 1 },
      { segment: 'b', isKey: false, descendants: 2 },
    ]);
  });

  test('history, newest first, and compaction', async () => {
    await client.put(root, 'one');
    await client.put(root, 'two');
    const { revision } = await client.delete(root);
    const { items, more } = await client.history(root, { limit: 2 });
    expect(items.map(({ kind, item }) => [kind, text(item.value)])).toEqual([
      ['delete', ''],
      ['put', 'two'],
    ]);
    expect(more).toBe(true);
    await client.compact(revision);
    await expect(client.get(root, { revision: revision - 1 })).rejects.toMatchObject({
      reason: 'COMPACTED',
      floor: revision,
    });
  });

  test('a watch shows what is done, from the past and live, revision by revision', async () => {
    const { revision } = await client.put(`${root}/a`, 'x');
    const watch = client.watch(`${root}/`, { fromRevision: revision });
    const seen: string[] = [];
    const next = async () => {
      const { value } = await watch.next();
      seen.push(
        value!.events.map(({ kind, item }) => `${kind} ${item.key.slice(root.length)} ${item.version}`).join(', '),
      );
    };
    await next();
    const live = client.watch(`${root}/`);
    const first = live.next();
    await client.put('/elsewhere', 'x');
    await client.transact({
      then: [
        { kind: 'put', key: `${root}/b`, value: 'x' },
        { kind: 'delete', key: `${root}/a` },
      ],
    });
    await next();
    await client.deleteRange(`${root}/`);
    await next();
    expect(seen).toEqual(['put /a 1', 'put /b 1, delete /a 0', 'delete /b 0']);
    expect((await first).value!.events).not.toHaveLength(0);
    await watch.return();
    await live.return();
  });

  test('sessions and leases: kept, renewed, ended', async () => {
    const session = await client.openSession({ ttlMs: 60_000 });
    const lease = await client.grantLease({ ttlMs: 60_000, session });
    await client.put(`${root}/leased`, 'x', { leaseId: lease.id, session });
    expect((await client.get(`${root}/leased`)).item?.leaseId).toBe(lease.id);
    await lease.revoke({ session });
    expect((await client.get(`${root}/leased`)).item).toBeUndefined();
    await session.end();
    expect(session.isEnded).toBe(true);
  });

  test('a batch of everything', async () => {
    const written = await Promise.all(
      Array.from({ length: 2_000 }, (_, index) => client.batch.put(`${root}/${index}`, `${index}`)),
    );
    expect(new Set(written.map(({ current }) => current!.key)).size).toBe(2_000);
    expect((await client.batch.compareAndWrite(`${root}/0`, { value: '1' }, 'x')).succeeded).toBe(false);
    expect((await client.batch.delete(`${root}/0`)).deleted).toBe(1);
    expect((await client.batch.get(`${root}/0`)).item).toBeUndefined();
    const { count } = await client.list(`${root}/`, { countOnly: true });
    expect(count).toBe(1_999);
  });
});

test('members, status, changes and snapshots', async () => {
  const cell = await StubCell.start(1);
  const client = connect({ endpoints: cell.endpoints });
  expect((await client.members()).members.map(({ name }) => name)).toEqual(['Ada', 'Bruno', 'Clara']);
  expect(await client.status()).toMatchObject({ name: 'Ada', writable: true, ballot: { round: 7 } });
  expect(await client.changeMembers('remove', ['Clara'])).toMatchObject({ epoch: 4 });
  const chunks: Uint8Array[] = [];
  const saved = await client.saveSnapshot(async (chunk) => void chunks.push(chunk));
  expect(Buffer.concat(chunks).toString()).toBe('the state of a cell');
  expect(saved.sizeBytes).toBe(19);
  cell.agents[0]!.fault('saveSnapshot', { kind: 'dropAnswer' });
  await expect(client.saveSnapshot(async () => undefined)).rejects.toMatchObject({ reason: 'SNAPSHOT_DAMAGED' });
  await client.close();
  cell.stop();
});

test('the end of a prefix is the first key beyond it', () => {
  expect(prefixEnd(Buffer.from('/a'))).toEqual(Buffer.from('/b'));
  expect(prefixEnd(Buffer.of(0x2f, 0xff, 0xff))).toEqual(Buffer.of(0x30));
  expect(prefixEnd(Buffer.of(0xff))).toEqual(Buffer.alloc(0));
});
