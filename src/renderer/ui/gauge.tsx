import { classes } from './classes.ts';

/**
 * How much of a whole there is, and how much is needed: one part grows from the left, another, if there is one, from the
 * right, and a mark stands where the first is enough. The words say the same.
 */
export function Gauge({
  words,
  left,
  right = 0,
  total,
  needed,
  tone = 'accent',
}: {
  readonly words: string;
  readonly left: number;
  readonly right?: number;
  readonly total: number;
  readonly needed: number;
  readonly tone?: 'accent' | 'good' | 'bad';
}) {
  const whole = Math.max(total, needed, left + right, 1);
  const percent = (count: number): string => `${(count / whole) * 100}%`;
  const color = { accent: 'bg-accent', good: 'bg-good', bad: 'bg-bad' }[tone];
  return (
    <div role="img" aria-label={words} className="relative h-2.5 w-full min-w-12">
      <div className="absolute inset-x-0 inset-y-0.5 overflow-hidden rounded-sm border border-line-strong bg-sunken">
        <div className={classes('absolute inset-y-0 left-0', color)} style={{ width: percent(left) }} />
        <div className="gauge-against absolute inset-y-0 right-0" style={{ width: percent(right) }} />
      </div>
      {needed > 0 && needed < whole ? (
        <div className="absolute -inset-y-0.5 w-0.5 -translate-x-px bg-text" style={{ left: percent(needed) }} />
      ) : null}
    </div>
  );
}
