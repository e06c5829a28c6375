import { setTimeout as delay } from 'node:timers/promises';
import type { MessageFilter } from '../../../contract/index.ts';
import type { LogPosition, QueriedMessages, WatchedMessages } from './messages-log.ts';
import { ARRIVAL_MS, type SequenceMerge } from './sequence-merge.ts';

/** The log of one participant, here or elsewhere. */
export interface LaneLog {
  query(limit: number, filter: MessageFilter, signal: AbortSignal): QueriedMessages | Promise<QueriedMessages>;
  watch(from: LogPosition, filter: MessageFilter, signal: AbortSignal): AsyncIterable<WatchedMessages>;
}

export interface SequenceLaneOptions {
  readonly agentId: string;
  readonly log: LaneLog;
  readonly filter: MessageFilter;
  readonly merge: SequenceMerge;
  /** Messages of the past, to begin with. */
  readonly backlog: number;
  /** False: it ends after the past. */
  readonly live: boolean;
  /** Something was read, or can no longer be read. */
  readonly onNews: () => void;
}

const RETRY_MS_MIN = 250;
const RETRY_MS_MAX = 3_000;

/** Reads one log into the merge, again and again while the participant cannot be reached, until it is closed. */
export class SequenceLane {
  readonly agentId: string;
  /** The past was read, or could not be, or is not wanted any more. */
  readonly begun: Promise<void>;
  /** Why its log is missing; empty while it is read. */
  problem = '';
  readonly #options: SequenceLaneOptions;
  readonly #over = new AbortController();
  #position: LogPosition | undefined;
  /** When the past was read, by the clock of its log. */
  #pastMs = 0;

  constructor(options: SequenceLaneOptions) {
    this.agentId = options.agentId;
    this.#options = options;
    // Also when it was closed before: a participant that leaves is not waited for.
    this.begun = new Promise((resolve) => {
      void this.#run(resolve).finally(resolve);
    });
  }

  close(): void {
    this.#over.abort();
  }

  async #run(begun: () => void): Promise<void> {
    const { live, merge, onNews } = this.#options;
    const { signal } = this.#over;
    let retryMs = RETRY_MS_MIN;
    while (!signal.aborted) {
      try {
        this.#position ??= await this.#readPast();
        if (live) begun();
        // What was on its way to one log while another one was read is in it a moment later.
        else await delay(ARRIVAL_MS, undefined, { signal });
        for await (const batch of this.#options.log.watch(this.#position, this.#filter, signal)) {
          if (signal.aborted) return;
          retryMs = RETRY_MS_MIN;
          this.#take(batch);
          // Whatever came meanwhile is no past; while much comes, the end is never reached.
          if (!live && (batch.isComplete || batch.atMs >= this.#pastMs + ARRIVAL_MS)) break;
        }
      } catch (error) {
        if (signal.aborted) return;
        this.problem = error instanceof Error ? error.message : String(error);
        merge.lost(this.agentId);
        onNews();
      }
      begun();
      if (!live) return;
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(2 * retryMs, RETRY_MS_MAX);
    }
  }

  async #readPast(): Promise<LogPosition> {
    const { agentId, log, merge, onNews } = this.#options;
    const limit = Math.max(this.#options.backlog, 1);
    const found = await log.query(limit, this.#filter, this.#over.signal);
    const { messages, first, last, logId, atMs } = found;
    this.#pastMs = atMs;
    const oldestMs = messages.at(-1)?.atMs;
    // All of it was read when there is nothing older, in the log or before it.
    const isWhole = first <= 1 && messages.length < limit;
    const fromMs = isWhole
      ? Number.NEGATIVE_INFINITY
      : messages.length < limit
        ? (oldestMs ?? atMs)
        : (oldestMs as number);
    merge.opened(agentId, logId, fromMs);
    merge.read(agentId, { messages: messages.toReversed(), missed: 0, atMs, isComplete: true }, performance.now());
    this.problem = '';
    onNews();
    return { afterSequence: last, logId };
  }

  #take(batch: WatchedMessages): void {
    const { through, logId } = batch;
    const { merge, onNews } = this.#options;
    // A participant that was started again has a new log, which is read from its beginning.
    merge.opened(this.agentId, logId, Number.NEGATIVE_INFINITY);
    merge.read(this.agentId, batch, performance.now());
    this.#position = { afterSequence: through, logId };
    this.problem = '';
    onNews();
  }

  /** What both ends of a message judge alike; the merge judges the rest, when both are known. */
  get #filter(): MessageFilter {
    const { channel, kinds, messageId, slot, includeHeartbeats, includeOwn } = this.#options.filter;
    return { channel, kinds, messageId, slot, includeHeartbeats, includeOwn };
  }
}
