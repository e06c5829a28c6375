import { MoreHorizontal } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { ParticipantView } from '../../../contract/index.ts';
import { isLagging, isSilent, oldWords } from '../../cell/participant-words.ts';
import { replaceQuery } from '../../navigation/navigation-store.ts';
import { StateBadge } from '../../ui/agent-mark.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Ballot } from '../../ui/ballot.tsx';
import { IconButton } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { Menu } from '../../ui/menu.tsx';
import { countText, durationText } from '../../ui/numbers.ts';
import { SlotLink } from '../../ui/slot-link.tsx';
import { ageText } from '../../ui/time.tsx';
import { useBallotOf } from './ballot-of.ts';
import { useMemberMenu } from './member-menu.ts';
import { labelsText } from './sort.ts';
import { WIDE_CELL } from './wide-cell.ts';

export const ParticipantRow = memo(function ParticipantRow({
  participant,
  selected,
  focusable,
}: {
  readonly participant: ParticipantView;
  readonly selected: boolean;
  readonly focusable: boolean;
}) {
  const { agentId, name, isSelf, role, pin, labels, version, uptimeMs } = participant;
  const items = useMemberMenu(participant);
  const ballot = useBallotOf(participant);
  const old = oldWords(participant);
  return (
    <tr
      tabIndex={focusable ? 0 : -1}
      aria-selected={selected}
      aria-label={name || agentId}
      onClick={() => replaceQuery({ agent: agentId })}
      className={classes('-outline-offset-2', selected ? 'bg-selected' : 'hover:bg-hover')}
    >
      <Cell first>
        <div className="font-semibold whitespace-nowrap">
          {name || 'unnamed'}
          {isSelf ? <span className="font-normal text-soft"> · this agent</span> : null}
        </div>
        <Copyable mono text={agentId} shown={agentId.slice(0, 8)} label={`id of ${name}`} />
      </Cell>
      <Cell>
        <StateBadge participant={participant} />
        {ballot === undefined ? null : (
          <div className="text-sm text-soft">
            <Ballot ballot={ballot} />
          </div>
        )}
      </Cell>
      <Cell>
        <div>{role}</div>
        {pin === 'none' ? null : <Badge>pinned: {pin}</Badge>}
      </Cell>
      <Cell right old={old}>
        <SlotLink slot={participant.chosenThrough} />
      </Cell>
      <Cell right old={old}>
        <SlotLink slot={participant.applied} />
      </Cell>
      <Cell right old={old}>
        <span className={classes('font-mono', isLagging(participant) && 'font-semibold text-warning')}>
          {countText(participant.lagSlots)}
        </span>
      </Cell>
      <Cell right>
        <span className="inline-block min-w-16 whitespace-nowrap">{roundTripText(participant)}</span>
      </Cell>
      <Cell right>
        <span className={classes('inline-block min-w-12 whitespace-nowrap', isSilent(participant) && 'text-bad')}>
          {heardText(participant)}
        </span>
      </Cell>
      <Cell wide>
        <div className="font-mono whitespace-nowrap">{participant.grpcAddress || '–'}</div>
        <div className="font-mono whitespace-nowrap text-soft">{participant.httpAddress || '–'}</div>
      </Cell>
      <Cell wide>
        <div>{version || '–'}</div>
        <div className="whitespace-nowrap text-soft">
          {participant.suspect ? 'not heard' : `up ${ageText(Math.max(uptimeMs, 1_500))}`}
        </div>
      </Cell>
      <Cell wide>
        {labelsText(labels) === '' ? (
          <span className="text-faint">none</span>
        ) : (
          <span className="font-mono break-all">{labelsText(labels)}</span>
        )}
      </Cell>
      <Cell>
        <Menu
          trigger={
            <IconButton
              icon={MoreHorizontal}
              label={`What can be done with ${name}`}
              onClick={(event) => event.stopPropagation()}
            />
          }
          items={items}
        />
      </Cell>
    </tr>
  );
});

export function roundTripText({ isSelf, roundTripMs }: ParticipantView): string {
  if (isSelf) return '–';
  return roundTripMs === null ? 'unknown' : durationText(roundTripMs);
}

export function heardText({ isSelf, lastHeardMs }: ParticipantView): string {
  if (isSelf) return '–';
  return lastHeardMs === null ? 'never' : ageText(lastHeardMs);
}

function Cell({
  right = false,
  wide = false,
  first = false,
  old = '',
  children,
}: {
  readonly right?: boolean;
  readonly wide?: boolean;
  readonly first?: boolean;
  /** How old it is, where it is so old that it may be wrong by now. */
  readonly old?: string;
  readonly children: ReactNode;
}) {
  return (
    <td
      title={old === '' ? undefined : old}
      className={classes(
        'h-12 border-b border-line px-2 py-1',
        right && 'text-right',
        wide && WIDE_CELL,
        first && 'pl-3',
        old !== '' && 'text-faint italic',
      )}
    >
      {children}
    </td>
  );
}
