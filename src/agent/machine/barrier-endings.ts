import {
  barriersOfSession,
  membersOf,
  readBarrier,
  readMember,
  removeMember,
  requiredOf,
  writeBarrier,
} from './barrier-state.ts';
import type { BarrierRecord } from './coordination-records.ts';
import type { Key } from './store.ts';
import { barrierTimer, stopTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/**
 * Writes a barrier that was changed, and releases it when as many distinct live members have arrived as it needs
 * (invariant 15). A release arms the next barrier, which may be released by that in turn; this ends, because each
 * release uses up the arrivals of its generation.
 */
export function settleBarrier(
  view: WriteView,
  path: Key,
  before: BarrierRecord | undefined,
  changed: BarrierRecord,
): void {
  writeBarrier(view, path, before, changed);
  for (let at: Key | undefined = path; at !== undefined; ) {
    const barrier = readBarrier(view, at);
    const isReached = barrier?.state === 'standing' && barrier.isArmed && barrier.arrived >= barrier.required;
    at = isReached && barrier.arrived > 0 ? release(view, at, barrier, 'threshold') : undefined;
  }
}

/** Returns the barrier that it armed. */
function release(view: WriteView, path: Key, barrier: BarrierRecord, kind: 'threshold' | 'timeout'): Key | undefined {
  const { generation, arrived, startsArmed } = barrier;
  const released = { generation, kind, arrived, required: requiredOf(barrier), slot: view.slot, atMs: view.stampMs };
  const emptied = withoutPassing(view, barrier);
  const fresh = { generation: generation + 1, arrived: 0, isArmed: startsArmed, released };
  writeBarrier(view, path, barrier, { ...emptied, ...fresh });
  const next = barrier.next === '' ? undefined : readBarrier(view, barrier.next);
  if (next === undefined || next.isArmed) return undefined;
  writeBarrier(view, barrier.next, next, { ...next, isArmed: true });
  return barrier.next;
}

/** Whoever came by arriving takes part in one generation. */
function withoutPassing(view: WriteView, barrier: BarrierRecord): BarrierRecord {
  if (!barrier.isOpen) return barrier;
  const passing = membersOf(view, barrier).filter(({ isPassing }) => isPassing);
  return passing.reduce((left, member) => removeMember(view, left, member), barrier);
}

export function breakBarrier(
  view: WriteView,
  path: Key,
  before: BarrierRecord,
  changed: BarrierRecord,
  cause: Pick<NonNullable<BarrierRecord['broken']>, 'kind' | 'by' | 'why'>,
): void {
  const { generation } = changed;
  const broken = { generation, ...cause, slot: view.slot, atMs: view.stampMs };
  writeBarrier(view, path, before, { ...withoutPassing(view, changed), state: 'broken', broken });
}

/**
 * What a death does was said when the barrier was created. The session leaves all its barriers before any is looked at: the
 * release of one may arm another, which must not count the arrival of whoever has died.
 */
export function endMembershipsOfSession(view: WriteView, sessionId: string): number {
  const paths = barriersOfSession(view, sessionId);
  for (const path of paths) {
    const barrier = readBarrier(view, path)!;
    const left = removeMember(view, barrier, readMember(view, barrier, sessionId)!);
    if (barrier.state === 'standing' && barrier.onDeath === 'break') {
      const cause = { kind: 'death', by: sessionId, why: 'the session of a participant ended' } as const;
      breakBarrier(view, path, barrier, left, cause);
    } else {
      writeBarrier(view, path, barrier, left);
    }
  }
  for (const path of paths) {
    const barrier = readBarrier(view, path)!;
    settleBarrier(view, path, barrier, barrier);
  }
  return 0;
}

export function endBarrierTimeout(view: WriteView, id: string): number {
  const path = `/${id}`;
  const barrier = readBarrier(view, path);
  stopTimer(view, barrierTimer(path));
  if (barrier === undefined) return 0;
  if (barrier.onTimeout === 'break') {
    const why = `not enough arrived in ${barrier.timeoutMs} ms`;
    breakBarrier(view, path, barrier, barrier, { kind: 'timeout', by: '', why });
  } else {
    const armed = release(view, path, barrier, 'timeout');
    if (armed !== undefined) {
      const next = readBarrier(view, armed)!;
      settleBarrier(view, armed, next, next);
    }
  }
  return 0;
}
