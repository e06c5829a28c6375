import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';

export type Tone = 'neutral' | 'good' | 'warning' | 'bad' | 'info';

const TONES: Readonly<Record<Tone, string>> = {
  neutral: 'bg-sunken text-soft border-line',
  // The border sets a badge off from whatever it stands on: a selected row has nearly the colour of `info`.
  good: 'bg-good-soft text-good border-good/25',
  warning: 'bg-warning-soft text-warning border-warning/25',
  bad: 'bg-bad-soft text-bad border-bad/25',
  info: 'bg-info-soft text-accent border-accent/30',
};

/** A word with a colour; the word alone says it. */
export function Badge({
  tone = 'neutral',
  icon: Icon,
  children,
}: {
  readonly tone?: Tone;
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
}) {
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1 rounded-sm border px-1.5 text-xs leading-4 font-medium whitespace-nowrap',
        TONES[tone],
      )}
    >
      {Icon === undefined ? null : <Icon aria-hidden size={11} />}
      {children}
    </span>
  );
}
