import type { MessageFilterInput, MessageView } from '../../../../contract/index.ts';
import { KIND_GROUPS, kindText } from '../message-kinds.ts';

/** What the table shows. Empty and 0 say nothing. */
export interface LogFilter {
  /** Whose log is read: an agent id; empty: this agent's. */
  readonly agent: string;
  /** `group:reads`, `kind:accept`, or empty. */
  readonly kind: string;
  readonly channel: '' | 'peer' | 'user';
  readonly direction: '' | 'received' | 'sent';
  readonly peer: string;
  readonly slot: number;
  readonly failedOnly: boolean;
  readonly durationMsMin: number;
  readonly heartbeats: boolean;
  readonly own: boolean;
  /** Looked for among the rows that are kept here; everything else is chosen by the agent, in its whole log. */
  readonly text: string;
}

export const EVERYTHING: LogFilter = {
  agent: '',
  kind: '',
  channel: '',
  direction: '',
  peer: '',
  slot: 0,
  failedOnly: false,
  durationMsMin: 0,
  heartbeats: false,
  own: false,
  text: '',
};

/** The part of the filter that the agent applies. */
export function agentFilter(filter: LogFilter): MessageFilterInput {
  const { kind, channel, direction, peer, slot, failedOnly, durationMsMin, heartbeats, own } = filter;
  const group = KIND_GROUPS.find(({ id }) => kind === `group:${id}`);
  const wantsCalls = group?.id === 'calls';
  const kinds = wantsCalls ? [] : (group?.kinds ?? (kind === '' ? [] : [kind.slice('kind:'.length)]));
  return {
    ...(channel === '' && !wantsCalls ? {} : { channel: channel || 'user' }),
    ...(direction === '' ? {} : { direction }),
    ...(peer === '' ? {} : { peer }),
    ...(kinds.length === 0 ? {} : { kinds: [...kinds] }),
    ...(slot === 0 ? {} : { slot }),
    ...(failedOnly ? { statuses: ['failed'] } : {}),
    ...(durationMsMin === 0 ? {} : { durationMsMin }),
    includeHeartbeats: heartbeats,
    includeOwn: own,
  };
}

/** Whether the agent has to be asked anew. */
export function asksTheSame(one: LogFilter, other: LogFilter): boolean {
  return one.agent === other.agent && JSON.stringify(agentFilter(one)) === JSON.stringify(agentFilter(other));
}

const NARROWING = ['kind', 'channel', 'direction', 'peer', 'slot', 'failedOnly', 'durationMsMin', 'text'] as const;

/** Whether something is left out on purpose, so that an empty table says so. */
export function isNarrowed(filter: LogFilter): boolean {
  return NARROWING.some((name) => filter[name] !== EVERYTHING[name]);
}

/** Whether a message contains the text that is looked for, as it is drawn. */
export function textMatcher(text: string, nameOf: (agentId: string) => string): (message: MessageView) => boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return () => true;
  return ({ kind, peer, status, messageId, ballot, slot, throughSlot }) => {
    const drawn = [kind, kindText(kind), peer, nameOf(peer), status, messageId, String(slot), String(throughSlot)];
    if (ballot !== null) drawn.push(`${ballot.round}·${nameOf(ballot.agentId)}`);
    return drawn.some((part) => part.toLowerCase().includes(wanted));
  };
}
