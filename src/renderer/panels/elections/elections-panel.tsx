import { Vote } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { ElectionList } from '../../../contract/index.ts';
import { ActingAs } from '../../acting/acting-as.tsx';
import { useWriteRefusal } from '../../cell/cell-store.ts';
import { useFollow } from '../../connection/follow.ts';
import { replaceQuery, useNavigation } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { Checkbox, TextInput } from '../../ui/field.tsx';
import { Empty } from '../../ui/notes.tsx';
import { PanelHeader } from '../../ui/panel-header.tsx';
import { Split } from '../../ui/split.tsx';
import { WatchedRows } from '../../ui/watched-rows.tsx';
import { ElectionDetail } from './election-detail.tsx';
import { COLUMNS, electionCells, LAYOUT } from './election-row.tsx';
import { countsText, filterElections } from './election-words.ts';
import { electionsEnded, electionsTold, useElections } from './elections-store.ts';
import { StandDialog } from './stand-dialog.tsx';

const stand = (): void => replaceQuery({ stand: 'yes' });
const select = (path: string): void => replaceQuery({ path });
const pathOf = ({ path }: { readonly path: string }): string => path;

/** Who is elected for what, who is in line, and standing oneself. */
export function ElectionsPanel() {
  const refusal = useWriteRefusal();
  const withVacant = useElections((state) => state.withVacant);
  const text = useElections((state) => state.text);
  const standing = useNavigation(({ query }) => query.stand === 'yes');
  const selected = useNavigation(({ query }) => query.path ?? '');
  // Where there is nothing to choose from, there is no place for what is chosen.
  const isEmpty = useElections(({ isTold, elections }) => isTold && elections.length === 0);
  const heading = useRef<HTMLHeadingElement>(null);
  useFollow<ElectionList>(
    {
      open: (client, signal) => client.elections.watch({ withVacant }, { signal }),
      onEvent: electionsTold,
      onEnd: electionsEnded,
    },
    [withVacant],
  );
  const list = <Elections selected={selected} onOpen={() => heading.current?.focus()} />;
  return (
    <>
      <PanelHeader title="Elections" about="who is elected for what, and who is in line">
        <TextInput
          type="search"
          aria-label="Filter elections"
          placeholder="Path, name or value"
          value={text}
          onChange={(event) => useElections.setState({ text: event.target.value })}
          className="w-44"
        />
        <Checkbox
          label="Vacant ones too"
          checked={withVacant}
          onChange={(next) => useElections.setState({ withVacant: next })}
        />
        <ActingAs />
        <Button variant="primary" icon={Vote} refusal={refusal} onClick={stand}>
          Stand for election
        </Button>
      </PanelHeader>
      {isEmpty && selected === '' ? (
        list
      ) : (
        <Split
          name="elections"
          initial={664}
          initialWide={880}
          min={480}
          first={list}
          second={<SelectedElection path={selected} headingRef={heading} />}
        />
      )}
      {standing ? <StandDialog onClose={() => replaceQuery({ stand: '' })} /> : null}
    </>
  );
}

function Elections({ selected, onOpen }: { readonly selected: string; readonly onOpen: () => void }) {
  const refusal = useWriteRefusal();
  const elections = useElections((state) => state.elections);
  const text = useElections((state) => state.text);
  const isTold = useElections((state) => state.isTold);
  const problem = useElections((state) => state.problem);
  const shown = useMemo(() => filterElections(elections, text), [elections, text]);
  return (
    <WatchedRows
      one="election"
      many="elections"
      icon={Vote}
      isTold={isTold}
      problem={problem}
      total={elections.length}
      counts={<span className="truncate">{countsText(elections, shown.length)}</span>}
      columns={COLUMNS}
      layout={LAYOUT}
      rows={shown}
      idOf={pathOf}
      cells={electionCells}
      selected={selected}
      onSelect={select}
      onOpen={onOpen}
      onClearFilter={() => useElections.setState({ text: '' })}
      action={
        <Button refusal={refusal} onClick={stand}>
          Stand for election
        </Button>
      }
    >
      Programs that stand for the same path form a line; the first in line is elected, and the next follows when it
      resigns or dies.
    </WatchedRows>
  );
}

function SelectedElection({
  path,
  headingRef,
}: {
  readonly path: string;
  readonly headingRef: React.RefObject<HTMLHeadingElement | null>;
}) {
  const election = useElections(({ elections }) => elections.find((one) => one.path === path));
  if (election !== undefined) return <ElectionDetail key={path} election={election} headingRef={headingRef} />;
  if (path !== '') {
    return (
      <Empty icon={Vote} title="This election is not listed">
        <span className="font-mono break-all">{path}</span> has no winner and no candidates
        {' or is not remembered any more.'}
      </Empty>
    );
  }
  return (
    <Empty icon={Vote} title="No election is chosen">
      Choose one on the left to see its line, its tenures, and to take part.
    </Empty>
  );
}
