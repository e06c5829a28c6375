import { type Barrier, type BarrierResponse, BarrierState } from '../../../gen/synod/v1/barriers.ts';
import {
  BARRIER_MEMBERS,
  BARRIERS,
  type BarrierMemberRecord,
  type BarrierRecord,
  pathOfRecordId,
  recordIdOf,
} from '../../machine/coordination-records.ts';
import { prefixEnd } from '../../machine/keys.ts';
import type { Key } from '../../machine/store.ts';
import type { Reader } from '../../machine/system-records.ts';
import { keyBytes } from '../wire.ts';

export interface BarrierView {
  readonly path: Key;
  readonly record: BarrierRecord;
  readonly members: readonly BarrierMemberRecord[];
}

/** All barriers whose path begins with `prefix`, by path. */
export function barrierViews(state: Reader, prefix: string): BarrierView[] {
  return BARRIERS.list(state)
    .map(({ id, value }) => ({ path: pathOfRecordId(id), record: value }))
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ path, record }) => ({ path, record, members: membersOf(state, record) }));
}

export function barrierView(state: Reader, path: Key): BarrierView | undefined {
  const record = BARRIERS.read(state, recordIdOf(path));
  return record && { path, record, members: membersOf(state, record) };
}

function membersOf(state: Reader, { number }: BarrierRecord): BarrierMemberRecord[] {
  const start = BARRIER_MEMBERS.keyOf(`${number}/`);
  const records = state.range('system', { start, end: prefixEnd(start), limit: 0 });
  return records.map((record) => BARRIER_MEMBERS.decode(record)).sort((a, b) => a.joinedSlot - b.joinedSlot);
}

/** What has become of a generation of the barrier with this number. */
export function generationState(state: Reader, path: Key, number: number, generation: number): BarrierState {
  const record = BARRIERS.read(state, recordIdOf(path));
  if (record === undefined || record.number !== number) return BarrierState.DELETED;
  if (record.broken?.generation === generation) return BarrierState.BROKEN;
  return record.generation > generation ? BarrierState.RELEASED : BarrierState.STANDING;
}

/** How it stands with a generation, with the counts of its release once it was released. */
export function generationResponse(
  state: Reader & { readonly appliedSlot: number },
  path: Key,
  asked: BarrierResponse,
  number: number,
): BarrierResponse {
  const record = BARRIERS.read(state, recordIdOf(path));
  const now = generationState(state, path, number, asked.generation);
  const slot = state.appliedSlot;
  if (record === undefined || record.number !== number) return { ...asked, state: now, slot };
  const { members } = record;
  const isReleased = now === BarrierState.RELEASED && record.released?.generation === asked.generation;
  const { arrived, required } = isReleased ? record.released! : now === BarrierState.STANDING ? record : asked;
  return { ...asked, state: now, members, arrived, required, slot };
}

export function barrierMessage({ path, record, members }: BarrierView): Barrier {
  const { threshold, next, released, broken, onDeath, onTimeout } = record;
  const { number, state, generation, arrived, required, isOpen, isArmed, timeoutMs, owner } = record;
  return {
    path: keyBytes(path),
    ...{ number, state, generation, arrived, required, isOpen, isArmed, timeoutMs, owner, released, broken },
    threshold: threshold.kind,
    thresholdValue: threshold.kind === 'count' ? threshold.count : threshold.kind === 'percent' ? threshold.percent : 0,
    breaksOnDeath: onDeath === 'break',
    releasesOnTimeout: onTimeout === 'release',
    next: keyBytes(next),
    members: members.map((member) => ({
      sessionId: member.sessionId,
      owner: member.owner,
      hasArrived: member.arrivedGeneration === generation,
      arrivedMs: member.arrivedMs,
      isPassing: member.isPassing,
    })),
  };
}
