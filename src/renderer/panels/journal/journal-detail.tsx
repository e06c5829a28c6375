import { KeyRound, MessagesSquare, Workflow, X } from 'lucide-react';
import type { JournalEntryView } from '../../../contract/index.ts';
import { useLoad } from '../../connection/load.ts';
import { followSlot } from '../../navigation/followed-slot.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Ballot } from '../../ui/ballot.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { JsonView } from '../../ui/json-view.tsx';
import { ErrorNote } from '../../ui/notes.tsx';
import { bytesText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { exactTime } from '../../ui/time.tsx';
import { useEscape } from '../../ui/use-escape.ts';
import { journal, useJournal } from './journal-instance.ts';
import { KINDS, markOf } from './journal-row.tsx';

/** One slot with its decoded payload, the keys that it names, and the way to its messages. */
export function JournalDetail({ slot, onClose }: { readonly slot: number; readonly onClose: () => void }) {
  // What was not chosen yet may be replaced: it is read again once it is.
  const isChosen = useJournal(({ bounds }) => bounds !== undefined && slot <= bounds.chosenThrough);
  const { data, error, reload } = useLoad(
    (client, signal) => client.journal.entry({ slot }, { signal }),
    [slot, isChosen],
  );
  useJournal((state) => state.revision);
  const section = useEscape<HTMLElement>(onClose);
  const shown = data?.entry.slot === slot ? data : undefined;
  const goTo = (panel: string, query: Readonly<Record<string, string>>): void => {
    followSlot(slot);
    navigate(panel, query);
  };
  return (
    <section
      ref={section}
      aria-label={`Slot ${slot}`}
      className="flex h-[42%] min-h-48 shrink-0 flex-col border-t border-line-strong bg-surface"
    >
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1">
        <span className="flex items-baseline gap-1.5 font-medium">
          Slot <SlotLink slot={slot} />
        </span>
        {shown === undefined ? null : <Facts entry={journal.entry(slot) ?? shown.entry} />}
        <span className="ml-auto flex items-center gap-1.5">
          <Button icon={MessagesSquare} onClick={() => goTo('messages', { slot: String(slot) })}>
            Messages about it
          </Button>
          <Button icon={Workflow} onClick={() => goTo('messages', { view: 'sequence', slot: String(slot) })}>
            Its story
          </Button>
          <IconButton icon={X} label="Close the slot" onClick={onClose} />
        </span>
      </div>
      {error === undefined ? null : <ErrorNote error={error} onRetry={reload} />}
      {shown === undefined ? (
        <div aria-busy={error === undefined} className="flex-1" />
      ) : (
        <div className="flex min-h-0 flex-1 flex-col gap-3 overflow-auto p-3">
          <p className="font-mono text-sm break-words">{shown.entry.summary}</p>
          {shown.paths.length === 0 ? null : (
            <ul aria-label="Keys that it names" className="flex flex-wrap gap-1.5">
              {shown.paths.map((path) => (
                <li key={path} className="min-w-0">
                  <Button
                    icon={KeyRound}
                    onClick={() => navigate('keys', { path })}
                    className="max-w-96 min-w-0 font-mono"
                    aria-label={`Open key ${path}`}
                  >
                    <span className="truncate">{path}</span>
                  </Button>
                </li>
              ))}
            </ul>
          )}
          {shown.payload === null || shown.payload === undefined ? (
            <p className="text-soft">A no-op carries nothing: it marks that a new leader has begun.</p>
          ) : (
            <JsonView label="Payload" value={shown.payload} />
          )}
        </div>
      )}
    </section>
  );
}

function Facts({ entry }: { readonly entry: JournalEntryView }) {
  const { kind, ballot, origin, stampMs, payloadBytes, requests } = entry;
  const mark = markOf(entry);
  return (
    <>
      <span>{KINDS[kind].word}</span>
      <span className={mark.tone}>
        <mark.icon aria-hidden size={13} className="mr-1 inline-block" />
        {mark.word}
      </span>
      <span className="flex items-center gap-1.5 text-soft">
        ballot <Ballot ballot={ballot} />
      </span>
      <span className="flex items-center gap-1.5 text-soft">
        origin <Ballot ballot={origin} />
      </span>
      {stampMs === 0 ? null : <span className="text-soft">proposed {exactTime(stampMs)}</span>}
      <span className="text-soft">
        {bytesText(payloadBytes)}
        {requests === 0 ? '' : requests === 1 ? ', 1 request' : `, ${requests} requests`}
      </span>
    </>
  );
}
