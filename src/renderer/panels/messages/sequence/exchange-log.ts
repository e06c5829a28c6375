import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Exchange, Lane, OperatorClient } from '../../../../contract/index.ts';

export type ExchangeEvent =
  Awaited<ReturnType<OperatorClient['messages']['sequence']>> extends AsyncIterable<infer Event> ? Event : never;

/** The newest ones that are kept to be drawn; whatever was scrolled away from is among them. */
export const EXCHANGES_KEPT = 2_000;

/** Messages that no log had any more when they were to be told, and the time at which they are missing. */
export interface MissedMark {
  readonly atMs: number;
  readonly count: number;
}

export interface Drawn {
  /** In order of time. */
  readonly exchanges: readonly Exchange[];
  readonly missed: readonly MissedMark[];
}

export interface ExchangeLogState {
  readonly revision: number;
  readonly phase: 'loading' | 'live' | 'lost';
  readonly problem: unknown;
  readonly lanes: readonly Lane[];
  readonly drawn: Drawn;
  /** Exchanges that had to go because no more than `EXCHANGES_KEPT` are kept. */
  readonly dropped: number;
  /** Exchanges that passed the end of the picture without having been drawn: they came too fast. */
  readonly undrawn: number;
  /** The picture stands still since then; what came is counted. */
  readonly still: { readonly why: 'paused' | 'scrolled'; readonly drawn: Drawn; readonly came: number } | undefined;
}

const NOTHING: Drawn = { exchanges: [], missed: [] };
const EMPTY: ExchangeLogState = {
  revision: 0,
  phase: 'loading',
  problem: undefined,
  lanes: [],
  drawn: NOTHING,
  dropped: 0,
  undrawn: 0,
  still: undefined,
};

/** When an exchange is drawn: when it left, else when it came. */
export function timeOf({ sentMs, receivedMs }: Pick<Exchange, 'sentMs' | 'receivedMs'>): number {
  return sentMs ?? receivedMs ?? 0;
}

/** The newest exchanges of all participants, and those of the slot that is followed, however old. */
export class ExchangeLog {
  readonly store: StoreApi<ExchangeLogState>;
  readonly #nextFrame: (run: () => void) => void;
  readonly #byId = new Map<string, Exchange>();
  /** Of the followed slot: they stay. */
  #pinned: readonly Exchange[] = [];
  #missed: MissedMark[] = [];
  #came = 0;
  #isScheduled = false;

  constructor(nextFrame: (run: () => void) => void) {
    this.#nextFrame = nextFrame;
    this.store = createStore<ExchangeLogState>(() => EMPTY);
  }

  get state(): ExchangeLogState {
    return this.store.getState();
  }

  receive({ lanes, exchanges, missed }: ExchangeEvent): void {
    if (missed > 0) {
      const first = exchanges.reduce((earliest, exchange) => Math.min(earliest, timeOf(exchange)), Infinity);
      const newest = this.state.drawn.exchanges.at(-1);
      const atMs = Number.isFinite(first) ? first : newest === undefined ? 0 : timeOf(newest);
      this.#missed.push({ atMs, count: missed });
    }
    for (const exchange of exchanges) {
      // It may be told twice: again when the other end was read.
      if (!this.#byId.has(exchange.messageId)) this.#came += 1;
      this.#byId.set(exchange.messageId, exchange);
    }
    this.store.setState({ phase: 'live', problem: undefined, lanes });
    this.#schedule();
  }

  ended(error: unknown): void {
    this.store.setState({ phase: 'lost', problem: error });
  }

  pin(exchanges: readonly Exchange[]): void {
    this.#pinned = exchanges;
    const { still } = this.state;
    if (still !== undefined) {
      const drawn = { ...still.drawn, exchanges: withPinned(still.drawn.exchanges, exchanges) };
      this.store.setState({ still: { ...still, drawn } });
    }
    this.#flush();
  }

  passedUndrawn(count: number): void {
    if (count > 0) this.store.setState({ undrawn: this.state.undrawn + count });
  }

  hold(why: 'paused' | 'scrolled'): void {
    const { still, drawn } = this.state;
    if (still?.why === 'paused' || still?.why === why) return;
    this.store.setState({ still: { why, drawn: still?.drawn ?? drawn, came: still?.came ?? 0 } });
  }

  resume(): void {
    if (this.state.still !== undefined) this.store.setState({ still: undefined, revision: this.state.revision + 1 });
  }

  /** Empties the picture; also begins anew with another filter. */
  clear(): void {
    this.#byId.clear();
    this.#missed = [];
    this.#came = 0;
    this.store.setState({ drawn: NOTHING, dropped: 0, undrawn: 0, still: undefined });
    this.#flush();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#nextFrame(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const sorted = [...this.#byId.values()].sort((one, other) => timeOf(one) - timeOf(other));
    const dropped = Math.max(0, sorted.length - EXCHANGES_KEPT);
    for (const old of sorted.splice(0, dropped)) this.#byId.delete(old.messageId);
    const oldestMs = sorted[0] === undefined ? 0 : timeOf(sorted[0]);
    this.#missed = this.#missed.filter(({ atMs }) => atMs >= oldestMs);
    const { state } = this;
    const came = this.#came;
    this.#came = 0;
    this.store.setState({
      revision: state.revision + 1,
      drawn: { exchanges: withPinned(sorted, this.#pinned), missed: this.#missed },
      dropped: state.dropped + dropped,
      ...(state.still === undefined ? {} : { still: { ...state.still, came: state.still.came + came } }),
    });
  }
}

function withPinned(sorted: readonly Exchange[], pinned: readonly Exchange[]): readonly Exchange[] {
  const known = new Set(sorted.map(({ messageId }) => messageId));
  const added = pinned.filter(({ messageId }) => !known.has(messageId));
  return added.length === 0 ? sorted : [...sorted, ...added].sort((one, other) => timeOf(one) - timeOf(other));
}
