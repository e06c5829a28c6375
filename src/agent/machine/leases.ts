import { type Families, refused, written } from './family.ts';
import { idViolation } from './keys.ts';
import { deleteUserKey, keysOfLease } from './lease-keys.ts';
import { LEASES } from './system-records.ts';
import { leaseTimer, startTimer, stopTimer, ttlViolation } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

export const LEASES_FAMILY: Families<'grantLease' | 'revokeLease'> = {
  grantLease: {
    violation: ({ leaseId, ttlMs }) => idViolation('a lease id', leaseId) ?? ttlViolation(ttlMs),
    apply(view, { leaseId, ttlMs }) {
      const key = LEASES.keyOf(leaseId);
      if (view.get('system', key) !== undefined) {
        return refused('LEASE_EXISTS', `there is already a lease ${leaseId}`);
      }
      view.put('system', key, LEASES.encode({ ttlMs, grantedSlot: view.slot, grantedMs: view.stampMs }));
      startTimer(view, leaseTimer(leaseId), ttlMs);
      return written(view);
    },
    isIdempotent: false,
  },
  revokeLease: {
    violation: ({ leaseId }) => idViolation('a lease id', leaseId),
    apply(view, { leaseId }) {
      if (view.get('system', LEASES.keyOf(leaseId)) === undefined) {
        return refused('LEASE_UNKNOWN', `there is no lease ${leaseId}: it has ended, or was never granted`);
      }
      return written(view, { deleted: endLease(view, leaseId) });
    },
    isIdempotent: false,
  },
};

/** Deletes the lease with all keys attached to it, as one revision. Returns how many keys these were. */
export function endLease(view: WriteView, leaseId: string): number {
  const keys = keysOfLease(view, leaseId);
  for (const key of keys) deleteUserKey(view, key);
  view.delete('system', LEASES.keyOf(leaseId));
  stopTimer(view, leaseTimer(leaseId));
  return keys.length;
}
