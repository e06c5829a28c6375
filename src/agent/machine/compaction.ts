import { type Families, refused, written } from './family.ts';
import { LIMITS } from './limits.ts';
import type { StateMeta, StateStore } from './store.ts';

export const COMPACTION: Families<'compact'> = {
  compact: {
    violation: ({ floor }) =>
      Number.isSafeInteger(floor) && floor > 0 ? undefined : 'the floor of a compaction is a revision, 1 or more',
    apply(view, { floor }) {
      const revision = view.revision('user');
      if (floor > revision) {
        const message = `revision ${floor} has not been written yet: the newest is ${revision}`;
        return refused('FUTURE_REVISION', message, { floor: view.userFloor });
      }
      if (floor < view.userFloor) {
        const message = `revisions below ${view.userFloor} are already forgotten`;
        return refused('COMPACTED', message, { floor: view.userFloor });
      }
      if (floor > view.userFloor) view.raiseFloor(floor);
      return written(view);
    },
    isIdempotent: false,
  },
};

/**
 * The system keyspace grows by itself, so it forgets by itself: after the same slot on every agent, because that only
 * depends on its revision. In steps, so that the work is paid now and then and not with every slot.
 */
export function compactSystem(store: StateStore, meta: StateMeta): void {
  const { systemRevisionsKept: kept, systemCompactionStep: step } = LIMITS;
  if (meta.systemRevision - meta.systemFloor < kept + step) return;
  meta.systemFloor = meta.systemRevision - kept;
  store.compact('system', meta.systemFloor);
}
