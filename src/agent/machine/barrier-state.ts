import {
  BARRIER_MEMBERS,
  BARRIERS,
  type BarrierMemberRecord,
  type BarrierRecord,
  pathOfRecordId,
  recordIdOf,
} from './coordination-records.ts';
import { prefixEnd } from './keys.ts';
import { addEntry, addToCount, countOf, entriesOf, SEPARATOR } from './plain-index.ts';
import type { Key } from './store.ts';
import { BARRIER_INDEX } from './system-records.ts';
import { barrierTimer, startTimer, stopTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/** The records of barriers and of who takes part in them. */

const COUNT = `${BARRIER_INDEX}count`;
const SESSIONS = `${BARRIER_INDEX}session/`;

export function readBarrier(view: WriteView, path: Key): BarrierRecord | undefined {
  return BARRIERS.read(view, recordIdOf(path));
}

/** How many arrivals release it now; 0: no number does. */
export function requiredOf({ threshold, members }: BarrierRecord): number {
  switch (threshold.kind) {
    case 'full':
      return members;
    case 'count':
      return threshold.count;
    case 'percent':
      return Math.ceil((threshold.percent * members) / 100);
  }
}

/** Also starts and stops its timer: it runs while somebody has arrived and the barrier could be released. */
export function writeBarrier(
  view: WriteView,
  path: Key,
  before: BarrierRecord | undefined,
  after: BarrierRecord,
): void {
  view.put('system', BARRIERS.keyOf(recordIdOf(path)), BARRIERS.encode({ ...after, required: requiredOf(after) }));
  const wasTimed = before !== undefined && isTimed(before);
  if (isTimed(after) && !wasTimed) startTimer(view, barrierTimer(path), after.timeoutMs);
  if (!isTimed(after) && wasTimed) stopTimer(view, barrierTimer(path));
}

function isTimed({ state, isArmed, arrived, timeoutMs }: BarrierRecord): boolean {
  return timeoutMs > 0 && state === 'standing' && isArmed && arrived > 0;
}

export function countBarrier(view: WriteView, difference: 1 | -1): void {
  addToCount(view, COUNT, difference);
}

export function barriers(view: WriteView): number {
  return countOf(view, COUNT);
}

export function removeBarrier(view: WriteView, path: Key, barrier: BarrierRecord): void {
  for (const member of membersOf(view, barrier)) dropMember(view, barrier, member);
  view.delete('system', BARRIERS.keyOf(recordIdOf(path)));
  if (isTimed(barrier)) stopTimer(view, barrierTimer(path));
  countBarrier(view, -1);
}

export function readMember(
  view: WriteView,
  barrier: BarrierRecord,
  sessionId: string,
): BarrierMemberRecord | undefined {
  return BARRIER_MEMBERS.read(view, `${barrier.number}/${sessionId}`);
}

export function membersOf(view: WriteView, barrier: BarrierRecord): BarrierMemberRecord[] {
  const start = BARRIER_MEMBERS.keyOf(`${barrier.number}/`);
  return view.range('system', { start, end: prefixEnd(start), limit: 0 }).map(BARRIER_MEMBERS.decode);
}

export function writeMember(view: WriteView, barrier: BarrierRecord, member: BarrierMemberRecord): void {
  const { sessionId } = member;
  view.put('system', BARRIER_MEMBERS.keyOf(`${barrier.number}/${sessionId}`), BARRIER_MEMBERS.encode(member));
}

export function addMember(
  view: WriteView,
  barrier: BarrierRecord,
  member: Pick<BarrierMemberRecord, 'barrier' | 'sessionId' | 'owner' | 'isPassing'>,
): BarrierRecord {
  const never = { arrivedGeneration: 0, arrivedSlot: 0, arrivedMs: 0 };
  writeMember(view, barrier, { ...member, joinedSlot: view.slot, ...never });
  addEntry(view, sessionEntry(member.sessionId, member.barrier));
  return { ...barrier, members: barrier.members + 1 };
}

/** The barrier without the member and its arrival; not written. */
export function removeMember(view: WriteView, barrier: BarrierRecord, member: BarrierMemberRecord): BarrierRecord {
  dropMember(view, barrier, member);
  const hasArrived = member.arrivedGeneration === barrier.generation;
  return { ...barrier, members: barrier.members - 1, arrived: barrier.arrived - (hasArrived ? 1 : 0) };
}

function dropMember(view: WriteView, barrier: BarrierRecord, { sessionId, barrier: path }: BarrierMemberRecord): void {
  view.delete('system', BARRIER_MEMBERS.keyOf(`${barrier.number}/${sessionId}`));
  view.deletePlain(sessionEntry(sessionId, path));
}

export function barriersOfSession(view: WriteView, sessionId: string): Key[] {
  return entriesOf(view, `${SESSIONS}${sessionId}/`).map((entry) => pathOfRecordId(entry.slice(0, -SEPARATOR.length)));
}

function sessionEntry(sessionId: string, path: Key): Key {
  return `${SESSIONS}${sessionId}${path}${SEPARATOR}`;
}
