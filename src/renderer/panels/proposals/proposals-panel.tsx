import { ListChecks, Plus } from 'lucide-react';
import { type RefObject, useMemo, useRef } from 'react';
import type { ProposalList, ProposalView } from '../../../contract/index.ts';
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
import { ProposalDetail } from './proposal-detail.tsx';
import { COLUMNS, LAYOUT, proposalCells } from './proposal-row.tsx';
import { countsText, filterProposals } from './proposal-words.ts';
import { LIMIT_MAX, proposalsEnded, proposalsTold, useProposals } from './proposals-store.ts';
import { ProposeDialog } from './propose-dialog.tsx';

const begin = (): void => replaceQuery({ propose: 'yes' });
const select = (proposal: string): void => replaceQuery({ proposal });
const idOf = ({ proposal }: ProposalView): string => String(proposal);

/** What is voted on, how it stands and how it ended, and proposing and voting oneself. */
export function ProposalsPanel() {
  const refusal = useWriteRefusal();
  const limit = useProposals((state) => state.limit);
  const withDecided = useProposals((state) => state.withDecided);
  const text = useProposals((state) => state.text);
  const proposing = useNavigation(({ query }) => query.propose === 'yes');
  const path = useNavigation(({ query }) => query.path ?? '');
  const selected = useNavigation(({ query }) => query.proposal ?? '');
  // Where there is nothing to choose from, there is no place for what is chosen.
  const isEmpty = useProposals(({ isTold, proposals }) => isTold && proposals.length === 0);
  const heading = useRef<HTMLHeadingElement>(null);
  useFollow<ProposalList>(
    {
      open: (client, signal) => client.proposals.watch({ limit, withDecided }, { signal }),
      onEvent: proposalsTold,
      onEnd: proposalsEnded,
    },
    [limit, withDecided],
  );
  const list = <Proposals selected={selected} onOpen={() => heading.current?.focus()} />;
  return (
    <>
      <PanelHeader title="Proposals" about="values that are voted on">
        <TextInput
          type="search"
          aria-label="Filter proposals"
          placeholder="Key, value or voter"
          value={text}
          onChange={(event) => useProposals.setState({ text: event.target.value })}
          className="w-48"
        />
        <Checkbox
          label="Decided ones too"
          checked={withDecided}
          onChange={(next) => useProposals.setState({ withDecided: next })}
        />
        <ActingAs />
        <Button variant="primary" icon={Plus} refusal={refusal} onClick={begin}>
          Propose a value
        </Button>
      </PanelHeader>
      {isEmpty && selected === '' ? (
        list
      ) : (
        <Split
          name="proposals"
          initial={688}
          initialWide={880}
          min={500}
          first={list}
          second={<SelectedProposal selected={selected} headingRef={heading} />}
        />
      )}
      {proposing ? <ProposeDialog path={path} onClose={() => replaceQuery({ propose: '', path: '' })} /> : null}
    </>
  );
}

function Proposals({ selected, onOpen }: { readonly selected: string; readonly onOpen: () => void }) {
  const refusal = useWriteRefusal();
  const proposals = useProposals((state) => state.proposals);
  const text = useProposals((state) => state.text);
  const isTold = useProposals((state) => state.isTold);
  const problem = useProposals((state) => state.problem);
  const shown = useMemo(() => filterProposals(proposals, text), [proposals, text]);
  return (
    <WatchedRows
      one="proposal"
      many="proposals"
      icon={ListChecks}
      isTold={isTold}
      problem={problem}
      total={proposals.length}
      counts={<Counts shown={shown.length} />}
      columns={COLUMNS}
      layout={LAYOUT}
      rows={shown}
      idOf={idOf}
      cells={proposalCells}
      selected={selected}
      onSelect={select}
      onOpen={onOpen}
      onClearFilter={() => useProposals.setState({ text: '' })}
      action={
        <Button refusal={refusal} onClick={begin}>
          Propose a value
        </Button>
      }
    >
      A proposal is a value for a key that agents, programs and people vote on. It is written with the vote that decides
      it.
    </WatchedRows>
  );
}

function Counts({ shown }: { readonly shown: number }) {
  const proposals = useProposals((state) => state.proposals);
  const more = useProposals((state) => state.more);
  const limit = useProposals((state) => state.limit);
  return (
    <>
      <span className="truncate">{countsText(proposals, more, shown)}</span>
      {!more ? null : limit < LIMIT_MAX ? (
        <button
          type="button"
          className="ml-auto whitespace-nowrap text-accent underline"
          onClick={() => useProposals.setState({ limit: LIMIT_MAX })}
        >
          Show up to {LIMIT_MAX}
        </button>
      ) : (
        <span className="ml-auto whitespace-nowrap">older ones: below /_internal/proposals in Keys</span>
      )}
    </>
  );
}

function SelectedProposal({
  selected,
  headingRef,
}: {
  readonly selected: string;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const proposal = useProposals(({ proposals }) => proposals.find((one) => idOf(one) === selected));
  if (proposal !== undefined) return <ProposalDetail key={selected} proposal={proposal} headingRef={headingRef} />;
  if (selected !== '') {
    return (
      <Empty icon={ListChecks} title={`Proposal ${selected} is not listed`}>
        It was decided long ago, is hidden with the decided ones, or was never made.
      </Empty>
    );
  }
  return (
    <Empty icon={ListChecks} title="No proposal is chosen">
      Choose one on the left to see who has voted, how it ended, and to vote.
    </Empty>
  );
}
