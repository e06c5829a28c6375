import { closeSync, fsyncSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Ballot, Slot } from '../consensus/types.ts';
import { openRaw, readRaw } from './raw-file.ts';
import { asStorageFault } from './storage-fault.ts';
import { NO_WAL, type WalExtent } from './wal-file.ts';

/** What was known to be on disk. Everything in it is a lower bound; a start that finds less has lost something. */
export interface Mark {
  /** Number of the newest commit of `log.db` that was durable. It grows with every commit, so it covers overwrites too. */
  readonly sequence: number;
  readonly promised: Ballot;
  /** Of the journal: max(last entry, applied slot). */
  readonly end: Slot;
  /** Frames of `log.db-wal` that were durable. */
  readonly logWal: WalExtent;
  readonly stateNumber: number;
  /** Frames of `state-N.db-wal` that were written, fsynced or not: holds as long as the machine was not restarted. */
  readonly stateWal: WalExtent;
  /** Of the operating system; empty where it cannot be told. */
  readonly bootId: string;
}

/** A record may be torn by a power failure; the other one lies in another sector, and in another page. */
const RECORD_STRIDE_BYTES = 4_096;
const HEADER_BYTES = 8;
const RECORD_BYTES_MAX = 1_024;

/**
 * Two records, written in turn and never fsynced: the mark is evidence, not a promise, and costs no time. It is there
 * after every crash of the process, and after most of the machine. An unreadable record says nothing.
 */
export class MarkFile {
  readonly #path: string;
  readonly #descriptor: number;
  #counter: number;
  readonly #buffer = Buffer.alloc(RECORD_BYTES_MAX);

  constructor(path: string) {
    const known = newestRecord(readRaw(path));
    this.#path = path;
    this.#counter = known?.counter ?? 0;
    this.#descriptor = openRaw(path, known === undefined ? 'w+' : 'r+');
  }

  /** The newest readable record. */
  static read(path: string): Mark | undefined {
    return newestRecord(readRaw(path))?.mark;
  }

  write(mark: Mark): void {
    this.#counter += 1;
    const text = JSON.stringify([
      this.#counter,
      mark.sequence,
      mark.promised.round,
      mark.promised.agentId,
      mark.end,
      mark.logWal.salt,
      mark.logWal.frames,
      mark.stateNumber,
      mark.stateWal.salt,
      mark.stateWal.frames,
      mark.bootId,
    ]);
    const length = this.#buffer.write(text, HEADER_BYTES, 'utf8');
    this.#buffer.writeUInt32LE(length, 0);
    this.#buffer.writeUInt32LE(crc32(this.#buffer.subarray(HEADER_BYTES, HEADER_BYTES + length)), 4);
    const position = (this.#counter % 2) * RECORD_STRIDE_BYTES;
    try {
      writeSync(this.#descriptor, this.#buffer, 0, HEADER_BYTES + length, position);
    } catch (error) {
      throw asStorageFault(this.#path, error);
    }
  }

  /** Only where less than before is about to be true, so that a power failure does not leave the larger claim. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

interface NumberedMark {
  readonly counter: number;
  readonly mark: Mark;
}

function newestRecord(file: Buffer | undefined): NumberedMark | undefined {
  if (file === undefined) return undefined;
  const records = [0, RECORD_STRIDE_BYTES].map((at) => parse(file.subarray(at, at + RECORD_BYTES_MAX)));
  const [first, second] = records;
  if (first === undefined || second === undefined) return first ?? second;
  return first.counter > second.counter ? first : second;
}

function parse(bytes: Buffer): NumberedMark | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const length = bytes.readUInt32LE(0);
  const text = bytes.subarray(HEADER_BYTES, HEADER_BYTES + length);
  if (length === 0 || text.length !== length || crc32(text) !== bytes.readUInt32LE(4)) return undefined;
  const fields = JSON.parse(text.toString('utf8')) as (number | string)[];
  const number = (at: number) => Number(fields[at] ?? 0);
  const string = (at: number) => String(fields[at] ?? '');
  const mark: Mark = {
    sequence: number(1),
    promised: { round: number(2), agentId: string(3) },
    end: number(4),
    logWal: { salt: string(5), frames: number(6) },
    stateNumber: number(7),
    stateWal: { salt: string(8), frames: number(9) },
    bootId: string(10),
  };
  return { counter: number(0), mark };
}

/** Where the operating system does not say, nothing is concluded from what was written but not fsynced. */
export function readBootId(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readRaw('/proc/sys/kernel/random/boot_id')?.toString('latin1').trim() ?? '';
  } catch {
    return '';
  }
}

export const NO_MARK: Mark = {
  sequence: 0,
  promised: { round: 0, agentId: '' },
  end: 0,
  logWal: NO_WAL,
  stateNumber: 0,
  stateWal: NO_WAL,
  bootId: '',
};

/** The mark of a running agent: what changes is merged in and written. */
export class MarkKeeper {
  #mark: Mark;
  readonly #file: MarkFile;

  constructor(file: MarkFile, initial: Mark) {
    this.#file = file;
    this.#mark = initial;
  }

  update(change: Partial<Mark>): void {
    this.#mark = { ...this.#mark, ...change };
    this.#file.write(this.#mark);
  }

  /** Before something the mark speaks of goes away. */
  withdraw(change: Partial<Mark>): void {
    this.update(change);
    // Both records: the older one claims as much.
    this.update(change);
    this.#file.sync();
  }

  close(): void {
    this.#file.close();
  }
}
