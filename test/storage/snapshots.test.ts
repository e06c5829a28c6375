// Guards snapshots: the state travels whole or not at all, and never touches a later entry or an identity; the promise
// rises with it, in the same commit, and is never lowered; a crash between any two steps of an installation leaves the
// old state with the old promise, or the new with the new.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SavedSnapshot, Storage } from '../../src/agent/storage/index.ts';
import { MarkFile } from '../../src/agent/storage/mark.ts';
import type { InstallStep, SnapshotDescription } from '../../src/agent/storage/snapshot-receiver.ts';
import { applySlot, entryAt } from './slots.ts';
import {
  CELL,
  copyOf,
  fill,
  filled,
  flipBit,
  open,
  startWriter,
  synced,
  temporary,
  verifyContents,
} from './support.ts';

let sender: Storage;
let saved: SavedSnapshot;
let content: Buffer;
/** Of the sender, when it made the file. */
const promised = { round: 60, agentId: 'maker' };

beforeAll(async () => {
  sender = open(join(temporary(), 'state'));
  sender.joinCell(CELL);
  await fill(sender, 1, 200);
  sender.logDisk.commit({ promised });
  saved = await sender.saveSnapshot();
  content = readFileSync(saved.path);
  return async () => {
    saved.release();
    await sender.close();
  };
});

async function receive(storage: Storage, description: SnapshotDescription = saved, bytes = content) {
  const receiver = storage.receiveSnapshot(description);
  for (let at = 0; at < bytes.length; at += 10_000) receiver.write(bytes.subarray(at, at + 10_000));
  return await receiver.finish();
}

async function receiverAt(through: number): Promise<Storage> {
  return open(await filled(through));
}

describe('saving', () => {
  it('describes the file that it made, with the slot that is in it', async () => {
    expect(saved).toMatchObject({ slot: 200, cellId: CELL, sizeBytes: content.length, promised });
    const other = await sender.saveSnapshot();
    expect(other.path).not.toBe(saved.path);
    other.release();
    expect(readdirSync(sender.directory).filter((name) => name.startsWith('outgoing'))).toHaveLength(1);
  });

  it('says what is promised when the file is there, which covers all that is in it', async () => {
    const storage = await receiverAt(50);
    const saving = storage.saveSnapshot();
    // It has begun, and its worker has not answered yet.
    await Promise.resolve();
    storage.logDisk.commit({ promised });
    const snapshot = await saving;
    expect(snapshot.promised).toEqual(promised);
    snapshot.release();
    await storage.close();
  });

  it('commits what is applied and not yet committed to the log before it flushes the state', async () => {
    const storage = await receiverAt(50);
    applySlot(storage.stateStore, 51);
    storage.logDisk.onStateFlush = () => storage.logDisk.commit({ entries: [entryAt(51)], promised });
    const snapshot = await storage.saveSnapshot();
    expect(snapshot).toMatchObject({ slot: 51, promised });
    snapshot.release();
    await storage.close();
  });

  it('goes on beside writes, and beside another snapshot', async () => {
    const storage = await receiverAt(50);
    const both = Promise.all([storage.saveSnapshot(), storage.saveSnapshot()]);
    await fill(storage, 51, 150, 5);
    const snapshots = await both;
    for (const { slot, release } of snapshots) {
      expect(slot).toBeGreaterThanOrEqual(50);
      release();
    }
    verifyContents(storage);
    await storage.close();
  });
});

describe('installing', () => {
  it('takes the place of the state; a higher promise, the identity and later entries stay', async () => {
    const directory = await filled(20);
    const storage = open(directory);
    const { agentId } = storage.identity;
    storage.logDisk.commit({
      promised: { round: 90, agentId: 'other' },
      entries: Array.from({ length: 190 }, (_, at) => entryAt(21 + at)),
    });
    await synced(storage);
    const outcome = await receive(storage);
    expect(outcome).toMatchObject({ kind: 'installed', base: { slot: 200 } });
    for (const restarted of [false, true]) {
      const now = restarted ? open(directory) : storage;
      expect(now.identity).toMatchObject({ agentId, cellId: CELL });
      expect(now.durable).toMatchObject({
        promised: { round: 90, agentId: 'other' },
        floor: 201,
        end: 210,
        chosenThrough: 200,
        base: { slot: 200 },
      });
      verifyContents(now);
      expect(
        readdirSync(directory)
          .filter((name) => name.endsWith('.db'))
          .sort(),
      ).toEqual(['lock.db', 'log.db', 'state-2.db']);
      await now.close();
    }
  });

  it('leaves an empty journal behind the snapshot when nothing reaches beyond it, and goes on from there', async () => {
    const directory = await filled(20);
    const storage = open(directory);
    const outcome = await receive(storage);
    if (outcome.kind !== 'installed') throw new Error(outcome.reason);
    expect(storage.stateStore).toBe(outcome.store);
    expect(storage.logDisk.found).toMatchObject({ floor: 201, end: 200 });
    // Entries on their way to the disk, some of which the snapshot has made needless.
    storage.logDisk.commit({ entries: [199, 200, 201].map((slot) => entryAt(slot)), chosenThrough: 200 });
    await fill(storage, 202, 260);
    await storage.close();
    const again = open(directory);
    expect(again.logDisk.found).toMatchObject({ floor: 201, end: 260 });
    await again.close();
  });

  it('raises the promise in the same commit, for the mark too, and nothing lowers it again', async () => {
    const directory = await filled(20);
    const storage = open(directory);
    storage.logDisk.commit({ promised: { round: 59, agentId: 'own' } });
    expect(await receive(storage)).toMatchObject({ kind: 'installed', base: { slot: 200, promised } });
    expect(MarkFile.read(join(directory, 'mark'))).toMatchObject({ promised, end: 200 });
    // A promise that the replica made before it knew of the snapshot arrives late, alone or with entries.
    storage.logDisk.commit({ promised: { round: 60, agentId: 'late' } });
    storage.logDisk.commit({ promised: { round: 59, agentId: 'zoe' }, entries: [entryAt(201), entryAt(202)] });
    expect(storage.durable.promised).toEqual(promised);
    await synced(storage);
    await storage.close();
    const again = open(directory);
    expect(again.durable).toMatchObject({ promised, end: 202 });
    again.logDisk.commit({ promised: { round: 60, agentId: 'zoe' } });
    expect(again.durable.promised).toEqual({ round: 60, agentId: 'zoe' });
    await again.close();
  });

  it('ignores a snapshot that is not above the applied slot', async () => {
    for (const through of [200, 230]) {
      const storage = await receiverAt(through);
      expect(await receive(storage)).toMatchObject({ kind: 'ignored' });
      const nobody = { round: 0, agentId: '' };
      expect(storage.durable).toMatchObject({ promised: nobody, floor: 1, end: through, base: { slot: through } });
      verifyContents(storage);
      await storage.close();
    }
  });

  it('ignores what is not what was described', async () => {
    const storage = await receiverAt(20);
    const damaged = Buffer.from(content);
    damaged[damaged.length - 500] = damaged[damaged.length - 500]! ^ 4;
    const short = content.subarray(0, content.length - 4_096);
    const cases: [SnapshotDescription, Buffer, RegExp][] = [
      [saved, damaged, /checksum/],
      [saved, short, /bytes arrived of/],
      [{ ...saved, sizeBytes: short.length }, short, /damaged|checksum/],
      [{ ...saved, slot: 300 }, content, /of slot 200, not of 300/],
    ];
    for (const [description, bytes, reason] of cases) {
      const outcome = await receive(storage, description, bytes);
      expect(outcome.kind === 'ignored' && outcome.reason).toMatch(reason);
    }
    expect(() => storage.receiveSnapshot({ ...saved, cellId: 'another' })).toThrow(/belongs to cell cell-1/);
    expect(readdirSync(storage.directory).filter((name) => name.startsWith('incoming'))).toEqual([]);
    verifyContents(storage);
    expect(await receive(storage)).toMatchObject({ kind: 'installed' });
    await storage.close();
  });

  it('takes one at a time, and forgets one that is broken off', async () => {
    const storage = await receiverAt(20);
    const first = storage.receiveSnapshot(saved);
    first.write(content.subarray(0, 5_000));
    expect(() => storage.receiveSnapshot(saved)).toThrow(/being received already/);
    first.abort();
    expect(await receive(storage)).toMatchObject({ kind: 'installed' });
    await storage.close();
  });

  it('refuses a state with a damaged row, whoever vouches for it', async () => {
    // The same bytes with another value in one row, and the checksum of the file made to fit.
    const at = content.indexOf('value of 190.');
    const path = join(temporary(), 'damaged.snapshot');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(path, content);
    flipBit(path, at + 3, 1);
    const bytes = readFileSync(path);
    const { createHash } = await import('node:crypto');
    const storage = await receiverAt(20);
    const outcome = await receive(storage, { ...saved, checksum: createHash('sha256').update(bytes).digest() }, bytes);
    expect(outcome.kind === 'ignored' && outcome.reason).toContain('revision 190 does not match its checksum');
    await storage.close();
  });
});

describe('a crash while a snapshot is installed', () => {
  const steps: [InstallStep, number][] = [
    ['received', 20],
    ['verified', 20],
    ['renamed', 20],
    ['opened', 20],
    ['committed', 200],
    ['switched', 200],
  ];

  it('leaves the old state and promise before the commit, the new ones after it', async () => {
    const before = await filled(20);
    const { path, slot, cellId, sizeBytes, checksum } = saved;
    const snapshot = { path, slot, cellId, sizeBytes, promised, checksum: Buffer.from(checksum).toString('hex') };
    for (const [dieAt, applied] of steps) {
      const directory = copyOf(before);
      const writer = startWriter(directory, { kind: 'install', snapshot, dieAt });
      expect((await writer.ended).signal).toBe('SIGKILL');
      expect(writer.lines.filter((line) => line.startsWith('outcome'))).toEqual([]);
      const storage = open(directory);
      expect(storage.base.slot).toBe(applied);
      expect(storage.logDisk.found).toMatchObject(
        applied === 20 ? { floor: 1, end: 20, promised: { round: 0 } } : { floor: 201, end: 200, promised },
      );
      verifyContents(storage);
      expect(readdirSync(directory).filter((name) => name.startsWith('state-') && name.endsWith('.db'))).toHaveLength(
        1,
      );
      expect(await receive(storage)).toMatchObject({ kind: applied === 20 ? 'installed' : 'ignored' });
      await storage.close();
    }
  });
});
