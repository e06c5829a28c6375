import { LIMITS } from './limits.ts';
import type { KeyRecord } from './store.ts';

/**
 * How much a reply may still carry. Replies are stored on every agent, so a small command must not be able to make a
 * large one.
 */
export class ReplyBudget {
  #bytes: number = LIMITS.replyBytesMax;

  /** False, and nothing is taken, when there is no room. */
  take(record: KeyRecord): boolean {
    const bytes = record.key.length + record.value.length;
    if (bytes > this.#bytes) return false;
    this.#bytes -= bytes;
    return true;
  }
}
