// Guards "detected, never served, never voted on": bits flipped and files cut off at random places, in an agent that was
// killed in the middle of its work. It either refuses to go on, in one line, or has everything that it had.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/agent/storage/index.ts';
import { StorageFault } from '../../src/agent/storage/index.ts';
import { fc } from '../support/property.ts';
import { copyOf, filled, flipBit, open, startWriter, synced, temporary, truncate, verifyContents } from './support.ts';

const CONFIG = { logWalFramesMax: 60, stateWalFramesMax: 60, stateDurableSlots: 100, journalKeptSlots: 120 };
const FILES = ['log.db', 'log.db-wal', 'state-1.db', 'state-1.db-wal'] as const;

let killed = '';
let closed = '';
let acked = 0;
let applied = 0;

beforeAll(async () => {
  killed = join(temporary(), 'state');
  const writer = startWriter(killed, { kind: 'write', config: CONFIG, through: 330 });
  await writer.line('acked 315');
  writer.process.kill('SIGKILL');
  await writer.ended;
  acked = Math.max(...writer.lines.filter((line) => line.startsWith('acked')).map((line) => Number(line.slice(6))));
  const storage = open(copyOf(killed), CONFIG);
  applied = storage.base.slot;
  await storage.close();
  closed = await filled(acked, CONFIG);
  const last = open(closed, CONFIG);
  last.logDisk.commit({ promised: { round: acked, agentId: 'someone' } });
  await synced(last);
  await last.close();
});

/** Undefined: everything is there. */
async function outcomeOf(directory: string): Promise<StorageFault | undefined> {
  let storage: Storage | undefined;
  try {
    storage = open(directory, CONFIG);
    const found = verifyContents(storage);
    expect(found.end).toBeGreaterThanOrEqual(acked);
    expect(storage.logDisk.found.promised.round).toBeGreaterThanOrEqual(acked - (acked % 10));
    // The state of the last flush at least: what came later is in the journal.
    expect(found.applied).toBeGreaterThanOrEqual(applied);
    return undefined;
  } catch (error) {
    if (!(error instanceof StorageFault)) throw error;
    expect(error.message).not.toContain('\n');
    expect(['damaged', 'unusable', 'disk']).toContain(error.kind);
    return error;
  } finally {
    await storage?.close().catch(() => {});
  }
}

describe('a killed agent', () => {
  it('has everything as long as nothing is touched', async () => {
    expect(readdirSync(killed)).toEqual(expect.arrayContaining([...FILES]));
    expect(await outcomeOf(copyOf(killed))).toBeUndefined();
  });

  for (const name of FILES) {
    it(`is not deceived by a bit flipped in ${name}, or by that file cut off`, async () => {
      // Behind it is room for what comes, which nobody misses.
      const sizeBytes = readFileSync(join(killed, name)).findLastIndex((byte) => byte !== 0) + 1;
      await fc.assert(
        fc.asyncProperty(fc.nat(sizeBytes - 1), fc.option(fc.nat(7)), async (byte, bit) => {
          const directory = copyOf(killed);
          if (bit === null) truncate(join(directory, name), byte);
          else flipBit(join(directory, name), byte, bit);
          await outcomeOf(directory);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('notices that a whole WAL is gone', async () => {
    for (const name of ['log.db-wal', 'state-1.db-wal']) {
      const directory = copyOf(killed);
      truncate(join(directory, name), 0);
      const fault = await outcomeOf(directory);
      expect(fault?.message).toMatch(/-wal: \d+ of \d+ pages that were (durable|written) are missing/);
      // Asking again does not help, nor does restarting the machine.
      expect(faultAgain(directory)).toBe(fault?.message);
    }
  });
});

describe('an agent that was closed in good order', () => {
  it('is not deceived by a bit flipped in a database', async () => {
    for (const name of ['log.db', 'state-1.db']) {
      const sizeBytes = statSync(join(closed, name)).size;
      let noticed = 0;
      for (let run = 0; run < 30; run += 1) {
        const directory = copyOf(closed);
        flipBit(join(directory, name), Math.floor((run * sizeBytes) / 30) + 7 * run, run % 8);
        if ((await outcomeOf(directory)) !== undefined) noticed += 1;
      }
      // Some bits mean nothing: they lie in pages or parts of pages that are not used.
      expect(noticed).toBeGreaterThan(15);
    }
  });

  it('notices every database that was cut off', async () => {
    for (const name of ['log.db', 'state-1.db']) {
      const sizeBytes = statSync(join(closed, name)).size;
      for (let run = 0; run < 10; run += 1) {
        const directory = copyOf(closed);
        truncate(join(directory, name), Math.floor((run * sizeBytes) / 10) + run);
        expect(await outcomeOf(directory)).toBeDefined();
      }
    }
  });
});

function faultAgain(directory: string): string {
  try {
    open(directory, CONFIG);
    return 'opened';
  } catch (error) {
    return (error as Error).message;
  }
}
