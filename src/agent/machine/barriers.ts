import { breakBarrier, settleBarrier } from './barrier-endings.ts';
import { createViolation, membersViolation } from './barrier-rules.ts';
import {
  addMember,
  barriers,
  countBarrier,
  readBarrier,
  readMember,
  removeBarrier,
  removeMember,
  requiredOf,
  writeBarrier,
  writeMember,
} from './barrier-state.ts';
import type {
  ArriveAtBarrierCommand,
  BreakBarrierCommand,
  ChangeBarrierMembersCommand,
  CreateBarrierCommand,
  DeleteBarrierCommand,
  LeaveBarrierCommand,
  ResetBarrierCommand,
} from './coordination-commands.ts';
import type { BarrierRecord } from './coordination-records.ts';
import type { BarrierOutcome } from './coordination-results.ts';
import { type Families, refused, written } from './family.ts';
import { pathViolation, shown } from './keys.ts';
import { limitRefusal } from './raisable-limits.ts';
import type { Refusal, Result, WriteResult } from './results.ts';
import type { Key } from './store.ts';
import { SESSIONS } from './system-records.ts';
import { textViolation } from './texts.ts';
import type { WriteView } from './write-view.ts';

export const BARRIERS_FAMILY: Families<
  | 'createBarrier'
  | 'arriveAtBarrier'
  | 'leaveBarrier'
  | 'changeBarrierMembers'
  | 'breakBarrier'
  | 'resetBarrier'
  | 'deleteBarrier'
> = {
  createBarrier: { violation: createViolation, apply: create, isIdempotent: false },
  arriveAtBarrier: { violation: ({ path }) => pathViolation(path), apply: arrive, isIdempotent: false },
  leaveBarrier: { violation: ({ path }) => pathViolation(path), apply: leave, isIdempotent: false },
  changeBarrierMembers: {
    violation: ({ path, add, remove }) =>
      pathViolation(path) ??
      membersViolation([...add, ...remove]) ??
      (add.length + remove.length === 0 ? 'nobody is named to be added or removed' : undefined),
    apply: changeMembers,
    isIdempotent: false,
  },
  breakBarrier: {
    violation: ({ path, by, why }) =>
      pathViolation(path) ?? textViolation('who breaks a barrier', by) ?? textViolation('a reason', why),
    apply: breakAsAsked,
    isIdempotent: false,
  },
  resetBarrier: { violation: ({ path }) => pathViolation(path), apply: reset, isIdempotent: false },
  deleteBarrier: { violation: ({ path }) => pathViolation(path), apply: remove, isIdempotent: false },
};

function create(view: WriteView, command: CreateBarrierCommand): Result {
  const { path, members, threshold, isOpen, onDeath, timeoutMs, onTimeout, next, isArmed, owner } = command;
  if (readBarrier(view, path) !== undefined) {
    return refused('BARRIER_EXISTS', `there is already a barrier ${shown(path)}`);
  }
  const refusal = limitRefusal(view, 'barriers', barriers(view) + 1, 'barriers') ?? strangerRefusal(view, members);
  if (refusal !== undefined) return refusal;
  let barrier: BarrierRecord = {
    number: view.revision('system') + 1,
    owner,
    threshold,
    isOpen,
    onDeath,
    timeoutMs,
    onTimeout,
    next,
    startsArmed: isArmed,
    isArmed,
    state: 'standing',
    generation: 1,
    members: 0,
    arrived: 0,
    required: 0,
  };
  for (const sessionId of members) barrier = addMember(view, barrier, memberOf(view, path, sessionId));
  writeBarrier(view, path, undefined, barrier);
  countBarrier(view, 1);
  return answered(view, path, 1);
}

function memberOf(view: WriteView, path: Key, sessionId: string) {
  const owner = SESSIONS.read(view, sessionId)?.owner ?? '';
  return { barrier: path, sessionId, owner, isPassing: false };
}

/** Only a live session takes part: one that has ended could never arrive, nor end once more. */
function strangerRefusal(view: WriteView, sessionIds: readonly string[]): Refusal | undefined {
  const stranger = sessionIds.find((id) => view.get('system', SESSIONS.keyOf(id)) === undefined);
  if (stranger === undefined) return undefined;
  return refused('SESSION_UNKNOWN', `there is no session ${stranger}, so it cannot take part in a barrier`);
}

function arrive(view: WriteView, { path }: ArriveAtBarrierCommand): Result {
  const barrier = readBarrier(view, path);
  if (barrier === undefined) return unknownRefusal(path);
  if (barrier.state === 'broken') return brokenRefusal(path, barrier);
  const { sessionId } = view;
  let joined = barrier;
  if (readMember(view, barrier, sessionId) === undefined) {
    if (!barrier.isOpen) return strangeRefusal(view, path);
    joined = addMember(view, barrier, { ...memberOf(view, path, sessionId), isPassing: true });
  }
  const member = readMember(view, joined, sessionId)!;
  const { generation } = barrier;
  if (member.arrivedGeneration !== generation) {
    const arrival = { arrivedGeneration: generation, arrivedSlot: view.slot, arrivedMs: view.stampMs };
    writeMember(view, joined, { ...member, ...arrival });
    settleBarrier(view, path, barrier, { ...joined, arrived: joined.arrived + 1 });
  }
  return answered(view, path, generation);
}

function leave(view: WriteView, { path }: LeaveBarrierCommand): Result {
  const barrier = readBarrier(view, path);
  if (barrier === undefined) return unknownRefusal(path);
  const member = readMember(view, barrier, view.sessionId);
  if (member === undefined) return strangeRefusal(view, path);
  settleBarrier(view, path, barrier, removeMember(view, barrier, member));
  return answered(view, path, barrier.generation);
}

/** Added before removed, so that a swap never leaves the barrier with too few for a moment. */
function changeMembers(view: WriteView, { path, add, remove }: ChangeBarrierMembersCommand): Result {
  const barrier = readBarrier(view, path);
  if (barrier === undefined) return unknownRefusal(path);
  const refusal = strangerRefusal(view, add);
  if (refusal !== undefined) return refusal;
  let changed = barrier;
  for (const sessionId of add) {
    const known = readMember(view, changed, sessionId);
    if (known === undefined) changed = addMember(view, changed, memberOf(view, path, sessionId));
    else if (known.isPassing) writeMember(view, changed, { ...known, isPassing: false });
  }
  for (const sessionId of remove) {
    const member = readMember(view, changed, sessionId);
    if (member === undefined) {
      return refused('NOT_A_MEMBER', `session ${sessionId} takes no part in the barrier ${shown(path)}`);
    }
    changed = removeMember(view, changed, member);
  }
  settleBarrier(view, path, barrier, changed);
  return answered(view, path, barrier.generation);
}

function breakAsAsked(view: WriteView, { path, by, why }: BreakBarrierCommand): Result {
  const barrier = readBarrier(view, path);
  if (barrier === undefined) return unknownRefusal(path);
  if (barrier.state === 'broken') return brokenRefusal(path, barrier);
  breakBarrier(view, path, barrier, barrier, { kind: 'asked', by: by === '' ? view.sessionId : by, why });
  return answered(view, path, barrier.generation);
}

function reset(view: WriteView, { path }: ResetBarrierCommand): Result {
  const barrier = readBarrier(view, path);
  if (barrier === undefined) return unknownRefusal(path);
  if (barrier.state === 'standing') {
    return refused('BARRIER_STANDING', `the barrier ${shown(path)} is not broken, so there is nothing to reset`);
  }
  const generation = barrier.generation + 1;
  const { startsArmed } = barrier;
  writeBarrier(view, path, barrier, { ...barrier, state: 'standing', generation, arrived: 0, isArmed: startsArmed });
  return answered(view, path, generation);
}

function remove(view: WriteView, { path }: DeleteBarrierCommand): Result {
  const barrier = readBarrier(view, path);
  if (barrier === undefined) return unknownRefusal(path);
  removeBarrier(view, path, barrier);
  const { generation, members, arrived } = barrier;
  const outcome: BarrierOutcome = {
    kind: 'barrier',
    state: 'deleted',
    generation,
    members,
    arrived,
    required: requiredOf(barrier),
  };
  return written(view, { outcome });
}

/** How it stands with the generation that a command was about. */
function answered(view: WriteView, path: Key, generation: number): WriteResult {
  const { released, state, members, arrived, required, ...barrier } = readBarrier(view, path)!;
  const isOver = barrier.generation > generation;
  const outcome: BarrierOutcome = {
    kind: 'barrier',
    state: isOver ? 'released' : state,
    generation,
    members,
    arrived: isOver ? (released?.arrived ?? 0) : arrived,
    required: isOver ? (released?.required ?? 0) : required,
  };
  return written(view, { outcome });
}

function unknownRefusal(path: Key): Refusal {
  return refused('BARRIER_UNKNOWN', `there is no barrier ${shown(path)}`);
}

function strangeRefusal(view: WriteView, path: Key): Refusal {
  return refused('NOT_A_MEMBER', `session ${view.sessionId} takes no part in the barrier ${shown(path)}`);
}

function brokenRefusal(path: Key, { broken }: BarrierRecord): Refusal {
  const by = broken!.by === '' ? '' : ` by ${broken!.by}`;
  const why = broken!.why === '' ? '' : `: ${broken!.why}`;
  return refused(
    'BARRIER_BROKEN',
    `the barrier ${shown(path)} was broken${by}${why}; it stands again once it is reset`,
  );
}
