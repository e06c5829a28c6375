import {
  closeSync,
  copyFileSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';

/**
 * Every file that storage opens by itself, beside SQLite, is opened here. A live database must not be: POSIX drops all
 * locks a process has on a file when it closes any descriptor of it, so that a second process could then open a
 * database which this one still writes ("How To Corrupt An SQLite Database File", 2.2). `-wal` files carry no locks.
 */
export function assertNotLocked(path: string): void {
  const name = basename(path);
  if (name.endsWith('.db') || name.endsWith('-shm')) {
    throw new Error(`${name} carries the locks of SQLite and must not be opened beside it`);
  }
}

export function openRaw(path: string, flags: 'r' | 'r+' | 'w' | 'w+' | 'a'): number {
  assertNotLocked(path);
  return openSync(path, flags, 0o600);
}

/** The whole file, or undefined when it does not exist. */
export function readRaw(path: string): Buffer | undefined {
  assertNotLocked(path);
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function writeRaw(path: string, content: string): void {
  assertNotLocked(path);
  writeFileSync(path, content, { mode: 0o600 });
}

/** Up to `length` bytes at `position`; fewer at the end of the file. */
export function readAt(descriptor: number, length: number, position: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  const read = readSync(descriptor, bytes, 0, length, position);
  return bytes.subarray(0, read);
}

/** A copy of a file that no connection of this process has open. */
export function copyForeign(source: string, target: string): void {
  assertNotLocked(target);
  copyFileSync(source, target);
}

export function syncFile(path: string): void {
  const descriptor = openRaw(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes creations, renames and deletions in a directory durable. */
export function syncDirectory(path: string): void {
  // Windows has no such thing: NTFS journals its directories, and a directory cannot be opened.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** 0 when it does not exist. Looks without opening. */
export function sizeOfFile(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Whether the descriptor still stands for the file of that name. */
export function isSameFile(descriptor: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const opened = fstatSync(descriptor);
  return named !== undefined && named.ino === opened.ino && named.dev === opened.dev;
}

/** A database with its companions, or any other file; none of them need exist. */
export function removeFiles(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
