import type { ReactNode } from 'react';
import type { AgentStatus, ParticipantView } from '../../../contract/index.ts';
import { useCell } from '../../cell/cell-store.ts';
import { isLagging, isSilent } from '../../cell/participant-words.ts';
import { formatPlace } from '../../navigation/navigation-store.ts';
import { Ballot } from '../../ui/ballot.tsx';
import { bytesText, countText, durationText } from '../../ui/numbers.ts';

/** The cell in a few lines: who leads it, who is behind or far away, and how much it holds. */
export function CellFacts() {
  const status = useCell(({ view }) => view?.status);
  const participants = useCell(({ view }) => view?.participants);
  if (status === undefined || participants === undefined) return null;
  return (
    <section aria-label="In short">
      <h2 className="mb-1 font-semibold">In short</h2>
      <dl className="grid grid-cols-[96px_minmax(0,1fr)] gap-x-2 gap-y-1">
        <Fact label="Leader">
          <Leader status={status} />
        </Fact>
        <Fact label="Participants">{participantsWords(participants)}</Fact>
        <Fact label="Behind">
          <Named those={participants.filter((each) => isSilent(each) || isLagging(each))} />
        </Fact>
        <Fact label="Farthest">
          <Farthest participants={participants} />
        </Fact>
        <Fact label="Journal">
          slots {status.journalFloor} to {status.journalEnd}, {bytesText(status.journalSizeBytes)}
        </Fact>
        <Fact label="State">
          revision {status.revision}, {bytesText(status.stateSizeBytes)}
        </Fact>
        <Fact label="History">
          {status.revisionFloor === 0 ? 'all revisions are kept' : `kept from revision ${status.revisionFloor}`}
        </Fact>
      </dl>
    </section>
  );
}

function Leader({ status: { leader, leaderId, ballot } }: { readonly status: AgentStatus }) {
  if (leaderId === '') return <span className="text-warning">none is known</span>;
  return (
    <span className="flex items-center gap-2">
      <ParticipantLink agentId={leaderId} name={leader} />
      <Ballot ballot={ballot} />
    </span>
  );
}

function participantsWords(participants: readonly ParticipantView[]): string {
  const voters = participants.filter(({ role }) => role === 'voter').length;
  const learners = participants.length - voters;
  const each = (count: number, word: string): string => `${countText(count)} ${word}${count === 1 ? '' : 's'}`;
  return learners === 0 ? each(voters, 'voter') : `${each(voters, 'voter')}, ${each(learners, 'learner')}`;
}

function Named({ those }: { readonly those: readonly ParticipantView[] }) {
  if (those.length === 0) return 'nobody';
  return (
    <span className="flex flex-wrap gap-x-2">
      {those.map(({ agentId, name }) => (
        <ParticipantLink key={agentId} agentId={agentId} name={name} />
      ))}
    </span>
  );
}

function Farthest({ participants }: { readonly participants: readonly ParticipantView[] }) {
  const [farthest] = participants
    .flatMap(({ agentId, name, roundTripMs }) => (roundTripMs === null ? [] : [{ agentId, name, roundTripMs }]))
    .sort((a, b) => b.roundTripMs - a.roundTripMs);
  if (farthest === undefined) return 'no other agent';
  return (
    <span className="flex gap-2">
      <ParticipantLink agentId={farthest.agentId} name={farthest.name} />
      {durationText(farthest.roundTripMs)}
    </span>
  );
}

function ParticipantLink({ agentId, name }: { readonly agentId: string; readonly name: string }) {
  return (
    <a
      href={formatPlace({ panel: 'participants', query: { agent: agentId } })}
      className="rounded-sm font-medium text-accent hover:underline"
    >
      {name || agentId.slice(0, 8)}
    </a>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-faint">{label}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
