import { useVirtualizer } from '@tanstack/react-virtual';
import { Activity, Download, Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useCell } from '../../../cell/cell-store.ts';
import { Badge } from '../../../ui/badge.tsx';
import { Button } from '../../../ui/button.tsx';
import { clockText } from '../../../ui/clock-text.ts';
import { TextInput } from '../../../ui/field.tsx';
import { Empty, WarningNote } from '../../../ui/notes.tsx';
import { bytesText, countText } from '../../../ui/numbers.ts';
import { saveFile } from '../../../ui/save-file.ts';
import { SlotLink } from '../../../ui/slot-link.tsx';
import { exactTime } from '../../../ui/time.tsx';
import { glimpseOf } from '../glimpse.ts';
import { isSystem } from '../paths.ts';
import { changeLine } from '../transfer/key-lines.ts';
import { beginWatch, endWatch, pauseWatch, useWatch } from './watch-store.ts';

const ROW_PX = 28;
/** It stays in sight above the rows. */
const HEADER_PX = 28;

/** What changes at a path and below it, as it happens. */
export function WatchTab({ path }: { readonly path: string }) {
  const { log, paused, problem } = useWatch();
  const [from, setFrom] = useState('');
  const floor = useCell(({ view }) => view?.status.revisionFloor ?? 0);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    beginWatch(path, 0);
    return endWatch;
  }, [path]);
  const shown = paused ?? log;
  const count = shown.changes.length;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    scrollMargin: HEADER_PX,
    overscan: 10,
  });
  const fromRevision = Number(from);
  const fromProblem =
    from === '' || (Number.isInteger(fromRevision) && fromRevision > 0) ? '' : 'a revision is a number from 1 on';
  const save = (): void => {
    const lines = shown.changes.map(changeLine).join('');
    saveFile(`changes${path.replaceAll('/', '-')}.jsonl`, new Blob([lines], { type: 'application/jsonl' }));
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-1.5">
        <Button icon={paused === undefined ? Pause : Play} onClick={() => pauseWatch(paused === undefined)}>
          {paused === undefined ? 'Pause' : 'Go on'}
        </Button>
        <form
          className="flex items-center gap-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            if (fromProblem === '') beginWatch(path, fromRevision);
          }}
        >
          <TextInput
            aria-label="From revision"
            aria-invalid={fromProblem !== ''}
            placeholder={isSystem(path) ? 'from revision' : `from revision (above ${floor})`}
            inputMode="numeric"
            value={from}
            onChange={(event) => setFrom(event.target.value.trim())}
            className="w-44"
          />
          <Button type="submit" refusal={fromProblem}>
            {from === '' ? 'From now' : 'Begin there'}
          </Button>
        </form>
        <span role="status" className="ml-auto text-sm text-soft">
          {countText(shown.puts)} written, {countText(shown.deletes)} deleted
          {shown.skipped > 0 ? `, the oldest ${countText(shown.skipped)} are not shown` : ''}
          {paused === undefined
            ? ''
            : `; ${countText(log.puts + log.deletes - paused.puts - paused.deletes)} since the pause`}
        </span>
        <Button icon={Download} refusal={count === 0 ? 'there is nothing to save' : ''} onClick={save}>
          Save as JSON lines
        </Button>
      </div>
      {problem === '' ? null : (
        <div className="p-2">
          <WarningNote>{problem} It goes on from now.</WarningNote>
        </div>
      )}
      {count === 0 ? (
        <Empty icon={Activity} title="Nothing has changed yet">
          Every write and delete at {path} and below it shows up here as it happens.
        </Empty>
      ) : null}
      <section
        ref={scroller}
        aria-label={`Changes below ${path}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-auto"
        hidden={count === 0}
      >
        <WatchHeadings />
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            // Newest first.
            const { kind, item, slot, stampMs } = shown.changes[count - 1 - index]!;
            return (
              <li
                key={`${item.modRevision} ${item.path}`}
                className="absolute inset-x-0 flex items-center gap-3 border-b border-line px-3"
                style={{ height: ROW_PX, transform: `translateY(${start - HEADER_PX}px)` }}
              >
                <span className="w-16 shrink-0 text-soft" title={exactTime(stampMs)}>
                  {clockText(stampMs).slice(0, -4)}
                </span>
                <span className="w-20 shrink-0">
                  {kind === 'delete' ? <Badge tone="bad">deleted</Badge> : <Badge>version {item.version}</Badge>}
                </span>
                <span className="w-20 shrink-0 text-right font-mono text-soft" title="Revision of the keyspace">
                  {item.modRevision}
                </span>
                <span className="w-16 shrink-0 text-right">
                  <SlotLink slot={slot} />
                </span>
                <span className="max-w-[50%] shrink-0 truncate font-mono">{item.path}</span>
                <span className="min-w-0 flex-1 truncate font-mono text-soft">
                  {kind === 'delete' ? '' : glimpseOf(item)}
                </span>
                <span className="shrink-0 text-soft">{kind === 'delete' ? '' : bytesText(item.sizeBytes)}</span>
              </li>
            );
          })}
        </ol>
      </section>
    </div>
  );
}

/** What the columns of the rows below hold. */
function WatchHeadings() {
  return (
    <div
      aria-hidden
      className="sticky top-0 z-10 flex h-7 items-center gap-3 border-b border-line bg-canvas px-3 text-sm text-soft"
    >
      <span className="w-16 shrink-0">Written</span>
      <span className="w-20 shrink-0">Version</span>
      <span className="w-20 shrink-0 text-right">Revision</span>
      <span className="w-16 shrink-0 text-right">Slot</span>
      <span className="min-w-0 flex-1">Key and value</span>
      <span className="shrink-0">Size</span>
    </div>
  );
}
