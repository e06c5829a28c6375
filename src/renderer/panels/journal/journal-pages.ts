import { createStore, type StoreApi } from 'zustand/vanilla';
import type { JournalEntryView, OperatorClient } from '../../../contract/index.ts';

export type JournalBounds = Awaited<ReturnType<OperatorClient['journal']['list']>>['bounds'];
type JournalClient = Pick<OperatorClient['journal'], 'list'>;

/** Slots are fetched in pages of this many, cut at multiples of it. */
export const PAGE_SLOTS = 200;
/** Those that were in view longest ago go first. */
export const PAGES_KEPT = 60;

export interface JournalState {
  /** Another one when entries or bounds have changed. */
  readonly revision: number;
  readonly bounds: JournalBounds | undefined;
  /** Of the newest question; undefined when it was answered. */
  readonly problem: unknown;
}

interface Page {
  readonly entries: ReadonlyMap<number, JournalEntryView>;
  /** Of the journal when the page was read: what came or was chosen since is not in it. */
  readonly end: number;
  readonly chosenThrough: number;
}

/** The journal of this agent, of which only what is in view is fetched. Nothing polls: it is told when the journal moves. */
export class JournalPages {
  readonly store: StoreApi<JournalState>;
  /** In the order in which they were in view. */
  readonly #pages = new Map<number, Page>();
  readonly #loading = new Set<number>();
  readonly #client: () => JournalClient;
  #inView: { readonly first: number; readonly last: number } | undefined;
  /** Answers to what was asked before it was forgotten are thrown away. */
  #turn = 0;

  constructor(client: () => JournalClient) {
    this.#client = client;
    this.store = createStore<JournalState>(() => ({ revision: 0, bounds: undefined, problem: undefined }));
  }

  get state(): JournalState {
    return this.store.getState();
  }

  /** Undefined while it has not been fetched, or when this journal does not have it. */
  entry(slot: number): JournalEntryView | undefined {
    const entry = this.#pages.get(pageOf(slot))?.entries.get(slot);
    const { bounds } = this.state;
    if (entry === undefined || bounds === undefined) return undefined;
    // What is told of the whole journal is newer than what was told with the entry.
    const chosen = slot <= bounds.chosenThrough;
    const applied = slot <= bounds.applied;
    return chosen === entry.chosen && applied === entry.applied ? entry : { ...entry, chosen, applied };
  }

  /** Whether the slot was looked for. */
  wasRead(slot: number): boolean {
    return (this.#pages.get(pageOf(slot))?.end ?? 0) >= slot;
  }

  /** The journal has grown, more of it is chosen or applied, or its floor has risen. */
  moved(told: JournalBounds): void {
    const { bounds } = this.state;
    const next = newest(bounds, told);
    if (bounds !== undefined && sameBounds(bounds, next)) return;
    this.#changed({ bounds: next });
    this.#refresh();
  }

  /** Slots that are in view. */
  show(first: number, last: number): void {
    this.#inView = { first, last };
    this.#refresh();
  }

  /** Asks for everything in view anew: the connection was lost, or somebody wants to try again. */
  reload(): void {
    this.#turn += 1;
    this.#pages.clear();
    this.#loading.clear();
    this.#changed({ problem: undefined, bounds: undefined });
  }

  #refresh(): void {
    const { bounds } = this.state;
    // What failed is asked again by whoever looks, not with every slot that comes.
    if (this.#inView === undefined || bounds === undefined || this.state.problem !== undefined) return;
    const first = Math.max(this.#inView.first, bounds.floor, 1);
    const last = Math.min(this.#inView.last, bounds.end);
    for (let number = pageOf(first); number <= pageOf(last); number += 1) {
      const page = this.#pages.get(number);
      if (page !== undefined) {
        this.#pages.delete(number);
        this.#pages.set(number, page);
      }
      if (page === undefined || isBehind(page, number, bounds)) void this.#load(number, bounds);
    }
  }

  async #load(number: number, { floor }: JournalBounds): Promise<void> {
    // One question per page at a time; what moves meanwhile is seen when it is answered.
    if (this.#loading.has(number)) return;
    this.#loading.add(number);
    const turn = this.#turn;
    try {
      const { bounds, entries } = await readPage(this.#client(), number, floor);
      if (turn !== this.#turn) return;
      this.#loading.delete(number);
      this.#pages.delete(number);
      this.#pages.set(number, { entries, end: bounds.end, chosenThrough: bounds.chosenThrough });
      const tooMany = Math.max(0, this.#pages.size - PAGES_KEPT);
      for (const old of [...this.#pages.keys()].slice(0, tooMany)) this.#pages.delete(old);
      this.#changed({ bounds: newest(this.state.bounds, bounds), problem: undefined });
      this.#refresh();
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#loading.delete(number);
      this.#changed({ problem: error });
    }
  }

  #changed(change: Partial<JournalState>): void {
    this.store.setState({ ...change, revision: this.state.revision + 1 });
  }
}

/** One answer may end early, when entries are large: the rest is asked for. */
async function readPage(client: JournalClient, number: number, floor: number) {
  const entries = new Map<number, JournalEntryView>();
  const last = (number + 1) * PAGE_SLOTS;
  let fromSlot = Math.max(number * PAGE_SLOTS + 1, floor, 1);
  while (true) {
    const { bounds, entries: found } = await client.list({ fromSlot, limit: last - fromSlot + 1 });
    for (const entry of found) if (entry.slot <= last) entries.set(entry.slot, entry);
    const reached = found.at(-1)?.slot ?? last;
    if (reached >= Math.min(last, bounds.end)) return { bounds, entries };
    fromSlot = reached + 1;
  }
}

function isBehind({ end, chosenThrough }: Page, number: number, bounds: JournalBounds): boolean {
  const last = (number + 1) * PAGE_SLOTS;
  // Entries that were not chosen yet may have been replaced since.
  return end < Math.min(last, bounds.end) || chosenThrough < Math.min(last, bounds.chosenThrough, bounds.end);
}

/** Bounds come on two ways, and none of them ever falls while the agent runs. */
function newest(known: JournalBounds | undefined, told: JournalBounds): JournalBounds {
  if (known === undefined) return told;
  return {
    floor: Math.max(known.floor, told.floor),
    end: Math.max(known.end, told.end),
    chosenThrough: Math.max(known.chosenThrough, told.chosenThrough),
    applied: Math.max(known.applied, told.applied),
  };
}

function sameBounds(one: JournalBounds, other: JournalBounds): boolean {
  return (
    one.floor === other.floor &&
    one.end === other.end &&
    one.chosenThrough === other.chosenThrough &&
    one.applied === other.applied
  );
}

function pageOf(slot: number): number {
  return Math.floor((slot - 1) / PAGE_SLOTS);
}
