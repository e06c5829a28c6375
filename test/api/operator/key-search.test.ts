// Guards that a search keeps the loop for a moment only, whatever it looks at, and shows what it has found.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { searchKeys } from '../../../src/agent/api/operator/key-search.ts';
import { type ServedOperator, serveOperator } from '../../support/served-operator.ts';

let served: ServedOperator;
beforeEach(async () => {
  served = await serveOperator();
});
afterEach(async () => {
  await served.stop();
  expect(served.bugs).toEqual([]);
});

async function putRaw(key: string, value: Uint8Array = Buffer.from('v')): Promise<void> {
  const command = { kind: 'put', key, value, leaseId: '', returnPrevious: false } as const;
  await served.cell.write(command, { quorum: 'majority', timeoutMs: 1_000 });
}

test('a search does not keep the loop: a large scope is searched in pieces', async () => {
  for (let number = 0; number < 400; number += 1) await putRaw(`/v/${number}`, Buffer.alloc(60_000, 0x61));
  const client = served.client('port');
  const first = await client.keys.search({ mode: 'value', text: 'not there' });
  expect(first.scannedThrough).not.toBe('');
  let { scanned, scannedThrough: after } = first;
  while (after !== '') {
    const page = await client.keys.search({ mode: 'value', text: 'not there', after });
    scanned += page.scanned;
    after = page.scannedThrough;
  }
  expect(scanned).toBe(400);
});

test('a search for paths ends a piece before it has read many values, and counts its scope once', async () => {
  for (let number = 10; number < 30; number += 1) await putRaw(`/v/${number}`, Buffer.alloc(256 * 1024));
  let nowMs = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  // As long as it takes to read and decode the largest values.
  const get = served.cell.state.get.bind(served.cell.state);
  vi.spyOn(served.cell.state, 'get').mockImplementation((...query) => {
    nowMs += 5;
    return get(...query);
  });
  const count = vi.spyOn(served.cell.state, 'count');
  const search = { scope: '/', mode: 'path', text: 'v', ignoreCase: true, system: false, limit: 100 } as const;
  const first = searchKeys(served.ports, { ...search, after: '' });
  expect(first.scanned).toBe(4);
  const counts = count.mock.calls.length;
  served.cell.execute({ kind: 'delete', key: '/v/29', returnPrevious: false });
  const second = searchKeys(served.ports, { ...search, after: first.scannedThrough });
  expect([second.scanned, second.total, count.mock.calls.length]).toEqual([4, 20, counts]);
  clock.mockRestore();
});

test('an excerpt shows the place that was found', async () => {
  await putRaw('/long', Buffer.from(`${'x'.repeat(5_000)}needle${'y'.repeat(5_000)}`));
  const { items } = await served.client('port').keys.search({ mode: 'value', text: 'NEEDLE' });
  const { value, sizeBytes, truncated } = items[0]!;
  expect('text' in value && value.text).toMatch(/^x{40}needley{114}$/);
  expect([sizeBytes, truncated]).toEqual([10_006, true]);
});
