import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { storageConfig } from '../../src/agent/config.ts';
import type { StateStore } from '../../src/agent/machine/store.ts';
import { openStorage, type Storage, type StorageConfig, StorageFault } from '../../src/agent/storage/index.ts';
import { applySlot, entryAt, KEYS, valueAt } from './slots.ts';

export const CELL = 'cell-1';

const made: string[] = [];
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A directory that is deleted when the tests of the file are over. */
export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'synod-storage-'));
  made.push(path);
  return path;
}

export function copyOf(directory: string): string {
  const copy = join(temporary(), 'state');
  cpSync(directory, copy, { recursive: true });
  return copy;
}

/** Failures of an open storage are thrown into the test that caused them. */
export function open(directory: string, config: Partial<StorageConfig> = {}): Storage {
  return openStorage({
    directory,
    config: storageConfig(config),
    run: (work) => work(),
    onFailure: (fault) => {
      throw fault;
    },
  });
}

export function faultOf(work: () => unknown): StorageFault {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(StorageFault);
    return error as StorageFault;
  }
  throw new Error('nothing was refused');
}

export function synced(storage: Storage): Promise<void> {
  return new Promise((resolve) => storage.logDisk.fsync(resolve));
}

/** Everything there is, is what was written; returns how far it goes. Throws a `StorageFault` where damage is found. */
export function verifyContents(storage: Storage): { end: number; applied: number } {
  const { floor, end } = storage.logDisk.found;
  for (let slot = floor; slot <= end; ) {
    const page = storage.logDisk.read(slot, end, 100_000);
    expect(page.length).toBeGreaterThan(0);
    for (const item of page) {
      expect(item.slot).toBe(slot);
      if (slot > 1) expect(Buffer.from(item.entry.payload).equals(Buffer.from(entryAt(slot).entry.payload))).toBe(true);
      slot += 1;
    }
  }
  const applied = verifyState(storage.stateStore);
  return { end: Math.max(end, applied), applied };
}

export function verifyState(store: StateStore): number {
  const applied = store.readMeta().appliedSlot;
  expect(store.count('user', '/', '0')).toBe(Math.min(applied, KEYS));
  for (let slot = Math.max(1, applied - KEYS + 1); slot <= applied; slot += 1) {
    const record = store.get('user', `/key/${slot % KEYS}`);
    expect(record?.modRevision).toBe(slot);
    expect(Buffer.from(record!.value).equals(valueAt(slot))).toBe(true);
  }
  const history = store.changes('user', 1, 0);
  expect(history.map((change) => change.modRevision)).toEqual(Array.from({ length: applied }, (_, at) => at + 1));
  for (const change of history) expect(Buffer.from(change.value).equals(valueAt(change.slot))).toBe(true);
  for (let slot = Math.max(1, applied - 9); slot <= applied; slot += 1) {
    expect(Buffer.from(store.getPlain(`/reply/${slot}`)!).toString()).toBe(`reply ${slot}`);
  }
  return applied;
}

/** Writes slots `from` to `through` in batches, durably, and applies them. */
export async function fill(storage: Storage, from: number, through: number, batch = 10): Promise<void> {
  for (let slot = from; slot <= through; slot += batch) {
    const entries = [];
    for (let at = slot; at < Math.min(slot + batch, through + 1); at += 1) entries.push(entryAt(at));
    storage.logDisk.commit({ entries, chosenThrough: slot - 1 });
    await synced(storage);
    for (const entry of entries) applySlot(storage.stateStore, entry.slot);
  }
  storage.logDisk.commit({ chosenThrough: through });
  await synced(storage);
}

/** A directory with slots 1 to `through`, closed in good order. */
export async function filled(through: number, config: Partial<StorageConfig> = {}): Promise<string> {
  const directory = join(temporary(), 'state');
  const storage = open(directory, config);
  storage.joinCell(CELL);
  await fill(storage, 1, through);
  await storage.close();
  return directory;
}

export function flipBit(file: string, byte: number, bit: number): void {
  const bytes = readFileSync(file);
  bytes[byte] = bytes[byte]! ^ (1 << bit);
  writeFileSync(file, bytes);
}

export const truncate = truncateSync;

export interface Writer {
  readonly process: ChildProcess;
  /** Resolves once a line that begins so was printed; gives the rest of it. */
  line(start: string): Promise<string>;
  /** Everything printed so far. */
  readonly lines: string[];
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
}

/** Another process that uses storage: see writer.ts. With a limit, files may not grow beyond so many KiB. */
export function startWriter(directory: string, job: Record<string, unknown>, fileLimitKib = 0): Writer {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const args = [script, directory, JSON.stringify(job)];
  const limited = `trap '' XFSZ; ulimit -f ${fileLimitKib}; exec "$0" "$@"`;
  const child =
    fileLimitKib === 0 ? spawn(process.execPath, args) : spawn('bash', ['-c', limited, process.execPath, ...args]);
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const lines: string[] = [];
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const one of woken) one();
  };
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  let isOver = false;
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>((resolve) => {
    child.on('close', (code, signal) => {
      isOver = true;
      wake();
      resolve({ code, signal, stderr });
    });
  });
  const line = async (start: string): Promise<string> => {
    for (;;) {
      const found = lines.find((one) => one.startsWith(start));
      if (found !== undefined) return found.slice(start.length).trim();
      if (isOver) throw new Error(`the writer ended without "${start}": ${stderr}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  };
  return { process: child, line, lines, ended };
}
