// Guards invariant 6: what was acknowledged is there after any crash of the process; and a hole of group commit: what
// was committed but never fsynced is made durable before anything is voted with.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpoint, openDatabase } from '../../src/agent/storage/database.ts';
import { open, startWriter, temporary, verifyContents } from './support.ts';

describe('kill -9 of a writing agent', () => {
  it('loses nothing that was acknowledged, promises included, time after time', async () => {
    const directory = join(temporary(), 'state');
    const config = { logWalFramesMax: 40, stateWalFramesMax: 30, stateDurableSlots: 40, journalKeptSlots: 50 };
    let acked = 0;
    for (let round = 0; round < 3; round += 1) {
      const writer = startWriter(directory, { kind: 'write', config });
      await writer.line(`acked ${acked + 150 - (acked % 5)}`);
      writer.process.kill('SIGKILL');
      await writer.ended;
      acked = Math.max(...writer.lines.filter((line) => line.startsWith('acked')).map((line) => Number(line.slice(6))));
      const storage = open(directory, config);
      const { end } = verifyContents(storage);
      expect(end).toBeGreaterThanOrEqual(acked);
      expect(storage.logDisk.found.promised.round).toBeGreaterThanOrEqual(acked - (acked % 10));
      await storage.close();
      acked = end;
    }
  });

  it('makes entries that were committed but never fsynced durable before the agent may vote', async () => {
    const directory = join(temporary(), 'state');
    const writer = startWriter(directory, { kind: 'commitOnly', through: 300 });
    await writer.line('done');
    writer.process.kill('SIGKILL');
    await writer.ended;
    const storage = open(directory);
    expect(storage.logDisk.found.end).toBe(300);
    expect(checkpoint(storage.logDisk.database, 'NOOP').frames).toBeLessThan(5);
    // Without its WAL the database alone has them: they went through a checkpoint with fsync.
    const alone = join(temporary(), 'log.db');
    copyFileSync(join(directory, 'log.db'), alone);
    const database = openDatabase(alone, { mustExist: true, cacheKib: 1_000 });
    expect(database.prepare('SELECT max(slot) FROM journal').pluck().get()).toBe(300);
    database.close();
    await storage.close();
  });
});
