import type { MessageFilter, MessageView } from '../../../contract/index.ts';
import type { MessageBatch, RpcLog } from '../../observe/index.ts';
import { EventQueue } from './event-queue.ts';
import { logFilter, messageView } from './messages-view.ts';

export interface MessageQuery {
  readonly filter: MessageFilter;
  readonly limit: number;
  /** 0: from the newest. */
  readonly beforeSequence: number;
}

export interface QueriedMessages {
  /** Newest first. */
  readonly messages: MessageView[];
  readonly first: number;
  readonly last: number;
  readonly logId: string;
  /** Wall clock of that agent. */
  readonly atMs: number;
}

/** Where in a log a watch begins. Positions of another log (the agent was started again) mean nothing. */
export interface LogPosition {
  readonly afterSequence: number;
  readonly logId: string;
}

export interface WatchedMessages {
  /** Oldest first. */
  readonly messages: MessageView[];
  /** Dropped from the log before they could be told. */
  readonly missed: number;
  readonly heartbeats: number;
  readonly through: number;
  /** Everything that was recorded before is told; wall clock of that agent. */
  readonly atMs: number;
  /** Nothing lies behind `through` yet. */
  readonly isComplete: boolean;
  readonly logId: string;
}

export function queryLog(log: RpcLog, { filter, limit, beforeSequence }: MessageQuery): QueriedMessages {
  const before = beforeSequence === 0 ? undefined : beforeSequence;
  return {
    messages: log.query(logFilter(filter), limit, before).map(messageView),
    first: log.first,
    last: log.last,
    logId: log.id,
    atMs: nowMs(),
  };
}

const SLICE_MESSAGES = 1_000;

/** A long answer is put together in slices, each in a turn of its own: others are served between them. */
export async function queryInSlices(
  { filter, limit, beforeSequence }: MessageQuery,
  query: (slice: MessageQuery) => QueriedMessages | Promise<QueriedMessages>,
): Promise<QueriedMessages> {
  const first = await query({ filter, limit: Math.min(limit, SLICE_MESSAGES), beforeSequence });
  const messages = [...first.messages];
  for (let slice = first; slice.messages.length === SLICE_MESSAGES && messages.length < limit; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const rest = Math.min(limit - messages.length, SLICE_MESSAGES);
    slice = await query({ filter, limit: rest, beforeSequence: messages.at(-1)!.sequence });
    // The agent was started again: its log is another one.
    if (slice.logId !== first.logId) break;
    messages.push(...slice.messages);
  }
  return { ...first, messages };
}

/** The first event comes at once and says where the watch begins. Its only buffer is the log: see `isFull` there. */
export function watchLog(log: RpcLog, filter: MessageFilter, from: LogPosition | undefined, signal: AbortSignal) {
  const { id: logId, last } = log;
  const after = from === undefined ? last : from.logId === logId ? Math.min(from.afterSequence, last) : log.first - 1;
  const queue = new EventQueue<WatchedMessages>();
  const isComplete = after === last;
  const atMs = isComplete ? nowMs() : 0;
  queue.push({ messages: [], missed: 0, heartbeats: 0, through: after, atMs, isComplete, logId });
  const deliver = ({ records, ...batch }: MessageBatch): void =>
    queue.push({ ...batch, messages: records.map(messageView), logId });
  const isFull = (): boolean => queue.length > 0;
  const subscription = log.subscribe(logFilter(filter), deliver, { after, isFull });
  return queue.iterate(signal, () => subscription.cancel());
}

/** As messages are stamped: a clock that is set while the agent runs does not change their order. */
function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
