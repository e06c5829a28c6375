import type { MessageChannel, MessageDirection, MessageEntry } from './rpc-log.ts';

/** Everything given must hold; an absent field says nothing. */
export interface MessageFilter {
  readonly channel?: MessageChannel | undefined;
  readonly direction?: MessageDirection | undefined;
  readonly peer?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly messageId?: string | undefined;
  /** Messages that carry, acknowledge or concern this slot. */
  readonly slot?: number | undefined;
  /** `dropped` stands for every reason to drop a message, `failed` for everything but `OK`. */
  readonly statuses?: readonly string[] | undefined;
  readonly durationMsMin?: number | undefined;
  /** False leaves out heartbeats, their replies and reports of who is heard, unless `kinds` names them. */
  readonly includeHeartbeats?: boolean | undefined;
  /** Also messages that the viewer caused; without it they are left out. */
  readonly includeOwn?: boolean | undefined;
}

/** What a cell says at rest, many times a second. */
const HEARTBEATS: ReadonlySet<string> = new Set(['heartbeat', 'heartbeatReply', 'livenessReport', 'cellReport']);

/** Their slot says how far their sender is. They are about no slot, else one would light up as long as it is the newest. */
const TELL_HOW_FAR: ReadonlySet<string> = new Set([...HEARTBEATS, 'preVote', 'preVoteReply']);

export function matches(entry: MessageEntry, filter: MessageFilter): boolean {
  return !leavesOut(entry, filter) && matchesRest(entry, filter);
}

/** Whether only `includeHeartbeats` keeps the message out. */
export function isLeftOutHeartbeat(entry: MessageEntry, filter: MessageFilter): boolean {
  return leavesOut(entry, filter) && matchesRest(entry, filter);
}

function leavesOut({ kind }: MessageEntry, { includeHeartbeats, kinds }: MessageFilter): boolean {
  return includeHeartbeats === false && kinds === undefined && HEARTBEATS.has(kind);
}

function matchesRest(entry: MessageEntry, filter: MessageFilter): boolean {
  if (entry.own && filter.includeOwn !== true) return false;
  if (filter.channel !== undefined && entry.channel !== filter.channel) return false;
  if (filter.direction !== undefined && entry.direction !== filter.direction) return false;
  if (filter.peer !== undefined && entry.peer !== filter.peer) return false;
  if (filter.kinds !== undefined && !filter.kinds.includes(entry.kind)) return false;
  if (filter.messageId !== undefined && entry.messageId !== filter.messageId) return false;
  if (filter.slot !== undefined && !isAbout(entry, filter.slot)) return false;
  if (filter.statuses !== undefined && !hasStatus(entry.status, filter.statuses)) return false;
  return filter.durationMsMin === undefined || entry.durationMs >= filter.durationMsMin;
}

function isAbout({ kind, slot, throughSlot }: MessageEntry, wanted: number): boolean {
  return slot <= wanted && wanted <= throughSlot && !TELL_HOW_FAR.has(kind);
}

/** Whether a message came to one of these; a message that went its way, unanswered, came to nothing. */
export function hasStatus(status: string, wanted: readonly string[]): boolean {
  if (wanted.includes(status)) return true;
  if (status.startsWith('dropped: ') && wanted.includes('dropped')) return true;
  return wanted.includes('failed') && status !== '' && status !== 'OK';
}
