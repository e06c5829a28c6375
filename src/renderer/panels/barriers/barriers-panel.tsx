import { Plus, UsersRound } from 'lucide-react';
import { type RefObject, useMemo, useRef } from 'react';
import type { BarrierList } from '../../../contract/index.ts';
import { ActingAs } from '../../acting/acting-as.tsx';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { useFollow } from '../../connection/follow.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { TextInput } from '../../ui/field.tsx';
import { Empty } from '../../ui/notes.tsx';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Split } from '../../ui/split.tsx';
import { WatchedRows } from '../../ui/watched-rows.tsx';
import { BarrierDetail } from './barrier-detail.tsx';
import { barrierCells, COLUMNS, LAYOUT } from './barrier-row.tsx';
import { countsText, filterBarriers } from './barrier-words.ts';
import { barriersEnded, barriersTold, useBarriers } from './barriers-store.ts';
import { CreateDialog } from './create-dialog.tsx';

const make = (): void => replaceQuery({ make: 'yes' });
const select = (path: string): void => replaceQuery({ path });
const pathOf = ({ path }: { readonly path: string }): string => path;

/** Who waits for whom at which barrier, and taking part oneself. */
export function BarriersPanel() {
  const refusal = useWriteRefusal();
  const text = useBarriers((state) => state.text);
  const making = useNavigation(({ query }) => query.make === 'yes');
  const selected = useNavigation(({ query }) => query.path ?? '');
  // Where there is nothing to choose from, there is no place for what is chosen.
  const isEmpty = useBarriers(({ isTold, barriers }) => isTold && barriers.length === 0);
  const heading = useRef<HTMLHeadingElement>(null);
  useFollow<BarrierList>(
    {
      open: (client, signal) => client.barriers.watch({}, { signal }),
      onEvent: barriersTold,
      onEnd: barriersEnded,
    },
    [],
  );
  const list = <Barriers selected={selected} onOpen={() => heading.current?.focus()} />;
  return (
    <>
      <PanelHeader title="Barriers" about="who has arrived, and who is waited for">
        <TextInput
          type="search"
          aria-label="Filter barriers"
          placeholder="Path or member"
          value={text}
          onChange={(event) => useBarriers.setState({ text: event.target.value })}
          className="w-44"
        />
        <ActingAs />
        <Button variant="primary" icon={Plus} refusal={refusal} onClick={make}>
          Make a barrier
        </Button>
      </PanelHeader>
      {isEmpty && selected === '' ? (
        list
      ) : (
        <Split
          name="barriers"
          initial={640}
          initialWide={880}
          min={480}
          first={list}
          second={<SelectedBarrier path={selected} headingRef={heading} />}
        />
      )}
      {making ? <CreateDialog onClose={() => replaceQuery({ make: '' })} /> : null}
    </>
  );
}

function Barriers({ selected, onOpen }: { readonly selected: string; readonly onOpen: () => void }) {
  const refusal = useWriteRefusal();
  const barriers = useBarriers((state) => state.barriers);
  const text = useBarriers((state) => state.text);
  const isTold = useBarriers((state) => state.isTold);
  const problem = useBarriers((state) => state.problem);
  const shown = useMemo(() => filterBarriers(barriers, text), [barriers, text]);
  return (
    <WatchedRows
      one="barrier"
      many="barriers"
      icon={UsersRound}
      isTold={isTold}
      problem={problem}
      total={barriers.length}
      counts={<span className="truncate">{countsText(barriers, shown.length)}</span>}
      columns={COLUMNS}
      layout={LAYOUT}
      rows={shown}
      idOf={pathOf}
      cells={barrierCells}
      selected={selected}
      onSelect={select}
      onOpen={onOpen}
      onClearFilter={() => useBarriers.setState({ text: '' })}
      action={
        <Button refusal={refusal} onClick={make}>
          Make a barrier
        </Button>
      }
    >
      Programs that have to begin a step together wait at a barrier until enough of them have arrived.
    </WatchedRows>
  );
}

function SelectedBarrier({
  path,
  headingRef,
}: {
  readonly path: string;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const barrier = useBarriers(({ barriers }) => barriers.find((one) => one.path === path));
  if (barrier !== undefined) return <BarrierDetail key={path} barrier={barrier} headingRef={headingRef} />;
  if (path !== '') {
    return (
      <Empty icon={UsersRound} title="There is no such barrier">
        <span className="font-mono break-all">{path}</span> was deleted, or never made.
      </Empty>
    );
  }
  return (
    <Empty icon={UsersRound} title="No barrier is chosen">
      Choose one on the left to see who has arrived, its cascade, and to take part.
    </Empty>
  );
}
