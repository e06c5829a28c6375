import { endBarrierTimeout } from './barrier-endings.ts';
import { fillInNextSlot } from './elections.ts';
import type { Families } from './family.ts';
import { written } from './family.ts';
import { endLease } from './leases.ts';
import { LIMITS } from './limits.ts';
import { endLockDelay, expireLock } from './lock-endings.ts';
import { expireProposal } from './proposal-state.ts';
import { endEntryDelay, expireEntry } from './queue-endings.ts';
import { endSession } from './sessions.ts';
import { TIMERS } from './system-records.ts';
import type { WriteView } from './write-view.ts';

/**
 * What happens when a timer fires, by the first segment of its id. Returns how many keys of the user keyspace were
 * deleted. A family that needs time adds its line here.
 */
const ENDINGS = new Map<string, (view: WriteView, id: string) => number>([
  ['session', endSession],
  ['lease', endLease],
  ['lock', expireLock],
  ['lock-delay', endLockDelay],
  ['election', fillInNextSlot],
  ['barrier', endBarrierTimeout],
  ['proposal', expireProposal],
  ['entry', expireEntry],
  ['entry-delay', endEntryDelay],
]);

/** A kind, and the id or path of what ends. */
const TIMER_ID_CHARACTERS_MAX = LIMITS.idBytesMax + LIMITS.keyBytesMax;

export const TIMERS_FAMILY: Families<'fireTimer'> = {
  fireTimer: {
    violation({ timerId, generation }) {
      if (!ENDINGS.has(splitTimerId(timerId).kind))
        return 'a timer id is the kind of what it ends, a slash, and its id';
      if (timerId.length > TIMER_ID_CHARACTERS_MAX)
        return `a timer id has at most ${TIMER_ID_CHARACTERS_MAX} characters`;
      return Number.isSafeInteger(generation) && generation >= 0 ? undefined : 'a generation is a whole number';
    },
    apply(view, { timerId, generation }) {
      // A leader that was deposed may have proposed an end for an incarnation that is long gone.
      if (TIMERS.read(view, timerId)?.generation !== generation) return written(view, { succeeded: false });
      const { kind, id } = splitTimerId(timerId);
      const deleted = ENDINGS.get(kind)!(view, id);
      return written(view, { deleted });
    },
    isIdempotent: true,
  },
};

function splitTimerId(timerId: string): { kind: string; id: string } {
  const slash = timerId.indexOf('/');
  return { kind: timerId.slice(0, Math.max(slash, 0)), id: timerId.slice(slash + 1) };
}
