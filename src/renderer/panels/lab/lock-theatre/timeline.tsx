import { useVirtualizer } from '@tanstack/react-virtual';
import { Boxes, Database } from 'lucide-react';
import { memo, useCallback, useRef } from 'react';
import { classes } from '../../../ui/classes.ts';
import { clockText } from '../../../ui/clock-text.ts';
import { ClientMark } from '../client-mark.tsx';
import { SlotWithMessages } from '../sequence-link.tsx';
import { nameOfContender, type TimelineEntry, useTheatre } from './theatre-store.ts';

const INKS = { plain: '', good: 'text-good', warning: 'text-warning', bad: 'text-bad' } as const;

/** What happened, newest first, with the slots in which it was agreed on. */
export function Timeline() {
  const timeline = useTheatre((state) => state.timeline);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: timeline.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 52,
    getItemKey: useCallback((index: number) => timeline[index]!.id, [timeline]),
    overscan: 8,
  });
  return (
    <section aria-label="Timeline" className="flex min-h-0 flex-1 flex-col">
      <h2 className="flex h-9 shrink-0 items-center border-b border-line px-3 font-semibold">Timeline</h2>
      {timeline.length === 0 ? (
        <p className="p-3 text-faint">Grants, writes and refusals are told here, newest first.</p>
      ) : null}
      <div
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
        tabIndex={0}
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto focus-visible:-outline-offset-2"
      >
        <ol aria-label="What happened" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ key, index, start }) => (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Entry entry={timeline[index]!} />
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

const Entry = memo(function Entry({ entry: { who, atMs, tone, text, slot } }: { readonly entry: TimelineEntry }) {
  return (
    <div className="flex items-start gap-2 border-b border-line px-3 py-1.5">
      <span className="flex size-5 shrink-0 items-center justify-center">
        <Who who={who} />
      </span>
      <div className="min-w-0 flex-1">
        <div className={classes('break-words', INKS[tone])}>{text}</div>
        <div className="flex h-5 items-center gap-3 text-sm text-faint">
          <time className="font-mono" dateTime={new Date(atMs).toISOString()}>
            {clockText(atMs)}
          </time>
          {slot === 0 ? null : (
            <span className="inline-flex items-center gap-1">
              slot <SlotWithMessages slot={slot} />
            </span>
          )}
        </div>
      </div>
    </div>
  );
});

function Who({ who }: { readonly who: TimelineEntry['who'] }) {
  if (who === undefined) return <Boxes aria-label="The cell" size={14} className="text-faint" />;
  if (who === 'resource') return <Database aria-label="The resource" size={14} className="text-faint" />;
  return <ClientMark index={who} letter={nameOfContender(who).slice(0, 1)} />;
}
