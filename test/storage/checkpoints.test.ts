// Guards the checkpoints: WALs stay small beside a writer, and the journal is dropped only behind what is durable.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { storageConfig } from '../../src/agent/config.ts';
import { openStorage, type StorageFault } from '../../src/agent/storage/index.ts';
import { fill, open, temporary, verifyContents } from './support.ts';

const CONFIG = { logWalFramesMax: 50, stateWalFramesMax: 40, stateDurableSlots: 60, journalKeptSlots: 30 };

describe('checkpoints', () => {
  it('keep both WALs short and drop the journal, while writes go on', async () => {
    const directory = join(temporary(), 'state');
    const storage = open(directory, CONFIG);
    const floors: number[] = [];
    storage.logDisk.onFloor = (floor) => floors.push(floor);
    let end = 0;
    while (floors.length < 5) {
      await fill(storage, end + 1, end + 20, 2);
      end += 20;
      storage.stateStore.flush();
      const { logWalBytes, stateWalBytes } = storage.sizes();
      expect(logWalBytes).toBeLessThan(2_000 * 4_096);
      expect(stateWalBytes).toBeLessThan(2_000 * 4_096);
    }
    expect(floors).toEqual(floors.toSorted((a, b) => a - b));
    expect(storage.logDisk.found.floor).toBe(floors.at(-1));
    expect(end - floors.at(-1)! + 1).toBeGreaterThanOrEqual(30);
    expect(storage.logDisk.read(1, end, 1_000_000)[0]?.slot).toBe(floors.at(-1));
    verifyContents(storage);
    await storage.close();
    const again = open(directory, CONFIG);
    verifyContents(again);
    await again.close();
  });

  it('drop nothing that only a flush covers, which no fsync has followed', async () => {
    const storage = open(join(temporary(), 'state'), {
      ...CONFIG,
      stateDurableSlots: 1_000,
      stateWalFramesMax: 10_000,
    });
    await fill(storage, 1, 200);
    storage.stateStore.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(storage.logDisk.found.floor).toBe(1);
    await storage.close();
  });

  it('drop nothing as long as a checkpoint could not copy every page', async () => {
    const directory = join(temporary(), 'state');
    const storage = open(directory, CONFIG);
    await fill(storage, 1, 60);
    storage.stateStore.flush();
    const emptyBytes = storage.sizes().stateBytes;
    const reader = new Database(join(directory, 'state-1.db'));
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM meta').get();
    // What the reader sees is copied, and nothing after it.
    let end = 60;
    for (let rounds = 0; rounds < 8; rounds += storage.sizes().stateBytes > emptyBytes ? 1 : 0) {
      await fill(storage, end + 1, end + 60);
      end += 60;
      storage.stateStore.flush();
      expect(storage.logDisk.found.floor).toBe(1);
    }
    reader.close();
    while (storage.logDisk.found.floor === 1) {
      await fill(storage, end + 1, end + 60);
      end += 60;
      storage.stateStore.flush();
    }
    await storage.close();
  });

  it('drop nothing that a snapshot on its way still needs', async () => {
    const storage = open(join(temporary(), 'state'), CONFIG);
    await fill(storage, 1, 40);
    const saved = await storage.saveSnapshot();
    expect(saved.slot).toBe(40);
    for (let end = 40; end < 400; end += 40) {
      await fill(storage, end + 1, end + 40, 5);
      storage.stateStore.flush();
    }
    expect(storage.logDisk.found.floor).toBeLessThanOrEqual(41);
    saved.release();
    // A checkpoint that is under way drops what it saw when it began; it takes a write after its end to begin another.
    for (let end = 400; storage.logDisk.found.floor <= 200; end += 40) {
      await fill(storage, end + 1, end + 40, 5);
      storage.stateStore.flush();
    }
    await storage.close();
  });

  it('lead a failure of whoever is told of a shorter journal to where failures of the agent go', async () => {
    const directory = join(temporary(), 'state');
    const failures: unknown[] = [];
    const storage = openStorage({
      directory,
      config: storageConfig(CONFIG),
      run: (work) => {
        try {
          work();
        } catch (error) {
          failures.push(error);
        }
      },
      onFailure: (fault) => failures.push(fault),
    });
    const planted = new Error('planted');
    storage.logDisk.onFloor = () => {
      throw planted;
    };
    for (let end = 0; failures.length === 0; end += 40) {
      await fill(storage, end + 1, end + 40, 5);
      storage.stateStore.flush();
    }
    expect(failures).toContain(planted);
    await storage.close();
  });

  it('end the agent when the WAL that it fsyncs is not the one that SQLite writes', async () => {
    const directory = join(temporary(), 'state');
    const faults: StorageFault[] = [];
    const storage = openStorage({
      directory,
      config: storageConfig(CONFIG),
      run: (work) => work(),
      onFailure: (fault) => faults.push(fault),
    });
    const wal = join(directory, 'log.db-wal');
    renameSync(wal, `${wal}.away`);
    writeFileSync(wal, '');
    for (let end = 0; faults.length === 0; end += 10) {
      await fill(storage, end + 1, end + 10, 1);
    }
    expect(faults).toHaveLength(1);
    expect(faults[0]!.message).toMatch(/log\.db(-wal: replaced by another file|: the disk failed)/);
    await storage.close();
  });
});
