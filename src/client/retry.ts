import { setTimeout as delay } from 'node:timers/promises';
import { SynodError } from './errors.ts';

const FIRST_MS = 20;
const LONGEST_MS = 1_000;

/** Exponential with full jitter, so that the clients of a cell that comes back do not arrive together. */
export function backoffMs(repeat: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(repeat, 16));
  return ceiling * (0.5 + Math.random() / 2);
}

/** Resolves after `delayMs`; rejects with CANCELLED when the signal fires first. */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(delayMs, undefined, signal ? { signal } : {});
  } catch (cause) {
    throw new SynodError('CANCELLED', 'the call was cancelled', { cause });
  }
}

/** A deadline on the monotonic clock. */
export class Deadline {
  readonly #endMs: number;

  constructor(timeoutMs: number) {
    this.#endMs = performance.now() + timeoutMs;
  }

  get remainingMs(): number {
    return Math.max(0, this.#endMs - performance.now());
  }

  get isPast(): boolean {
    return this.remainingMs === 0;
  }
}
