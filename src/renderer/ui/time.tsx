import { useSyncExternalStore } from 'react';

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

export function exactTime(atMs: number): string {
  const time = new Date(atMs);
  const date = time.toLocaleDateString(undefined, { year: 'numeric', month: '2-digit', day: '2-digit' });
  const clock = time.toLocaleTimeString(undefined, { hour12: false });
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
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
      {isToday ? time.toLocaleTimeString(undefined, { hour12: false }) : exactTime(atMs).slice(0, -4)}
    </time>
  );
}
