import { useMemo } from 'react';
import type { KeptLease, KeptSession } from '../../../contract/index.ts';
import { ownerText } from '../../acting/participants.ts';
import { durationText } from '../../ui/numbers.ts';
import { NO_COUNTDOWNS, sinceRenewal } from '../locks/countdown.ts';
import { CountdownBar } from '../locks/countdown-bar.tsx';

/** What is left of the lease of a claim of this window, and who sees to it that it does not end. */
export function LeaseLeft({ lease, session }: { readonly lease: KeptLease; readonly session: KeptSession }) {
  const { ttlMs, renewedMs } = lease;
  const counted = useMemo(() => {
    // Counted from here on by the clock of this page that nobody sets.
    const told = { ...NO_COUNTDOWNS, leader: 'this page', atMs: performance.now() };
    return { countdown: sinceRenewal(ttlMs, Date.now() - renewedMs), told: () => told };
  }, [ttlMs, renewedMs]);
  const name = ownerText(session.sessionId, session.owner);
  return (
    <>
      <CountdownBar {...counted} />
      <span className="text-soft">
        {session.state === 'paused'
          ? `${name} is paused: nobody renews the lease of ${durationText(ttlMs)}, and the entry is lost with it`
          : `the lease of ${durationText(ttlMs)} is renewed by itself until ${name} is paused or ends`}
      </span>
    </>
  );
}
