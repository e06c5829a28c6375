import { closeSync } from 'node:fs';
import { openRaw, readAt, sizeOfFile } from './raw-file.ts';

/**
 * SQLite takes a damaged WAL for one that simply ends earlier, and that is right after a power failure, when the rest
 * was never fsynced. It is wrong when these frames were known to be there: pages that a checkpoint had already copied
 * would then be mixed with older ones from the WAL. So how long the WAL was is taken down in the mark, and compared
 * before SQLite opens it. Format: https://www.sqlite.org/fileformat2.html#walformat
 */
export interface WalExtent {
  /** Hexadecimal; made anew whenever the WAL starts over. Empty together with `frames` 0. */
  readonly salt: string;
  readonly frames: number;
}

export const NO_WAL: WalExtent = { salt: '', frames: 0 };

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x377f0682;

/** As SQLite makes databases. */
export const PAGE_BYTES = 4_096;

/** Of a WAL with so many frames of pages as SQLite makes them by itself. */
export function walBytes(frames: number): number {
  return HEADER_BYTES + frames * (FRAME_HEADER_BYTES + PAGE_BYTES);
}

/** How many of the frames that were known to be there are missing or changed; 0 when none. No connection may be open. */
export function missingFrames(path: string, known: WalExtent): number {
  if (known.frames === 0) return 0;
  if (sizeOfFile(path) === 0) return known.frames;
  const descriptor = openRaw(path, 'r');
  try {
    return known.frames - validFrames(descriptor, known);
  } finally {
    closeSync(descriptor);
  }
}

/** Counts up to the known frames. A WAL that has started over since owes nothing: its predecessor was copied and fsynced. */
function validFrames(descriptor: number, known: WalExtent): number {
  const header = readAt(descriptor, HEADER_BYTES, 0);
  if (header.length < HEADER_BYTES) return 0;
  const magic = header.readUInt32BE(0);
  if ((magic & 0xfffffffe) >>> 0 !== MAGIC) return 0;
  const sum = new WalSum((magic & 1) === 1);
  sum.add(header.subarray(0, 24));
  if (!sum.matches(header, 24)) return 0;
  const salt = header.subarray(16, 24);
  if (salt.toString('hex') !== known.salt) return known.frames;
  const pageBytes = header.readUInt32BE(8);
  if (pageBytes < 512 || pageBytes > 65_536) return 0;

  const frameBytes = FRAME_HEADER_BYTES + pageBytes;
  const framesPerRead = Math.max(1, Math.floor(1_048_576 / frameBytes));
  let valid = 0;
  while (valid < known.frames) {
    const wanted = Math.min(framesPerRead, known.frames - valid);
    const bytes = readAt(descriptor, wanted * frameBytes, HEADER_BYTES + valid * frameBytes);
    for (let at = 0; at + frameBytes <= bytes.length; at += frameBytes) {
      sum.add(bytes.subarray(at, at + 8));
      sum.add(bytes.subarray(at + FRAME_HEADER_BYTES, at + frameBytes));
      const sameSalt = bytes.compare(salt, 0, 8, at + 8, at + 16) === 0;
      if (!sameSalt || !sum.matches(bytes, at + 16)) return valid;
      valid += 1;
    }
    if (bytes.length < wanted * frameBytes) return valid;
  }
  return valid;
}

/** The running checksum of a WAL. */
class WalSum {
  #first = 0;
  #second = 0;
  readonly #bigEndian: boolean;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  add(bytes: Buffer): void {
    let first = this.#first;
    let second = this.#second;
    for (let at = 0; at < bytes.length; at += 8) {
      first = (first + (this.#bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + second) >>> 0;
      second = (second + (this.#bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + first) >>> 0;
    }
    this.#first = first;
    this.#second = second;
  }

  matches(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second;
  }
}
