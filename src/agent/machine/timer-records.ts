import { LIMITS } from './limits.ts';
import type { Key } from './store.ts';
import { TIMERS } from './system-records.ts';
import type { WriteView } from './write-view.ts';

export function sessionTimer(sessionId: string): string {
  return `session/${sessionId}`;
}

export function leaseTimer(leaseId: string): string {
  return `lease/${leaseId}`;
}

/** The lease of one acquisition. */
export function lockTimer(ticket: number): string {
  return `lock/${ticket}`;
}

/** A lock that is granted to nobody until it fires. */
export function lockDelayTimer(lock: Key): string {
  return `lock-delay${lock}`;
}

/** A vacant election that is filled in the next slot. */
export function electionTimer(path: Key): string {
  return `election${path}`;
}

export function barrierTimer(path: Key): string {
  return `barrier${path}`;
}

export function proposalTimer(id: string): string {
  return `proposal/${id}`;
}

/** The lease of one claim of an entry: a renewal that comes late never extends the lease of the next claim. */
export function entryTimer(entryId: string, token: number): string {
  return `entry/${entryId}/${token}`;
}

const ENTRY_TIMER = /^entry\/\d+\/\d{16}\/\d+$/;

/** Of all timers only leases are renewed by whoever has them: a deadline is not theirs to put off. */
export function entryTimerViolation(timerId: string): string | undefined {
  if (ENTRY_TIMER.test(timerId)) return undefined;
  return `the lease of a claim is a timer such as entry/7/0000000000000001/9, this is ${JSON.stringify(timerId.slice(0, 80))}`;
}

/** An entry that has failed and is claimable only when it fires. */
export function entryDelayTimer(entryId: string): string {
  return `entry-delay/${entryId}`;
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
