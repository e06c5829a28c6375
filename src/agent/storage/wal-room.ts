import { fstatSync, writeSync } from 'node:fs';
import { walBytes } from './wal-file.ts';

const STEP_BYTES = 1024 * 1024;
const MARGIN_BYTES = STEP_BYTES / 4;
const ZEROS = Buffer.alloc(STEP_BYTES);

/**
 * Keeps room ahead of the newest frame of a WAL: zeros at its end. An fsync of overwritten blocks takes two thirds of
 * the time of one that makes the file grow, because the file system's own journal has nothing to write. SQLite takes
 * zeros for the end of the WAL, as it does frames of an earlier round. Only what lies behind the end of the file is
 * written, and on the thread that commits, so that this never meets a frame.
 */
export class WalRoom {
  readonly #descriptor: number;
  readonly #bytesMax: number;
  #sizeBytes = 0;

  /**
   * @param descriptor of the `-wal` file, for writing; stays the caller's
   * @param framesMax after so many the WAL starts over, more or less
   */
  constructor(descriptor: number, framesMax: number) {
    this.#descriptor = descriptor;
    this.#bytesMax = walBytes(framesMax);
  }

  /** What is written becomes durable with the next fsync. */
  keepAhead(frames: number): void {
    const neededBytes = Math.min(walBytes(frames) + MARGIN_BYTES, this.#bytesMax);
    if (neededBytes <= this.#sizeBytes) return;
    this.#sizeBytes = fstatSync(this.#descriptor).size;
    const stepBytes = Math.min(STEP_BYTES, this.#bytesMax - this.#sizeBytes);
    if (neededBytes <= this.#sizeBytes || stepBytes <= 0) return;
    try {
      this.#sizeBytes += writeSync(this.#descriptor, ZEROS, 0, stepBytes, this.#sizeBytes);
    } catch {
      // A full disk is told by the commit that finds no place; until then this agent does without room.
      this.#sizeBytes = this.#bytesMax;
    }
  }

  /** The file may have been cut back. */
  restarted(): void {
    this.#sizeBytes = 0;
  }
}
