import { useEffect, useRef } from 'react';
import { onTick } from '../../ui/ticker.ts';
import { type Countdown, fullness, remainingNow, remainingText, type ToldCountdowns } from './countdown.ts';
import { useLocks } from './locks-store.ts';

/** Below it the bar says so by its colour, too: the next renewal is overdue. */
const LOW = 0.4;

/** What is left, as a bar that drains and jumps up with each renewal. It is drawn by the clock, not by React. */
export function CountdownBar({
  countdown,
  isRenewed = true,
  told = toldToLocks,
}: {
  readonly countdown: Countdown | undefined;
  /** False: it is waited for, and nobody can put it off. */
  readonly isRenewed?: boolean;
  /** What it was told with. */
  readonly told?: () => ToldCountdowns;
}) {
  const bar = useRef<HTMLSpanElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (countdown === undefined) return;
    return onTick(() => {
      const leftMs = remainingNow(countdown, told(), performance.now());
      const full = fullness(leftMs, countdown.ttlMs);
      if (text.current !== null) text.current.textContent = remainingText(leftMs);
      if (bar.current === null) return;
      bar.current.style.width = `${full * 100}%`;
      bar.current.style.background = isRenewed && full < LOW ? 'var(--warning)' : 'var(--accent)';
    });
  }, [countdown, isRenewed, told]);
  if (countdown === undefined) return <span className="text-faint">–</span>;
  return (
    <span
      className="flex w-full max-w-40 items-center gap-2"
      title={`${isRenewed ? 'TTL' : 'Delay'} ${remainingText(countdown.ttlMs)}; the leader waits a quarter longer before it ends anything`}
    >
      <span aria-hidden className="h-1.5 min-w-6 flex-1 overflow-hidden rounded-sm border border-line-strong bg-sunken">
        <span ref={bar} className="block h-full" />
      </span>
      <span ref={text} className="w-12 shrink-0 text-right tabular-nums" />
    </span>
  );
}

function toldToLocks(): ToldCountdowns {
  return useLocks.getState().countdowns;
}

/** Of a session, or of the lease of an acquisition. */
export function SessionCountdown({ sessionId }: { readonly sessionId: string }) {
  return <CountdownBar countdown={useLocks((state) => state.countdowns.sessions.get(sessionId))} />;
}

export function LeaseCountdown({ ticket }: { readonly ticket: number }) {
  return <CountdownBar countdown={useLocks((state) => state.countdowns.tickets.get(ticket))} />;
}

/** Whose count it is. */
export function CountedBy() {
  const leader = useLocks((state) => state.countdowns.leader);
  const atMs = useLocks((state) => state.countdowns.atMs);
  if (atMs === 0) return <>What is left of held and delayed locks is counted by the leader.</>;
  return leader === '' ? (
    <span className="text-warning">No leader: nothing is counted, and nothing ends until there is one.</span>
  ) : (
    <>What is left is counted by {leader}, the leader, which adds a quarter of the TTL so that nothing ends early.</>
  );
}
