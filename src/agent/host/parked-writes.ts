import type { PendingWrite } from './pending-write.ts';

/** Writes that wait for the agent's own session, in the order in which they came, and the room they take meanwhile. */
export class ParkedWrites {
  #writes: PendingWrite[] = [];
  #sizeBytes = 0;

  get count(): number {
    return this.#writes.length;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(write: PendingWrite): void {
    this.#writes.push(write);
    this.#sizeBytes += write.sizeBytes;
  }

  /** They go on, as long as there is a place for the next one. */
  release(hasPlace: () => boolean, goOn: (write: PendingWrite) => void): void {
    let next = 0;
    for (; next < this.#writes.length && hasPlace(); next += 1) {
      const write = this.#writes[next] as PendingWrite;
      this.#sizeBytes -= write.sizeBytes;
      if (!write.isDone) goOn(write);
    }
    this.#writes.splice(0, next);
  }

  /** Those that nobody waits for any more leave. */
  sweep(expire: (write: PendingWrite) => void): void {
    if (this.#writes.length === 0) return;
    for (const write of this.#writes) expire(write);
    this.#writes = this.#writes.filter((write) => !write.isDone);
    this.#sizeBytes = this.#writes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  takeAll(): readonly PendingWrite[] {
    const writes = this.#writes;
    this.#writes = [];
    this.#sizeBytes = 0;
    return writes;
  }
}
