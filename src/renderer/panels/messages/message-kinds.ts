/** What messages are about. A kind belongs to one group; every call of a client belongs to `calls`. */
export type KindGroupId = 'election' | 'replication' | 'reads' | 'liveness' | 'forwarding' | 'membership' | 'calls';

export interface KindGroup {
  readonly id: KindGroupId;
  readonly title: string;
  /** In one sentence, for the legend. */
  readonly about: string;
  /** Empty for `calls`: there the methods are the kinds. */
  readonly kinds: readonly string[];
}

export const KIND_GROUPS: readonly KindGroup[] = [
  {
    id: 'election',
    title: 'Ballots',
    about: 'Who leads: asking for a promise to a new ballot, and the answers.',
    kinds: ['preVote', 'preVoteReply', 'prepare', 'prepareReply', 'campaignNow'],
  },
  {
    id: 'replication',
    title: 'Replication',
    about: 'What is agreed on: asking to accept entries, the answers, and telling what is chosen.',
    kinds: ['accept', 'acceptReply', 'chosen', 'chosenReply', 'snapshotOffer'],
  },
  {
    id: 'reads',
    title: 'Reads',
    about: 'Linearizable reads: asking the leader for a slot, waiting until it is applied.',
    kinds: ['readIndex', 'readIndexReply', 'awaitApplied', 'awaitAppliedReply'],
  },
  {
    id: 'liveness',
    title: 'Liveness',
    about: 'Who is heard: heartbeats, and reports about participants.',
    kinds: ['heartbeat', 'heartbeatReply', 'livenessReport', 'cellReport'],
  },
  {
    id: 'forwarding',
    title: 'Forwarding',
    about: 'Requests and renewals on their way to the leader.',
    kinds: ['forward', 'forwardReply', 'renew', 'renewReply'],
  },
  {
    id: 'membership',
    title: 'Participants',
    about: 'Joining, leaving, changing roles.',
    kinds: ['changeParticipants', 'changeParticipantsReply', 'removedNotice', 'join', 'getPeers', 'fetchSnapshot'],
  },
  { id: 'calls', title: 'Client calls', about: 'Calls of programs and of windows.', kinds: [] },
];

/** `acceptReply` is `accept reply`, `CompareAndWrite` stays as programs write it. */
export function kindText(kind: string): string {
  return /^[a-z]/.test(kind) ? kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`) : kind;
}

export function isReply(kind: string): boolean {
  return kind.endsWith('Reply');
}

/** Why a message went nowhere; empty when it went its way. */
export function dropReason(status: string): string {
  return status.startsWith('dropped: ') ? status.slice('dropped: '.length) : '';
}

export function isFailure(status: string): boolean {
  return status !== '' && status !== 'OK';
}

/** Their slot says how far their sender is; they are about no slot. */
const TELL_HOW_FAR: ReadonlySet<string> = new Set([
  'heartbeat',
  'heartbeatReply',
  'livenessReport',
  'cellReport',
  'preVote',
  'preVoteReply',
]);

/** Whether a message carries, acknowledges or concerns a slot. */
export function isAbout(
  { kind, slot, throughSlot }: { readonly kind: string; readonly slot: number; readonly throughSlot: number },
  wanted: number,
): boolean {
  return wanted !== 0 && slot !== 0 && slot <= wanted && wanted <= throughSlot && !TELL_HOW_FAR.has(kind);
}
