import { KeyRound, ThumbsDown, ThumbsUp, Undo2 } from 'lucide-react';
import { type RefObject, useMemo, useState } from 'react';
import type { ProposalView } from '../../../contract/index.ts';
import { useActing } from '../../acting/acting-store.ts';
import { isOfAgent } from '../../acting/own-session.ts';
import { SessionName } from '../../acting/session-name.tsx';
import { useCell, useWriteRefusal } from '../../cell/cell-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import { Button } from '../../ui/button.tsx';
import { DetailSection, Fact, Facts } from '../../ui/facts.tsx';
import { bytesText, durationText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { SmallTable } from '../../ui/small-table.tsx';
import { Ago, ClockTime } from '../../ui/time.tsx';
import { bytesOf, textOf } from '../keys/bytes.ts';
import { ProposalState, Timing, VotesGauge } from './proposal-row.tsx';
import { causeText, proposerOf, voterText, votesText } from './proposal-words.ts';
import { VoteSection } from './vote-section.tsx';
import { WithdrawDialog } from './withdraw-dialog.tsx';

/** One proposal: what it would write, who votes and has voted, how it ended, and voting on it. */
export function ProposalDetail({
  proposal,
  headingRef,
}: {
  readonly proposal: ProposalView;
  readonly headingRef: RefObject<HTMLHeadingElement | null>;
}) {
  const { proposal: number, path, state } = proposal;
  const [isWithdrawing, setWithdrawing] = useState(false);
  const refusal = useWriteRefusal();
  const isPending = state === 'pending';
  return (
    <section aria-label={`Proposal ${number}`} className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-3">
      <div className="flex flex-wrap items-center gap-2">
        <h2 ref={headingRef} tabIndex={-1} className="min-w-0 font-mono text-lg font-semibold break-all">
          {path}
        </h2>
        <ProposalState state={state} />
        <div className="ml-auto flex flex-wrap gap-1.5">
          <Button icon={KeyRound} onClick={() => navigate('keys', { path })}>
            Open the key
          </Button>
          {isPending ? (
            <Button icon={Undo2} refusal={refusal} onClick={() => setWithdrawing(true)}>
              Withdraw…
            </Button>
          ) : null}
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <div className="w-56">
          <VotesGauge proposal={proposal} />
        </div>
        <span className="font-medium">{votesText(proposal)}</span>
        {isPending ? (
          <span className="text-soft">
            <Timing proposal={proposal} /> left
          </span>
        ) : null}
      </div>
      {proposal.decided === null ? null : (
        <Facts>
          <EndFacts decided={proposal.decided} state={state} />
        </Facts>
      )}
      <Value proposal={proposal} />
      {isPending ? <VoteSection key={number} proposal={proposal} /> : null}
      <Electorate proposal={proposal} />
      <Facts>
        <RuleFacts proposal={proposal} />
      </Facts>
      {isWithdrawing && isPending ? <WithdrawDialog proposal={proposal} onClose={() => setWithdrawing(false)} /> : null}
    </section>
  );
}

function Value({ proposal: { value, valueBytes, state } }: { readonly proposal: ProposalView }) {
  const text = useMemo(() => (value === null ? undefined : textOf(bytesOf(value))), [value]);
  return (
    <DetailSection title="Value">
      {text === undefined ? (
        <p className="text-soft">
          {value !== null
            ? `${bytesText(valueBytes)} that are no text.`
            : state === 'accepted'
              ? `${bytesText(valueBytes)}, written to the key: open it to see them.`
              : state === 'pending'
                ? `${bytesText(valueBytes)}, too large to be shown here.`
                : `${bytesText(valueBytes)}. A value is kept only while its proposal is pending.`}
        </p>
      ) : (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
          tabIndex={0}
          className="max-h-60 overflow-auto rounded-md border border-line bg-sunken p-2 font-mono text-sm break-words whitespace-pre-wrap"
        >
          {text === '' ? <span className="text-faint">(empty)</span> : text}
        </pre>
      )}
    </DetailSection>
  );
}

function EndFacts({
  decided,
  state,
}: Pick<ProposalView, 'state'> & { readonly decided: NonNullable<ProposalView['decided']> }) {
  return (
    <>
      <Fact label="Ended">
        {state} in slot <SlotLink slot={decided.slot} />, <Ago atMs={decided.atMs} />
      </Fact>
      <Fact label="Cause">{causeText(decided.cause)}</Fact>
      <Fact label="Why it ended">{decided.why}</Fact>
    </>
  );
}

function RuleFacts({ proposal }: { readonly proposal: ProposalView }) {
  const { proposal: number, sessionId, why, quorum, required, electorate, timeoutMs } = proposal;
  const { isOnlyIfUnchanged, fencingToken, proposedSlot, proposedMs } = proposal;
  return (
    <>
      <Fact label="Number">
        <span className="font-mono">{number}</span>
      </Fact>
      <Fact label="Proposed by">
        <SessionName sessionId={sessionId} owner={proposerOf(proposal)} />
      </Fact>
      <Fact label="Why">{why === '' ? <span className="text-faint">not said</span> : why}</Fact>
      <Fact label="Proposed">
        <ClockTime atMs={proposedMs} /> in slot <SlotLink slot={proposedSlot} />, for {durationText(timeoutMs)}
      </Fact>
      <Fact label="Quorum">
        {quorum}: {required} of {electorate.length}
      </Fact>
      <Fact label="Condition">
        {isOnlyIfUnchanged ? 'the key is not written meanwhile' : 'none on the key'}
        {fencingToken === 0 ? '' : `; token ${fencingToken} is still valid`}
      </Fact>
    </>
  );
}

function Electorate({
  proposal: { electorate, isElectorateOfCell, votes, state },
}: {
  readonly proposal: ProposalView;
}) {
  const view = useCell((state) => state.view);
  const sessions = useActing((state) => state.participants);
  const cast = useMemo(() => new Map(votes.map((vote) => [vote.voter, vote])), [votes]);
  return (
    <DetailSection title={`Electorate: ${electorate.length}${isElectorateOfCell ? ', the voters of the cell' : ''}`}>
      <SmallTable label="Electorate" head={['Voter', 'Vote', 'Cast by', 'Slot', 'When']} rows={electorate} idOf={same}>
        {(name) => {
          const vote = cast.get(name);
          return (
            <>
              <td className="max-w-44 truncate font-medium" title={name}>
                {voterText(name, view, sessions)}
              </td>
              <td className="w-28">
                {vote === undefined ? <NoVote isPending={state === 'pending'} /> : <Vote isFor={vote.isFor} />}
              </td>
              <td>
                {vote === undefined ? (
                  <span className="text-faint">–</span>
                ) : (
                  <SessionName sessionId={vote.sessionId} owner={isOfAgent(vote.sessionId) ? 'an agent' : ''} />
                )}
              </td>
              <td>{vote === undefined ? <span className="text-faint">–</span> : <SlotLink slot={vote.slot} />}</td>
              <td className="whitespace-nowrap text-soft">{vote === undefined ? '–' : <Ago atMs={vote.atMs} />}</td>
            </>
          );
        }}
      </SmallTable>
    </DetailSection>
  );
}

const same = (name: string): string => name;

function NoVote({ isPending }: { readonly isPending: boolean }) {
  return <span className="text-soft">{isPending ? 'not yet' : 'none'}</span>;
}

function Vote({ isFor }: { readonly isFor: boolean }) {
  return isFor ? (
    <span className="flex items-center gap-1.5 text-good">
      <ThumbsUp aria-hidden size={13} /> for
    </span>
  ) : (
    <span className="flex items-center gap-1.5 text-bad">
      <ThumbsDown aria-hidden size={13} /> against
    </span>
  );
}
