import { useSyncExternalStore } from 'react';
import { clockText, dateText, zoneText } from './clock-text.ts';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let nowMs = Date.now();

/** One clock for everything that shows an age; it stands still while nobody looks. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.visibilityState !== 'visible') return;
    nowMs = Date.now();
    for (const told of listeners) told();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time, once a second. */
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

/** `now`, `12 s`, `5 min`, `3 h`, `2 d`. */
export function ageText(ageMs: number): string {
  if (ageMs < 1_500) return 'now';
  if (ageMs < 60_000) return `${Math.round(ageMs / 1_000)} s`;
  if (ageMs < 3_600_000) return `${Math.round(ageMs / 60_000)} min`;
  if (ageMs < 86_400_000) return `${Math.round(ageMs / 3_600_000)} h`;
  return `${Math.round(ageMs / 86_400_000)} d`;
}

/** `2026-11-21 15:04:05.123 UTC+1`: what the agents say is in UTC, so the time of this machine names its zone. */
export function exactTime(atMs: number): string {
  return `${dateText(atMs)} ${clockText(atMs)} ${zoneText(atMs)}`;
}

/** `2026-11-21 15:04:05`, local time. */
export function momentText(atMs: number): string {
  return `${dateText(atMs)} ${clockText(atMs).slice(0, -4)}`;
}

/** How long ago; the exact time on hover. */
export function Ago({ atMs }: { readonly atMs: number }) {
  const now = useNowMs();
  const text = ageText(now - atMs);
  return (
    <time dateTime={new Date(atMs).toISOString()} title={exactTime(atMs)}>
      {text === 'now' ? text : `${text} ago`}
    </time>
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The time of day: `23:59:59`; of another day `20 Nov 23:59`, of another year `20 Nov 2025`. It is short enough for the
 * narrow places where the time of day stands, and says which day it was: nothing is cut off when midnight comes.
 */
export function clockTimeText(atMs: number, nowMs: number): string {
  const time = new Date(atMs);
  const now = new Date(nowMs);
  const clock = clockText(atMs).slice(0, 8);
  if (time.toDateString() === now.toDateString()) return clock;
  const day = `${time.getDate()} ${MONTHS[time.getMonth()]}`;
  return time.getFullYear() === now.getFullYear() ? `${day} ${clock.slice(0, 5)}` : `${day} ${time.getFullYear()}`;
}

/** Since when something holds, or when it comes; the exact time on hover. It does not change while it is read. */
export function ClockTime({ atMs }: { readonly atMs: number }) {
  return (
    <time dateTime={new Date(atMs).toISOString()} title={exactTime(atMs)} className="whitespace-nowrap">
      {clockTimeText(atMs, Date.now())}
    </time>
  );
}
