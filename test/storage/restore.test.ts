// Guards the way out of a cell that lost its majority: a new cell from a snapshot file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { restoreSnapshot } from '../../src/agent/storage/index.ts';
import { faultOf, filled, flipBit, open, temporary, verifyState } from './support.ts';

async function snapshotFile(): Promise<string> {
  const directory = await filled(60);
  const storage = open(directory);
  storage.stateStore.writeMeta({
    ...storage.stateStore.readMeta(),
    era: '{"round":41,"agentId":"zoe"}',
    configuration: '{"epoch":8,"participants":[{"agentId":"zoe","role":"voter"}]}',
    configurationSlot: 33,
  });
  const saved = await storage.saveSnapshot();
  // As an operator names files.
  const file = join(temporary(), 'backup.db');
  writeFileSync(file, readFileSync(saved.path));
  saved.release();
  await storage.close();
  return file;
}

it('founds a cell of one, with everything that is in the snapshot', async () => {
  const file = await snapshotFile();
  const directory = join(temporary(), 'state');
  const restored = restoreSnapshot({ file, directory, stampMs: 5 });
  expect(restored.slot).toBe(60);
  const storage = open(directory);
  const { agentId, cellId } = restored;
  expect(storage.identity).toMatchObject({ agentId, cellId });
  expect(cellId).not.toBe('cell-1');
  // The promise is not below the era: entries of a lower ballot would be void.
  expect(storage.durable).toMatchObject({
    promised: { round: 41, agentId: 'zoe' },
    floor: 61,
    end: 61,
    chosenThrough: 61,
    base: { slot: 60, era: { round: 41, agentId: 'zoe' }, configuration: { epoch: 8 }, configurationSlot: 33 },
  });
  const [entry] = storage.logDisk.read(61, 61, 1);
  expect(entry!.entry).toMatchObject({ kind: 'configuration', origin: { round: 41, agentId: 'zoe' } });
  expect(JSON.parse(Buffer.from(entry!.entry.payload).toString())).toEqual({
    epoch: 9,
    participants: [{ agentId, role: 'voter' }],
  });
  expect(storage.stateStore.readMeta().cellId).toBe(cellId);
  expect(verifyState(storage.stateStore)).toBe(60);
  await storage.close();
});

it('refuses a used directory, a missing file and one that is not a whole snapshot', async () => {
  const file = await snapshotFile();
  const used = await filled(5);
  expect(faultOf(() => restoreSnapshot({ file, directory: used, stampMs: 0 })).message).toMatch(/belongs to an agent/);
  const fresh = () => join(temporary(), 'state');
  const missing = join(temporary(), 'none');
  expect(faultOf(() => restoreSnapshot({ file: missing, directory: fresh(), stampMs: 0 })).message).toMatch(/no such/);
  const damaged = join(temporary(), 'damaged.db');
  writeFileSync(damaged, readFileSync(file));
  flipBit(damaged, readFileSync(file).indexOf('value of 50.') + 1, 1);
  const garbage = join(temporary(), 'garbage.db');
  writeFileSync(garbage, 'not a database '.repeat(1_000));
  for (const bad of [damaged, garbage]) {
    const directory = fresh();
    expect(faultOf(() => restoreSnapshot({ file: bad, directory, stampMs: 0 })).message).toMatch(
      /not a whole snapshot/,
    );
    restoreSnapshot({ file, directory, stampMs: 0 });
  }
});
