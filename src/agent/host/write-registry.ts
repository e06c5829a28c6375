import type { PendingWrite } from './pending-write.ts';

/**
 * The pending writes by their place in a session. Commands without a session are idempotent, and found by their digest
 * under the empty session.
 */
export class WriteRegistry {
  #bySession = new Map<string, Map<number, PendingWrite>>();
  #count = 0;
  #sizeBytes = 0;

  get count(): number {
    return this.#count;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  find(sessionId: string, place: number): PendingWrite | undefined {
    return this.#bySession.get(sessionId)?.get(place);
  }

  /** The lowest place that is outstanding: of a session whose sequences were added in order. */
  lowest(sessionId: string): number | undefined {
    return this.#bySession.get(sessionId)?.keys().next().value;
  }

  add(sessionId: string, place: number, write: PendingWrite): void {
    let writes = this.#bySession.get(sessionId);
    if (writes === undefined) {
      writes = new Map();
      this.#bySession.set(sessionId, writes);
    }
    writes.set(place, write);
    this.#count += 1;
    this.#sizeBytes += write.sizeBytes;
  }

  remove(write: PendingWrite): void {
    const { sessionId, sequence, digest } = write.request;
    const writes = this.#bySession.get(sessionId);
    if (writes === undefined || !writes.delete(sessionId === '' ? digest : sequence)) return;
    if (writes.size === 0) this.#bySession.delete(sessionId);
    this.#count -= 1;
    this.#sizeBytes -= write.sizeBytes;
  }

  /** A copy: whoever goes through it may remove. */
  ofSession(sessionId: string): PendingWrite[] {
    return [...(this.#bySession.get(sessionId)?.values() ?? [])];
  }

  all(): PendingWrite[] {
    return [...this.#bySession.values()].flatMap((writes) => [...writes.values()]);
  }

  clear(): void {
    this.#bySession.clear();
    this.#count = 0;
    this.#sizeBytes = 0;
  }
}
