import { createStore, type StoreApi } from 'zustand/vanilla';
import type { MessageView, OperatorClient } from '../../../../contract/index.ts';
import { agentFilter, asksTheSame, EVERYTHING, type LogFilter, textMatcher } from './log-filter.ts';
import { type LogRow, Sharing } from './log-row.ts';
import { Ring } from './ring.ts';

export type QueriedLog = Awaited<ReturnType<OperatorClient['messages']['query']>>;
export type WatchedLog =
  Awaited<ReturnType<OperatorClient['messages']['watch']>> extends AsyncIterable<infer Event> ? Event : never;
type MessagesClient = Pick<OperatorClient['messages'], 'query' | 'watch'>;

export const ROWS_KEPT = 10_000;
/** Of the past, to begin with and with each step back. */
export const BACKLOG = 1_000;

/** What the table stands still on, although more has come: it was paused, or scrolled away from its end. */
export interface Still {
  readonly why: 'paused' | 'scrolled';
  readonly rows: readonly LogRow[];
  /** Position of the newest row then. */
  readonly through: number;
  /** Rows that have come since. */
  readonly came: number;
}

export interface MessageLogState {
  readonly filter: LogFilter;
  /** Another one when rows have changed; at most one per frame. */
  readonly revision: number;
  readonly phase: 'loading' | 'live' | 'lost';
  /** Why it could not be read; undefined while it can. */
  readonly problem: unknown;
  /** Left out of the table, since then. */
  readonly heartbeats: number;
  readonly sinceMs: number;
  readonly still: Still | undefined;
  /** Older messages stand in the log and can be fetched. */
  readonly hasOlder: boolean;
  /** Rows that had to go because no more than `ROWS_KEPT` are kept. */
  readonly dropped: number;
  /** Sequence of the message whose detail is open; 0: none. */
  readonly selected: number;
}

export interface MessageLogOptions {
  /** Called with what is to happen before the next picture is drawn. */
  readonly nextFrame: (run: () => void) => void;
  readonly nameOf: (agentId: string) => string;
  readonly nowMs: () => number;
}

/** The newest messages of one log. Rows live outside of the state, which says by `revision` that they changed. */
export class MessageLog {
  readonly store: StoreApi<MessageLogState>;
  readonly #options: MessageLogOptions;
  /** Everything that the agent let through, and of that what contains the text. */
  readonly #kept = new Ring<LogRow>(ROWS_KEPT);
  readonly #shown = new Ring<LogRow>(ROWS_KEPT);
  #sharing = new Sharing();
  #matches: (message: MessageView) => boolean = () => true;
  #next = { newer: 1, older: 0 };
  #position: { readonly afterSequence: number; readonly logId: string } | undefined;
  #oldest = 0;
  #arrived = { rows: 0, heartbeats: 0, dropped: 0 };
  #isScheduled = false;

  constructor(options: MessageLogOptions) {
    this.#options = options;
    this.store = createStore<MessageLogState>(() => ({ ...EMPTY, filter: EVERYTHING, sinceMs: options.nowMs() }));
  }

  get state(): MessageLogState {
    return this.store.getState();
  }

  get keptCount(): number {
    return this.#kept.length;
  }

  get count(): number {
    return this.state.still?.rows.length ?? this.#shown.length;
  }

  at(index: number): LogRow | undefined {
    const { still } = this.state;
    return still === undefined ? this.#shown.at(index) : still.rows[index];
  }

  /** Begins with the newest of the past, or goes on behind what was told last. */
  async open({ query, watch }: MessagesClient, signal: AbortSignal): Promise<AsyncIterable<WatchedLog>> {
    const { filter } = this.state;
    const asked = { filter: agentFilter(filter), agent: filter.agent };
    if (this.#position === undefined) {
      const found = await query({ ...asked, limit: BACKLOG }, { signal });
      // The filter was changed meanwhile: somebody else fills the table now.
      if (signal.aborted) throw signal.reason;
      this.#begin(found);
    }
    const events = await watch({ ...asked, from: this.#position }, { signal });
    if (!signal.aborted) this.store.setState({ phase: 'live', problem: undefined });
    return events;
  }

  receive({ messages, missed, heartbeats, through, logId }: WatchedLog): void {
    if (this.#position !== undefined && this.#position.logId !== logId) {
      this.#add({ kind: 'restarted', position: this.#newer() });
      // Positions of the new log begin at 1: nothing older is asked for beyond it.
      this.#oldest = 0;
      this.store.setState({ hasOlder: false, selected: 0 });
    }
    this.#position = { afterSequence: through, logId };
    // What is missing lies before whatever this event tells.
    if (missed > 0) this.#add({ kind: 'missed', position: this.#newer(), count: missed });
    for (const message of messages) {
      this.#add({ kind: 'message', position: this.#newer(), message: this.#sharing.message(message) });
    }
    this.#arrived.heartbeats += heartbeats;
    this.#schedule();
  }

  ended(error: unknown): void {
    this.store.setState({ phase: 'lost', problem: error });
  }

  /** Fetches what stands before the oldest row, as far as there is room. */
  async loadOlder({ query }: Pick<MessagesClient, 'query'>, signal?: AbortSignal): Promise<number> {
    const { filter } = this.state;
    const room = ROWS_KEPT - this.#kept.length;
    const limit = Math.min(BACKLOG, room);
    if (limit === 0 || this.#oldest === 0) return 0;
    const asked = { filter: agentFilter(filter), agent: filter.agent };
    const found = await query({ ...asked, limit, beforeSequence: this.#oldest }, { signal });
    if (signal?.aborted || this.state.filter !== filter) return 0;
    const older = this.#addOlder(found, limit);
    const { still } = this.state;
    if (still !== undefined) this.store.setState({ still: { ...still, rows: [...older, ...still.rows] } });
    this.#flush();
    return older.length;
  }

  setFilter(change: Partial<LogFilter>): void {
    const { filter } = this.state;
    const next = { ...filter, ...change };
    if (JSON.stringify(next) === JSON.stringify(filter)) return;
    this.#matches = textMatcher(next.text, this.#options.nameOf);
    if (!asksTheSame(filter, next)) {
      this.#forget();
      this.#position = undefined;
      this.#oldest = 0;
      this.store.setState({ ...EMPTY, filter: next, sinceMs: this.#options.nowMs() });
      return;
    }
    this.#shown.clear();
    for (const row of this.#kept.toArray()) if (this.#passes(row)) this.#shown.push(row);
    const { still } = this.state;
    const rows = still === undefined ? [] : this.#shown.toArray().filter(({ position }) => position <= still.through);
    this.store.setState({ filter: next, still: still === undefined ? undefined : { ...still, rows } });
    this.#flush();
  }

  /** Empties the table; the agent's log stays as it is. */
  clear(): void {
    this.#forget();
    this.#oldest = 0;
    const sinceMs = this.#options.nowMs();
    const { still } = this.state;
    const emptied = still === undefined ? undefined : { ...still, rows: [], came: 0 };
    this.store.setState({ heartbeats: 0, sinceMs, still: emptied, hasOlder: false, dropped: 0, selected: 0 });
    this.#flush();
  }

  /** Rows stay where they are and what comes is counted; a pause outlasts scrolling. */
  hold(why: Still['why']): void {
    const { still } = this.state;
    if (still?.why === 'paused' || still?.why === why) return;
    const begun = still ?? { rows: this.#shown.toArray(), through: this.#next.newer, came: 0 };
    this.store.setState({ still: { ...begun, why } });
  }

  /** Shows the newest again. */
  resume(): void {
    if (this.state.still !== undefined) this.store.setState({ still: undefined, revision: this.state.revision + 1 });
  }

  select(sequence: number): void {
    this.store.setState({ selected: sequence });
  }

  #begin(found: QueriedLog): void {
    const { first, last, logId } = found;
    this.#position = { afterSequence: last, logId };
    this.#oldest = last + 1;
    if (first <= last) this.#addOlder(found, BACKLOG);
    else this.store.setState({ hasOlder: false });
    this.#flush();
  }

  /** `found` is newest first. Returns what is shown of it, oldest first. */
  #addOlder({ messages, first }: QueriedLog, limit: number): LogRow[] {
    const shown: LogRow[] = [];
    for (const message of messages) {
      const row: LogRow = { kind: 'message', position: this.#next.older, message: this.#sharing.message(message) };
      this.#next.older -= 1;
      if (!this.#kept.unshift(row)) break;
      this.#oldest = message.sequence;
      if (this.#passes(row) && this.#shown.unshift(row)) shown.push(row);
    }
    const hasOlder = messages.length === limit && this.#oldest > first && this.#kept.length < ROWS_KEPT;
    this.store.setState({ hasOlder });
    return shown.reverse();
  }

  #newer(): number {
    this.#next.newer += 1;
    return this.#next.newer;
  }

  #add(row: LogRow): void {
    const gone = this.#kept.push(row);
    if (gone !== undefined) {
      this.#arrived.dropped += 1;
      if (this.#shown.at(0)?.position === gone.position) this.#shown.shift();
    }
    if (!this.#passes(row)) return;
    this.#shown.push(row);
    this.#arrived.rows += 1;
  }

  #passes(row: LogRow): boolean {
    return row.kind !== 'message' || this.#matches(row.message);
  }

  #forget(): void {
    this.#kept.clear();
    this.#shown.clear();
    this.#sharing = new Sharing();
    this.#arrived = { rows: 0, heartbeats: 0, dropped: 0 };
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.nextFrame(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const { rows, heartbeats, dropped } = this.#arrived;
    this.#arrived = { rows: 0, heartbeats: 0, dropped: 0 };
    const { state } = this;
    this.store.setState({
      revision: state.revision + 1,
      heartbeats: state.heartbeats + heartbeats,
      dropped: state.dropped + dropped,
      hasOlder: state.hasOlder && this.#kept.length < ROWS_KEPT,
      ...(state.still === undefined || rows === 0 ? {} : { still: { ...state.still, came: state.still.came + rows } }),
    });
  }
}

const EMPTY: Omit<MessageLogState, 'filter' | 'sinceMs'> = {
  revision: 0,
  phase: 'loading',
  problem: undefined,
  heartbeats: 0,
  still: undefined,
  hasOlder: false,
  dropped: 0,
  selected: 0,
};
