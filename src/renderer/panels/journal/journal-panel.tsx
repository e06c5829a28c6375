import { ListTree } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useCell } from '../../cell/cell-store.ts';
import { useConnection } from '../../connection/connection-store.ts';
import { useNavigation } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { TextInput } from '../../ui/field.tsx';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { JournalDetail } from './journal-detail.tsx';
import { journalMoved, reloadJournal, useJournal } from './journal-instance.ts';
import type { JournalBounds } from './journal-pages.ts';
import { JournalTable } from './journal-table.tsx';

type Order = 'newestLast' | 'newestFirst';

/** Every slot of this agent's journal: what was agreed on, in its order. */
export function JournalPanel() {
  const bounds = useJournal((state) => state.bounds);
  const problem = useJournal((state) => state.problem);
  const asked = useNavigation(({ query }) => Number(query.slot) || 0);
  const [order, setOrder] = useState<Order>('newestLast');
  const [selected, setSelected] = useState(0);
  const [target, setTarget] = useState({ slot: 0, turn: 0 });
  useFollowCell();
  const goTo = useCallback((slot: number) => {
    setSelected(slot);
    setTarget(({ turn }) => ({ slot, turn: turn + 1 }));
  }, []);
  const isKnown = bounds !== undefined;
  useEffect(() => {
    if (asked !== 0 && isKnown) goTo(asked);
  }, [asked, isKnown, goTo]);
  const close = useCallback(() => setSelected(0), []);
  return (
    <>
      <PanelHeader title="Journal" about="what was agreed on, slot by slot, as this agent has it">
        <SlotInput bounds={bounds} onGo={goTo} />
        <Segmented<Order>
          label="Order"
          value={order}
          choices={[
            { value: 'newestLast', label: 'Newest last' },
            { value: 'newestFirst', label: 'Newest first' },
          ]}
          onChange={setOrder}
        />
      </PanelHeader>
      {problem === undefined ? null : <ErrorNote error={problem} onRetry={reloadJournal} />}
      {bounds === undefined ? (
        <Waiting>Reading the journal…</Waiting>
      ) : bounds.end < Math.max(1, bounds.floor) ? (
        <Empty icon={ListTree} title="The journal has no entries">
          {bounds.floor > 1
            ? `Slots below ${countText(bounds.floor)} are compacted: their effect is in the state. The next write shows up here.`
            : 'Every entry that the cell agrees on shows up here.'}
        </Empty>
      ) : (
        <JournalTable
          bounds={bounds}
          order={order}
          selected={selected}
          target={target}
          onOpen={setSelected}
          onClose={close}
        />
      )}
      {bounds === undefined ? null : <Foot bounds={bounds} />}
      {selected === 0 ? null : <JournalDetail slot={selected} onClose={close} />}
    </>
  );
}

/** The cell's stream says when the journal moves; after a lost connection everything is read anew. */
function useFollowCell(): void {
  const status = useCell(({ view }) => view?.status);
  const epoch = useConnection((state) => state.epoch);
  const readEpoch = useRef(epoch);
  useEffect(() => {
    if (readEpoch.current !== epoch) {
      readEpoch.current = epoch;
      reloadJournal();
    }
    journalMoved(status);
  }, [status, epoch]);
}

/** Ctrl-G leads here from anywhere in the panel. */
function SlotInput({
  bounds,
  onGo,
}: {
  readonly bounds: JournalBounds | undefined;
  readonly onGo: (slot: number) => void;
}) {
  const [text, setText] = useState('');
  const input = useRef<HTMLFormElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'g') return;
      event.preventDefault();
      input.current?.querySelector('input')?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const problem = problemOf(text, bounds);
  return (
    <form
      ref={input}
      className="flex items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        if (text !== '' && problem === '') onGo(Number(text));
      }}
    >
      <span role="status" className="text-sm text-bad">
        {problem}
      </span>
      <TextInput
        aria-label="Go to slot"
        aria-keyshortcuts="Control+G Meta+G"
        aria-invalid={problem !== ''}
        placeholder="Slot (Ctrl-G)"
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.target.value.trim())}
        className="w-28"
      />
      <Button type="submit" disabled={text === '' || problem !== ''}>
        Go
      </Button>
    </form>
  );
}

function problemOf(text: string, bounds: JournalBounds | undefined): string {
  if (text === '' || bounds === undefined) return '';
  if (!/^\d+$/.test(text)) return 'A slot is a number.';
  const slot = Number(text);
  if (slot > bounds.end) return `The journal ends with slot ${bounds.end}.`;
  return slot < bounds.floor ? `Slots below ${bounds.floor} are compacted.` : '';
}

/** Where the journal begins and ends, and how far it is chosen and applied. */
function Foot({ bounds: { floor, end, chosenThrough, applied } }: { readonly bounds: JournalBounds }) {
  return (
    <div className="flex h-7 shrink-0 items-center gap-4 overflow-hidden border-t border-line bg-canvas px-3 text-sm whitespace-nowrap text-soft">
      <span>
        {floor > 1 ? `Slots below ${floor} are compacted` : 'Nothing has been compacted: it begins with slot 1'}
      </span>
      <span>ends with {end}</span>
      <span>chosen through {chosenThrough}</span>
      <span>applied through {applied}</span>
    </div>
  );
}
