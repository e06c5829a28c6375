import { Check, Eraser, Eye, type LucideIcon, X } from 'lucide-react';
import { classes } from '../../../ui/classes.ts';
import { letterOf, type Outcome, type Result } from './race.ts';
import { outcomeText, resultText } from './race-words.ts';

interface Look {
  readonly icon: LucideIcon;
  readonly ink: string;
}

const LOOKS: Readonly<Record<Result, Look | undefined>> = {
  running: undefined,
  wrote: { icon: Check, ink: 'text-good' },
  saw: { icon: Eye, ink: 'text-warning' },
  refused: { icon: X, ink: 'text-bad' },
};
const OVERWRITTEN: Look = { icon: Eraser, ink: 'text-bad' };

/** So many clients have room for words; more get an icon each. */
const WORDS_MAX = 2;

/** How it ended for each client. */
export function OutcomeMarks({ outcome }: { readonly outcome: Outcome }) {
  const { results, attempts, lost } = outcome;
  const isShort = results.length > WORDS_MAX;
  return (
    <span className={classes('flex min-w-0 truncate', isShort ? 'gap-2' : 'gap-1')}>
      {isShort ? <span className="sr-only">{outcomeText(outcome)}</span> : null}
      {results.map((result, client) => {
        const isLost = lost.includes(client);
        const look = isLost ? OVERWRITTEN : LOOKS[result];
        const words = resultText(result, isLost, attempts[client]!);
        const letter = letterOf(client);
        return (
          <span
            key={letter}
            aria-hidden={isShort}
            title={`${letter} ${words}`}
            className={classes('inline-flex items-center whitespace-nowrap', isShort ? 'gap-0.5' : 'gap-1')}
          >
            {!isShort && client > 0 ? <span className="text-faint">·</span> : null}
            <span className={isShort ? 'font-mono' : ''}>{letter}</span>
            {look === undefined || !isShort ? null : <look.icon aria-hidden size={12} className={look.ink} />}
            {isShort ? (attempts[client]! > 1 ? attempts[client] : null) : words}
          </span>
        );
      })}
    </span>
  );
}

const LEGEND: readonly (readonly [Look, string])[] = [
  [LOOKS.wrote!, 'wrote'],
  [LOOKS.refused!, 'refused'],
  [LOOKS.saw!, 'saw it changed'],
  [OVERWRITTEN, 'overwritten'],
];

export function OutcomeLegend({ clients }: { readonly clients: number }) {
  if (clients <= WORDS_MAX) return null;
  return (
    <div className="flex h-7 shrink-0 items-center gap-3 border-b border-line bg-canvas px-3 text-sm text-soft">
      {LEGEND.map(([{ icon: Icon, ink }, words]) => (
        <span key={words} className="inline-flex items-center gap-1 whitespace-nowrap">
          <Icon aria-hidden size={13} className={ink} />
          {words}
        </span>
      ))}
    </div>
  );
}
