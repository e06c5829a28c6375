import { LIMITS } from './limits.ts';
import { TIMERS } from './system-records.ts';
import type { WriteView } from './write-view.ts';

export function sessionTimer(sessionId: string): string {
  return `session/${sessionId}`;
}

export function leaseTimer(leaseId: string): string {
  return `lease/${leaseId}`;
}

/**
 * The generation is the system revision that starts the timer, so no two timers ever share id and generation: an end
 * proposed for an earlier one never ends a later one.
 */
export function startTimer(view: WriteView, timerId: string, ttlMs: number): void {
  const generation = view.revision('system') + 1;
  view.put('system', TIMERS.keyOf(timerId), TIMERS.encode({ ttlMs, generation }));
}

export function stopTimer(view: WriteView, timerId: string): void {
  view.delete('system', TIMERS.keyOf(timerId));
}

export function ttlViolation(ttlMs: number): string | undefined {
  if (Number.isSafeInteger(ttlMs) && ttlMs >= LIMITS.ttlMsMin && ttlMs <= LIMITS.ttlMsMax) return undefined;
  return `a TTL is between ${LIMITS.ttlMsMin} and ${LIMITS.ttlMsMax} whole milliseconds, not ${ttlMs}`;
}
