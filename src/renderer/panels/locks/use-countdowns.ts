import { useEffect, useMemo, useRef, useState } from 'react';
import type { Countdowns, LockView } from '../../../contract/index.ts';
import { useActing } from '../../acting/acting-store.ts';
import { isAlive } from '../../acting/participants.ts';
import { useFollow } from '../../connection/follow.ts';
import { type Counted, countedOf, toldCountdowns } from './countdown.ts';
import { useLocks } from './locks-store.ts';

/** A lock that is passed on many times a second would open the stream as often. */
const SETTLE_MS = 300;

/** Follows what is left of what is in sight: holders, leases, delays, who waits at the selected lock, and own participants. */
export function useCountdowns(shown: readonly LockView[], selected: LockView | undefined): void {
  const participants = useActing((state) => state.participants);
  const wanted = useMemo(
    () =>
      countedOf(
        shown,
        selected,
        participants.filter(isAlive).map(({ sessionId }) => sessionId),
      ),
    [shown, selected, participants],
  );
  const counted = useSettled(wanted);
  const { sessionIds, lockTickets, delayedLocks } = counted;
  const isCounting = sessionIds.length + lockTickets.length + delayedLocks.length > 0;
  useFollow<Countdowns>(
    {
      open: (operator, signal) =>
        operator.sessions.countdowns(
          { sessionIds: [...sessionIds], lockTickets: [...lockTickets], delayedLocks: [...delayedLocks] },
          { signal },
        ),
      onEvent: (told) =>
        useLocks.setState(({ countdowns }) => ({ countdowns: toldCountdowns(countdowns, told, performance.now()) })),
    },
    [counted],
    isCounting,
  );
}

/** The newest of what is wanted, every so often: also while it changes all the time. */
function useSettled(wanted: Counted): Counted {
  const [settled, setSettled] = useState(wanted);
  const newest = useRef(wanted);
  newest.current = wanted;
  const isSame = JSON.stringify(wanted) === JSON.stringify(settled);
  useEffect(() => {
    if (isSame) return;
    const timer = setTimeout(() => setSettled(newest.current), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isSame]);
  return settled;
}
