import type { LockView as LockShown, LockTree } from '../../../contract/locks.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { LOCK_CLAIMS, LOCKS } from '../../machine/coordination-records.ts';
import { type Reader, SESSIONS } from '../../machine/system-records.ts';
import { type LockView, lockViews, waitsOf } from '../coordination/lock-view.ts';
import { nameOfAgent } from '../names.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedKey } from './key-ranges.ts';
import { lockActs } from './lock-acts.ts';
import { whenReadable } from './reading.ts';
import { watchStates } from './state-watch.ts';
import { keyOf, pathOf } from './texts.ts';
import { writeOnce } from './write-once.ts';

export function locksProcedures(os: OperatorBuilder) {
  const { locks } = os;
  return {
    ...lockActs(os),
    list: locks.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      return whenReadable(ports, input, call, () => lockTree(ports.api.cell, input));
    }),
    watch: locks.watch.handler(({ context: { reach, call }, input }) => {
      const { cell } = reach.ports().api;
      return watchStates(cell, [LOCKS.keyOf(''), LOCK_CLAIMS.keyOf('')], () => lockTree(cell, input), call.signal);
    }),
    forceRelease: locks.forceRelease.handler(async ({ context, input }) => {
      const { path, by, why, quorum } = input;
      const command = { kind: 'forceReleaseLock', path: checkedKey(path), by, why } as const;
      const { result, notAppliedBy } = await writeOnce(context, { quorum }, () => command);
      const { state } = context.reach.ports().api.cell;
      return { slot: result.slot, notAppliedBy: notAppliedBy.map((agentId) => nameOfAgent(state, agentId)) };
    }),
  };
}

function lockTree(
  { state }: CellPort,
  { prefix, withFree }: { readonly prefix: string; readonly withFree: boolean },
): LockTree {
  const locks = lockViews(state, keyOf(prefix), withFree);
  return {
    locks: locks.map((lock) => shown(state, lock)),
    waits: waitsOf(locks).map(({ from, path, to }) => ({ fromSessionId: from, path: pathOf(path), toSessionId: to })),
    slot: state.appliedSlot,
  };
}

function shown(state: Reader, { path, record, queue, holds }: LockView): LockShown {
  const { token, ended, sessionId, owner, heldSinceMs, count, lockDelayMs } = record;
  return {
    path: pathOf(path),
    state: record.state,
    ...{ sessionId, owner, heldSinceMs, count, lockDelayMs },
    fencingToken: token,
    sessionTtlMs: SESSIONS.read(state, sessionId)?.ttlMs ?? 0,
    ended:
      ended === undefined
        ? null
        : {
            ...{ kind: ended.kind, sessionId: ended.sessionId, owner: ended.owner, fencingToken: ended.token },
            ...{ slot: ended.slot, atMs: ended.atMs, by: ended.by ?? '', why: ended.why ?? '' },
          },
    queue: queue.map(({ claim, position }) => ({
      ...{ ticket: claim.ticket, sessionId: claim.sessionId, owner: claim.owner, path: pathOf(claim.path) },
      ...{ position, queuedMs: claim.queuedMs },
    })),
    holds: holds.map(({ ticket, path: asked, leaseTtlMs, adaptive, grantedMs }) => ({
      ...{ ticket, path: pathOf(asked), leaseTtlMs, adaptive, grantedMs },
    })),
  };
}
