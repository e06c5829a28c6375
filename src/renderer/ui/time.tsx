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

/** Since when something holds: the time of day, with the date when that was not today. It does not change while it is read. */
export function ClockTime({ atMs }: { readonly atMs: number }) {
  const time = new Date(atMs);
  const isToday = time.toDateString() === new Date().toDateString();
  return (
    <time dateTime={time.toISOString()} title={exactTime(atMs)}>
      {isToday ? clockText(atMs).slice(0, -4) : momentText(atMs)}
    </time>
  );
}
