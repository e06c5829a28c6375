import { ListOrdered, Plus } from 'lucide-react';
import { useState } from 'react';
import type { QueueView } from '../../../contract/index.ts';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { Button } from '../../ui/button.tsx';
import { TextInput } from '../../ui/field.tsx';
import { Empty, ErrorNote, Waiting } from '../../ui/notes.tsx';
import { countText } from '../../ui/numbers.ts';
import { RowCell, RowGrid } from '../../ui/row-grid.tsx';
import { CountBar, countsText } from './count-bar.tsx';
import { openCount } from './entry-states.ts';
import { ask, useQueues } from './queues-store.ts';

/** Every queue of the cell, with how much of it is open. */
export function QueueList({
  selected,
  onSelect,
  onOpen,
}: {
  readonly selected: string;
  readonly onSelect: (path: string) => void;
  readonly onOpen: () => void;
}) {
  const queues = useQueues((state) => state.queues);
  const isTold = useQueues((state) => state.isTold);
  const problem = useQueues((state) => state.problem);
  const [text, setText] = useState('');
  if (!isTold) {
    return problem === undefined ? <Waiting>Asking for the queues…</Waiting> : <ErrorNote error={problem} />;
  }
  const shown = queues.filter(({ path }) => path.toLowerCase().includes(text.toLowerCase()));
  return (
    <>
      <div className="border-b border-line p-2">
        <TextInput
          type="search"
          aria-label="Filter queues"
          placeholder={`Filter ${countText(queues.length)} ${queues.length === 1 ? 'queue' : 'queues'} by path`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="w-full"
        />
      </div>
      {problem === undefined ? null : <ErrorNote error={problem} />}
      {shown.length === 0 ? (
        <Empty title="No queue matches" action={<Button onClick={() => setText('')}>Clear the filter</Button>}>
          {queues.length === 0
            ? 'There are no queues.'
            : `The path of none of ${countText(queues.length)} contains "${text}".`}
        </Empty>
      ) : (
        <RowGrid
          label="Queues"
          columns={COLUMNS}
          layout="grid-cols-[minmax(0,1fr)_48px]"
          rows={shown}
          idOf={pathOf}
          cells={cells}
          selected={selected}
          onSelect={onSelect}
          onOpen={onOpen}
          rowHeight={76}
        />
      )}
    </>
  );
}

export function NoQueues() {
  const refusal = useWriteRefusal();
  return (
    <Empty
      icon={ListOrdered}
      title="There are no queues"
      action={
        <Button icon={Plus} refusal={refusal} onClick={() => ask({ kind: 'enqueue', path: '', after: [] })}>
          Add the first entry
        </Button>
      }
    >
      A queue holds entries that workers claim, do and report, each after what it depends on. Its first entry makes it.
    </Empty>
  );
}

const COLUMNS = [{ label: 'Queue' }, { label: 'Open', right: true }] as const;
const pathOf = ({ path }: QueueView): string => path;

function cells({ path, counts }: QueueView) {
  const done = counts.done === 0 ? '' : ` · ${countText(counts.done)} done`;
  const words = `${countsText(counts) || 'nothing open'}${done}`;
  return (
    <>
      <div role="gridcell" className="flex min-w-0 flex-col gap-0.5">
        <div className="truncate font-mono font-medium" title={path}>
          {path}
        </div>
        <CountBar counts={counts} />
        <div className="line-clamp-2 text-sm text-soft" title={words}>
          {words}
        </div>
      </div>
      <RowCell right>
        <span className="font-mono">{countText(openCount(counts))}</span>
      </RowCell>
    </>
  );
}
