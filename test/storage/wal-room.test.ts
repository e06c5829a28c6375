// Guards the room ahead of a WAL: it never touches a frame, ends at its bound, and a full disk is not its business.
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { walBytes } from '../../src/agent/storage/wal-file.ts';
import { WalRoom } from '../../src/agent/storage/wal-room.ts';
import { open, temporary } from './support.ts';

it('writes zeros behind the end of the file only, and only when the frames come near it', () => {
  const path = join(temporary(), 'some-wal');
  const descriptor = openSync(path, 'w+');
  const frames = Buffer.alloc(walBytes(2), 7);
  writeSync(descriptor, frames);
  const room = new WalRoom(descriptor, 500);
  room.keepAhead(2);
  const grown = readFileSync(path);
  expect(grown.length).toBeGreaterThan(frames.length);
  expect(grown.subarray(0, frames.length).equals(frames)).toBe(true);
  expect(grown.subarray(frames.length).every((byte) => byte === 0)).toBe(true);
  room.keepAhead(3);
  expect(readFileSync(path)).toHaveLength(grown.length);
  for (let count = 4; count <= 1_000; count += 1) room.keepAhead(count);
  expect(readFileSync(path)).toHaveLength(walBytes(500));
  ftruncateSync(descriptor, frames.length);
  room.restarted();
  room.keepAhead(2);
  expect(readFileSync(path).equals(grown)).toBe(true);
  closeSync(descriptor);
});

it('does without room where the file may not grow', () => {
  const path = join(temporary(), 'some-wal');
  closeSync(openSync(path, 'w'));
  const readOnly = openSync(path, 'r');
  const room = new WalRoom(readOnly, 500);
  room.keepAhead(1);
  room.keepAhead(400);
  expect(readFileSync(path)).toHaveLength(0);
  closeSync(readOnly);
});

it('is there in a state directory in use, and a WAL that consists of it is an empty one', async () => {
  const directory = join(temporary(), 'state');
  const storage = open(directory);
  expect(storage.sizes().logWalBytes).toBeGreaterThan(walBytes(100));
  await storage.close();
  const again = open(directory);
  expect(again.logDisk.found.end).toBe(0);
  await again.close();
});
