import { CellError } from '../host/cell-port.ts';

/** Answers that are made and not yet handed to the stream; beyond it none is made that may be large. */
const UNSENT_BYTES_MAX = 4 * 1024 * 1024;

interface Waiting {
  readonly begin: () => void;
  readonly fail: (error: CellError) => void;
}

/**
 * Room for the answers of one stream. A small request may ask for a large answer, so many of them must not be answered
 * before somebody takes what there is: reads wait here until it is their turn to be made, one after the other.
 */
export class AnswerRoom {
  #unsentBytes = 0;
  #isMaking = false;
  #isClosed = false;
  #waiting: Waiting[] = [];

  /** Undefined: at once. Whoever has taken the room makes its answer, or none, and says so by `made`. */
  take(): Promise<void> | undefined {
    if (this.#hasRoom && this.#waiting.length === 0) {
      this.#isMaking = true;
      return undefined;
    }
    if (this.#isClosed) return Promise.reject(goneError());
    return new Promise((begin, fail) => this.#waiting.push({ begin, fail }));
  }

  made(sizeBytes: number): void {
    this.#isMaking = false;
    this.#unsentBytes += sizeBytes;
    this.#next();
  }

  sent(sizeBytes: number): void {
    this.#unsentBytes -= sizeBytes;
    this.#next();
  }

  /** Nobody takes anything any more. */
  close(): void {
    this.#isClosed = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { fail } of waiting) fail(goneError());
  }

  get #hasRoom(): boolean {
    return !this.#isMaking && !this.#isClosed && this.#unsentBytes < UNSENT_BYTES_MAX;
  }

  #next(): void {
    if (this.#waiting.length === 0 || !this.#hasRoom) return;
    this.#isMaking = true;
    this.#waiting.shift()?.begin();
  }
}

function goneError(): CellError {
  return new CellError('CANCELLED', 'the stream has ended');
}
