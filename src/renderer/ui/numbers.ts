const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `5 B`, `1.2 KiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_024 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${UNITS[unit]}`;
}

const GROUPED = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** With a thin space between thousands, so that no locale mistakes it for a fraction. */
export function countText(count: number): string {
  return GROUPED.format(count).replaceAll(',', '\u202f');
}

/** `0.42 ms`, `12 ms`, `1.8 s`, `20 s`, `3 min`, `2.5 h`. */
export function durationText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${shortFraction(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 86_400_000) return `${shortFraction(ms / 3_600_000)} h`;
  return `${shortFraction(ms / 86_400_000)} d`;
}

/** What somebody chose is mostly whole: an hour is no more exact as `1.0 h`. */
function shortFraction(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
