import { X } from 'lucide-react';
import type { ParticipantView } from '../../../contract/index.ts';
import { isLagging, oldWords } from '../../cell/participant-words.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { StateBadge } from '../../ui/agent-mark.tsx';
import { Ballot } from '../../ui/ballot.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { countText, durationText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { useBallotOf } from './ballot-of.ts';
import { DashboardLink } from './dashboard-link.tsx';
import { type Demo, demoAgentOf } from './demo.ts';
import { DemoButtons } from './demo-processes.tsx';
import { useMemberActions } from './member-menu.ts';
import { heardText, roundTripText } from './participant-row.tsx';
import { labelsText } from './sort.ts';

/** Everything that is known of one participant, and what can be done with it. */
export function Details({ participant, demo }: { readonly participant: ParticipantView; readonly demo: Demo }) {
  const { agentId, name, isSelf, grpcAddress, httpAddress, labels, lagSlots } = participant;
  const actions = useMemberActions(participant);
  const process = demoAgentOf(demo, agentId);
  const ballot = useBallotOf(participant);
  const words = oldWords(participant);
  const old = words === '' ? null : <span className="text-sm text-faint">{words}</span>;
  return (
    <aside
      aria-label={`Details of ${name}`}
      className="flex w-[340px] shrink-0 flex-col overflow-y-auto border-l border-line bg-surface"
    >
      <header className="flex items-center gap-2 px-3 pt-2.5 pb-2">
        <h2 className="truncate text-lg font-semibold">{name || 'unnamed'}</h2>
        <StateBadge participant={participant} />
        <div className="ml-auto">
          <IconButton icon={X} label="Close the details" onClick={() => replaceQuery({ agent: '' })} />
        </div>
      </header>
      <div className="px-3">
        <Facts>
          <Fact label="Id">
            <Copyable mono text={agentId} label={`id of ${name}`} />
          </Fact>
          <Fact label="Role">
            {participant.role}
            {participant.pin === 'none' ? ', decided by the autopilot' : `, pinned as ${participant.pin}`}
          </Fact>
          <Fact label="Ballot">
            {ballot === undefined ? (
              <span className="text-faint">known to itself only</span>
            ) : (
              <Ballot ballot={ballot} />
            )}
          </Fact>
          <Fact label="Chosen">
            <SlotLink slot={participant.chosenThrough} /> {old}
          </Fact>
          <Fact label="Applied">
            <SlotLink slot={participant.applied} /> {old}
          </Fact>
          <Fact label="Lag">
            <span className={isLagging(participant) ? 'text-warning' : ''}>
              {lagSlots === 0 ? 'none' : `${countText(lagSlots)} ${lagSlots === 1 ? 'slot' : 'slots'} behind`}
            </span>{' '}
            {old}
          </Fact>
          <Fact label="Round trip">{roundTripText(participant)}</Fact>
          <Fact label="Last heard">{isSelf ? '–' : heardText(participant)}</Fact>
          <Fact label="gRPC">
            {grpcAddress === '' ? 'none told' : <Copyable mono text={grpcAddress} label={`gRPC address of ${name}`} />}
          </Fact>
          <Fact label="HTTP">
            {httpAddress === '' ? 'none told' : <Copyable mono text={httpAddress} label={`HTTP address of ${name}`} />}
          </Fact>
          <Fact label="Version">{participant.version || 'unknown'}</Fact>
          <Fact label="Up for">{participant.suspect ? 'not heard' : durationText(participant.uptimeMs)}</Fact>
          <Fact label="Labels">
            {labelsText(labels) === '' ? (
              <span className="text-faint">none</span>
            ) : (
              <span className="font-mono">{labelsText(labels)}</span>
            )}
          </Fact>
        </Facts>
      </div>
      <div className="flex flex-col gap-1.5 p-3">
        <div className="flex flex-wrap gap-1.5">
          {isSelf ? null : <DashboardLink participant={participant} />}
          {process === undefined ? null : <DemoButtons agent={process} demo={demo} />}
        </div>
        <h3 className="mt-2 text-sm font-medium text-soft">Change</h3>
        <div className="flex flex-col gap-1.5">
          {actions.map(({ label, icon, danger, refusal, onSelect }) => (
            <Button
              key={label}
              {...(icon === undefined ? {} : { icon })}
              variant={danger === true ? 'danger' : 'plain'}
              refusal={refusal ?? ''}
              onClick={onSelect}
              className="justify-start!"
            >
              {label}
            </Button>
          ))}
        </div>
      </div>
    </aside>
  );
}
