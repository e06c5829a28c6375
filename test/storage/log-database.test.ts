// Guards the journal on disk: what was written is read, overwriting deletes nothing, and a bound once recorded stays.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryAt } from './slots.ts';
import { filled, open, synced, temporary } from './support.ts';

describe('the journal on disk', () => {
  it('gives back promise, entries and chosen prefix after a restart', async () => {
    const directory = join(temporary(), 'state');
    const first = open(directory);
    const entries = [1, 2, 3].map((slot) => entryAt(slot));
    first.logDisk.commit({ entries, promised: { round: 7, agentId: 'other' }, chosenThrough: 2 });
    await synced(first);
    await first.close();
    const again = open(directory);
    expect(again.logDisk.found).toEqual({
      promised: { round: 7, agentId: 'other' },
      floor: 1,
      end: 3,
      chosenThrough: 2,
    });
    expect(again.logDisk.read(1, 3, 1_000_000)).toEqual(entries);
    await again.close();
  });

  it('keeps later slots when one is overwritten', async () => {
    const directory = await filled(5);
    const storage = open(directory);
    storage.logDisk.commit({ entries: [6, 7, 8].map((slot) => entryAt(slot, 1)) });
    storage.logDisk.commit({ entries: [entryAt(7, 2)] });
    expect(storage.logDisk.read(6, 8, 1_000_000).map(({ ballot }) => ballot.round)).toEqual([1, 2, 1]);
    await storage.close();
  });

  it('reads at least one entry, then as many as fit', async () => {
    const storage = open(await filled(20));
    expect(storage.logDisk.read(3, 20, 1)).toHaveLength(1);
    const some = storage.logDisk.read(3, 20, 900);
    expect(some.length).toBeGreaterThan(1);
    expect(some.length).toBeLessThan(18);
    expect(storage.logDisk.read(21, 30, 100)).toEqual([]);
    await storage.close();
  });

  it('never lowers the bound of the chosen prefix, wherever it was recorded', async () => {
    const directory = await filled(5);
    const first = open(directory);
    first.logDisk.commit({ entries: [entryAt(6), entryAt(7)], chosenThrough: 6 });
    first.logDisk.commit({ entries: [entryAt(7, 2)] });
    first.logDisk.commit({ promised: { round: 9, agentId: 'x' } });
    await synced(first);
    await first.close();
    const again = open(directory);
    expect(again.logDisk.found.chosenThrough).toBe(6);
    expect(again.logDisk.found.promised).toEqual({ round: 9, agentId: 'x' });
    await again.close();
  });

  it('refuses an entry that would leave a gap, and forgets one below its floor', async () => {
    const storage = open(await filled(5));
    expect(() => storage.logDisk.commit({ entries: [entryAt(8)] })).toThrow(/gap/);
    storage.logDisk.dropBelow(4);
    storage.logDisk.commit({ entries: [3, 4, 5, 6].map((slot) => entryAt(slot, 3)) });
    expect(storage.logDisk.found).toMatchObject({ floor: 4, end: 6 });
    expect(storage.logDisk.read(1, 6, 1_000_000).map(({ slot }) => slot)).toEqual([4, 5, 6]);
    await storage.close();
  });

  it('keeps the identity apart from the journal', async () => {
    const directory = await filled(3);
    const first = open(directory);
    const { agentId } = first.identity;
    first.updateIdentity({ grpcListened: { requested: 50_101, bound: 50_102 } });
    await first.close();
    const again = open(directory);
    expect(again.identity).toEqual({
      agentId,
      cellId: 'cell-1',
      grpcListened: { requested: 50_101, bound: 50_102 },
    });
    await again.close();
  });
});
