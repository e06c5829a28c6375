/** `15:04:05.123`, local time. Written by hand: a log formats thousands of them, and `Intl` takes ten times as long. */
export function clockText(atMs: number): string {
  const time = new Date(atMs);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits);
  return `${clock.join(':')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** `2026-11-21`, local time: the one order of day and month that nobody misreads. */
export function dateText(atMs: number): string {
  const time = new Date(atMs);
  return `${time.getFullYear()}-${twoDigits(time.getMonth() + 1)}-${twoDigits(time.getDate())}`;
}

/** `UTC`, `UTC+1`, `UTC-3:30`: of this machine at that moment. */
export function zoneText(atMs: number): string {
  const minutes = -new Date(atMs).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${Math.floor(size / 60)}${size % 60 === 0 ? '' : `:${twoDigits(size % 60)}`}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
