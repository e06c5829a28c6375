/** Guards the import of keys: what it would do is known before, what it did is told exactly, also when it fails half way. */
import { describe, expect, test } from 'vitest';
import type { KeyItem } from '../../../src/contract/index.ts';
import { wireOf } from '../../../src/renderer/panels/keys/bytes.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_KEYS_MAX,
  batchesOf,
  commonFolder,
  type ImportTarget,
  planImport,
  runImport,
} from '../../../src/renderer/panels/keys/transfer/import-plan.ts';
import { changeLine, keyLine, readKeyLines } from '../../../src/renderer/panels/keys/transfer/key-lines.ts';

function item(path: string, bytes: Uint8Array, version = 1): KeyItem {
  const about = { createRevision: 1, modRevision: 1, leaseId: 'lease', truncated: false, sizeBytes: bytes.length };
  return { path, value: wireOf(bytes), version, ...about };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ALL = new Set(['create', 'change'] as const);

describe('lines', () => {
  test('an export is read back to the byte', () => {
    const values = [bytes('text\r\n"quoted" \u2028'), Uint8Array.of(0, 255, 1), bytes('')];
    const text = values.map((value, index) => keyLine(item(`/k${index}`, value))).join('');
    const { keys, problems } = readKeyLines(text);
    expect(problems).toEqual([]);
    expect(keys.map((key) => key.bytes)).toEqual(values);
    expect(keys.map(({ path }) => path)).toEqual(['/k0', '/k1', '/k2']);
  });

  test('a line that cannot be used is named, and the others are read', () => {
    const text = ['nonsense', '{"key":"/a","value":"x"}', '', '{"key":"b","value":""}', '{"key":"/c"}'].join('\n');
    const more = ['{"key":"/d","value":"!","encoding":"base64"}', '{"key":"/a","value":"y"}', 'null'].join('\n');
    const { keys, problems } = readKeyLines(`${text}\n${more}`);
    expect(keys.map(({ path, line }) => [path, line])).toEqual([['/a', 2]]);
    expect(problems.map(({ line }) => line)).toEqual([1, 4, 5, 6, 7, 8]);
    expect(problems[4]?.problem).toMatch(/already in line 2/);
  });

  test('a change says that its value was cut off', () => {
    const cut = { ...item('/a', bytes('beg')), truncated: true, sizeBytes: 9_000 };
    const line = JSON.parse(changeLine({ kind: 'put', item: cut, previous: null, slot: 7, stampMs: 0 }));
    expect(line).toMatchObject({ kind: 'put', key: '/a', value: 'beg', truncated: true, sizeBytes: 9_000, slot: 7 });
  });
});

describe('plan', () => {
  const { keys } = readKeyLines(
    '{"key":"/new","value":"1"}\n{"key":"/same","value":"2"}\n{"key":"/other","value":"3"}',
  );
  const current = new Map([
    ['/same', item('/same', bytes('2'), 4)],
    ['/other', item('/other', bytes('x'), 5)],
  ]);

  test('says what is new, what changes and what is the same', () => {
    const plan = planImport(keys, current);
    expect(plan).toMatchObject({ created: 1, changed: 1, same: 1 });
    expect(plan.keys.map(({ kind, expectedVersion, leaseId }) => [kind, expectedVersion, leaseId])).toEqual([
      ['create', 0, ''],
      ['same', 4, 'lease'],
      ['change', 5, 'lease'],
    ]);
  });

  test('what is the same is not written, and what exists only when wanted', () => {
    const plan = planImport(keys, current);
    expect(
      batchesOf(plan, ALL)
        .flat()
        .map(({ path }) => path),
    ).toEqual(['/new', '/other']);
    expect(
      batchesOf(plan, new Set(['create']))
        .flat()
        .map(({ path }) => path),
    ).toEqual(['/new']);
  });

  test('no piece is larger than a transaction may be', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      path: `/k${index}`,
      bytes: new Uint8Array(index % 7 === 0 ? 300_000 : 10),
      line: index + 1,
    }));
    const batches = batchesOf(planImport(many, new Map()), ALL);
    expect(batches.flat()).toHaveLength(1_000);
    for (const batch of batches) {
      expect(batch.length).toBeLessThanOrEqual(BATCH_KEYS_MAX);
      expect(batch.reduce((sum, key) => sum + key.bytes.length, 0)).toBeLessThanOrEqual(BATCH_BYTES_MAX);
    }
  });

  test.each([
    [['/a/b/c', '/a/b/d'], '/a/b'],
    [['/a/b', '/a-b'], '/'],
    [['/a/b/c'], '/a/b'],
    [['/a'], '/'],
    [['/a/bc/d', '/a/b/d'], '/a'],
  ])('the folder that holds %j is %s', (paths, folder) => expect(commonFolder(paths)).toBe(folder));
});

describe('run', () => {
  const many = Array.from({ length: 250 }, (_, index) => ({ path: `/k${index}`, bytes: bytes('x'), line: index }));
  const batches = batchesOf(planImport(many, new Map()), ALL);
  const target = (change: Partial<ImportTarget>): ImportTarget => ({
    writeAll: async () => true,
    writeOne: async () => true,
    isNotDone: () => true,
    ...change,
  });
  const run = (change: Partial<ImportTarget>, signal = new AbortController().signal) =>
    runImport(batches, target(change), () => {}, signal);

  test('all is written', async () => {
    expect(await run({})).toEqual({ written: 250, lost: [], unknown: [], notTried: 0, error: undefined });
  });

  test('a key that has changed is left alone, and the rest of its piece is written', async () => {
    const report = await run({
      writeAll: async (batch) => !batch.some(({ path }) => path === '/k120'),
      writeOne: async ({ path }) => path !== '/k120',
    });
    expect(report).toMatchObject({ written: 249, lost: ['/k120'], notTried: 0 });
  });

  test('a failure that did nothing is told as such', async () => {
    const error = new Error('no majority');
    const report = await run({
      writeAll: async ([first]) => {
        if (first?.path === '/k100') throw error;
        return true;
      },
    });
    expect(report).toEqual({ written: 100, lost: [], unknown: [], notTried: 150, error });
  });

  test('a failure of which the effect is unknown names the keys', async () => {
    const report = await run({
      writeAll: async ([first]) => {
        if (first?.path === '/k200') throw new Error('connection lost');
        return true;
      },
      isNotDone: () => false,
    });
    expect(report).toMatchObject({ written: 200, notTried: 0 });
    expect(report.unknown).toHaveLength(50);
  });

  test('stopping it ends it between two pieces', async () => {
    const stop = new AbortController();
    const report = await run(
      {
        writeAll: async () => {
          stop.abort();
          return true;
        },
      },
      stop.signal,
    );
    expect(report).toMatchObject({ written: 100, notTried: 150, error: undefined });
  });
});
