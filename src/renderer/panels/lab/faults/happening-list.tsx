import { memo } from 'react';
import { useCell } from '../../../cell/cell-store.ts';
import { Badge } from '../../../ui/badge.tsx';
import { classes } from '../../../ui/classes.ts';
import { clockText } from '../../../ui/clock-text.ts';
import { countText } from '../../../ui/numbers.ts';
import { useFaults } from './faults-store.ts';
import type { Happening } from './happenings.ts';

const INKS = { info: 'text-accent', good: 'text-good', warning: 'text-warning', bad: 'text-bad' } as const;
const LEVELS = {
  healthy: ['good', 'healthy'],
  degraded: ['warning', 'degraded'],
  read_only: ['bad', 'read-only'],
  starting: ['info', 'starting'],
} as const;

/** What became of the cell, as this agent sees it, newest first. */
export function HappeningList() {
  const happenings = useFaults((state) => state.happenings);
  const dropped = useFaults((state) => state.dropped);
  return (
    <section aria-label="What happens" className="flex min-h-0 min-w-0 flex-col">
      <Health />
      {happenings.length === 0 ? (
        <p className="px-3 py-2 text-faint">
          Elections, lost and regained majorities, faults and their healing are noted here from now on.
        </p>
      ) : (
        <ol
          aria-label="What happened"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
          tabIndex={0}
          className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
        >
          {happenings.map((happening) => (
            <Line key={happening.id} happening={happening} />
          ))}
          {dropped === 0 ? null : (
            <li className="px-3 py-1 text-faint">{countText(dropped)} older ones are not kept.</li>
          )}
        </ol>
      )}
    </section>
  );
}

function Health() {
  const level = useCell(({ view }) => view?.health.level ?? 'starting');
  const sentence = useCell(({ view }) => view?.health.sentence ?? '');
  const [tone, word] = LEVELS[level];
  return (
    <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line bg-canvas px-3">
      <Badge tone={tone}>{word}</Badge>
      <span className="min-w-0 truncate" title={sentence}>
        {sentence.replace(/^.*?: /, '')}
      </span>
    </div>
  );
}

const Line = memo(function Line({ happening: { atMs, tone, text } }: { readonly happening: Happening }) {
  return (
    <li className="flex items-baseline gap-3 px-3 py-0.5">
      <time className="shrink-0 font-mono text-sm text-faint" dateTime={new Date(atMs).toISOString()}>
        {clockText(atMs)}
      </time>
      <span className={classes('min-w-0 break-words', INKS[tone])}>{text}</span>
    </li>
  );
});
