import { CircleCheck, CircleX, Hourglass, TimerOff, Undo2 } from 'lucide-react';
import type { ProposalView } from '../../../contract/index.ts';
import { useNameOfSession } from '../../acting/acting-store.ts';
import { Badge } from '../../ui/badge.tsx';
import { Gauge } from '../../ui/gauge.tsx';
import { bytesText } from '../../ui/numbers.ts';
import { type GridColumn, RowCell } from '../../ui/row-grid.tsx';
import { Ago, useNowMs } from '../../ui/time.tsx';
import { proposerOf, remainingText, shortVotesText, valueText, votesText } from './proposal-words.ts';

export const COLUMNS: readonly GridColumn[] = [
  { label: 'State' },
  { label: 'Key and value' },
  { label: 'Votes' },
  { label: 'Left, or since' },
  { label: 'Owner, why' },
];
export const LAYOUT = 'grid-cols-[88px_minmax(120px,1.2fr)_160px_84px_minmax(80px,0.7fr)]';

export function proposalCells(proposal: ProposalView) {
  const { path, state, why } = proposal;
  return (
    <>
      <RowCell below={<span className="font-mono">{proposal.proposal}</span>}>
        <ProposalState state={state} />
      </RowCell>
      <RowCell below={<ValuePreview proposal={proposal} />}>
        <span className="font-mono" title={path}>
          {path}
        </span>
      </RowCell>
      <RowCell below={shortVotesText(proposal)}>
        <div className="py-1">
          <VotesGauge proposal={proposal} />
        </div>
      </RowCell>
      <RowCell below={state === 'pending' ? 'left' : ''}>
        <Timing proposal={proposal} />
      </RowCell>
      <RowCell below={<span title={why}>{why || 'no reason'}</span>}>
        <Owner proposal={proposal} />
      </RowCell>
    </>
  );
}

function ValuePreview({ proposal }: { readonly proposal: ProposalView }) {
  const value = valueText(proposal);
  return value === undefined ? bytesText(proposal.valueBytes) : <span className="font-mono">{value}</span>;
}

function Owner({ proposal: { sessionId, owner } }: { readonly proposal: ProposalView }) {
  return <span>{useNameOfSession(sessionId, proposerOf({ sessionId, owner }))}</span>;
}

/** What is left of a pending one; of any other, how long ago it ended. */
export function Timing({ proposal }: { readonly proposal: ProposalView }) {
  if (proposal.decided !== null) return <Ago atMs={proposal.decided.atMs} />;
  return <Remaining proposal={proposal} />;
}

function Remaining({ proposal }: { readonly proposal: ProposalView }) {
  return <span className="whitespace-nowrap">{remainingText(proposal, useNowMs())}</span>;
}

/** Votes for it from the left, against it from the right, and a mark where those for it are enough. */
export function VotesGauge({ proposal }: { readonly proposal: ProposalView }) {
  const { votesFor, votesAgainst, electorate, required, state } = proposal;
  return (
    <Gauge
      words={votesText(proposal)}
      left={votesFor}
      right={votesAgainst}
      total={electorate.length}
      needed={required}
      tone={state === 'accepted' ? 'good' : 'accent'}
    />
  );
}

const LOOKS = {
  pending: { tone: 'info', icon: Hourglass },
  accepted: { tone: 'good', icon: CircleCheck },
  rejected: { tone: 'bad', icon: CircleX },
  expired: { tone: 'warning', icon: TimerOff },
  withdrawn: { tone: 'neutral', icon: Undo2 },
} as const;

export function ProposalState({ state }: Pick<ProposalView, 'state'>) {
  const { tone, icon } = LOOKS[state];
  return (
    <Badge tone={tone} icon={icon}>
      {state}
    </Badge>
  );
}
