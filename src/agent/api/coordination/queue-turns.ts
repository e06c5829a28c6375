import type { AppliedState, CellPort } from '../../host/cell-port.ts';
import { recordIdOf } from '../../machine/coordination-records.ts';
import { prefixEnd } from '../../machine/keys.ts';
import { QUEUES, type QueueRecord, readyFolder } from '../../machine/queue-types.ts';
import type { Key } from '../../machine/store.ts';
import { whenRecorded } from './waiting.ts';

/** Leave to claim. Disposed of when the claim is answered, or will not be made. */
export type Turn = Disposable;

interface Waiter {
  readonly worker: string;
  readonly begin: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Who waits here for entries of one queue. As many are given a turn as there are entries that they could claim, in the order
 * in which they came: were all to claim whenever an entry comes, all but one would do so in vain. Nothing is remembered of
 * what was given to whom: whenever the queue changes or a turn ends, what is claimable now is counted against the turns
 * that last, so an entry that comes back, or whose worker never claimed it, wakes the next.
 */
class QueueTurns {
  readonly #cell: CellPort;
  readonly #path: Key;
  readonly #idle: () => void;
  /** In order. */
  readonly #waiting = new Set<Waiter>();
  readonly #claiming = new Set<Waiter>();
  #watch: AbortController | undefined;

  constructor(cell: CellPort, path: Key, idle: () => void) {
    this.#cell = cell;
    this.#path = path;
    this.#idle = idle;
  }

  /** Also resolves when the signal fires: whoever waited in vain claims once more. */
  wait(worker: string, signal: AbortSignal): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        signal.removeEventListener('abort', begin);
        this.#waiting.delete(waiter);
      };
      const begin = (): void => {
        leave();
        this.#claiming.add(waiter);
        resolve({ [Symbol.dispose]: () => this.#ended(waiter) });
        this.#rest();
      };
      const fail = (error: unknown): void => {
        leave();
        reject(error);
      };
      const waiter: Waiter = { worker, begin, fail };
      this.#waiting.add(waiter);
      if (signal.aborted) begin();
      else {
        signal.addEventListener('abort', begin, { once: true });
        if (this.#watch === undefined) this.#look();
        else this.#giveTurns();
      }
    });
  }

  #ended(waiter: Waiter): void {
    if (!this.#claiming.delete(waiter)) return;
    this.#giveTurns();
    this.#rest();
  }

  #look(): void {
    const watch = new AbortController();
    this.#watch = watch;
    const giveTurns = (): undefined => {
      if (this.#watch === watch) this.#giveTurns();
    };
    whenRecorded(this.#cell, [QUEUES.keyOf(recordIdOf(this.#path))], giveTurns, watch.signal).catch(
      (error: unknown) => {
        this.#watch = undefined;
        for (const waiter of this.#waiting) waiter.fail(error);
        this.#rest();
      },
    );
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    this.#watch?.abort();
    this.#watch = undefined;
    if (this.#claiming.size === 0) this.#idle();
  }

  #giveTurns(): void {
    const queue = QUEUES.read(this.#cell.state, recordIdOf(this.#path));
    if (queue === undefined || queue.counts.ready === 0 || this.#waiting.size === 0) return;
    const claimable = new Claimable(this.#cell.state, queue, this.#claiming.size + this.#waiting.size);
    for (const { worker } of this.#claiming) claimable.take(worker);
    for (const { worker, begin } of [...this.#waiting]) {
      if (claimable.isEmpty) return;
      if (claimable.take(worker)) begin();
    }
  }
}

/** What could be claimed, taken one by one as the machine gives it out. */
class Claimable {
  readonly #state: AppliedState;
  readonly #number: number;
  readonly #most: number;
  readonly #forAny: string[];
  readonly #forOne = new Map<string, string[]>();
  readonly #isAnyAssigned: boolean;

  constructor(state: AppliedState, { number, counts }: QueueRecord, most: number) {
    this.#state = state;
    this.#number = number;
    this.#most = most;
    this.#forAny = this.#assignedTo('');
    this.#isAnyAssigned = this.#forAny.length < Math.min(counts.ready, most);
  }

  get isEmpty(): boolean {
    return this.#forAny.length === 0 && !this.#isAnyAssigned;
  }

  /** The oldest that this worker may do; false: there is none. */
  take(worker: string): boolean {
    const own = this.#ownOf(worker);
    const [first, firstOwn] = [this.#forAny[0], own[0]];
    if (first === undefined && firstOwn === undefined) return false;
    if (firstOwn === undefined || (first !== undefined && first < firstOwn)) this.#forAny.shift();
    else own.shift();
    return true;
  }

  #ownOf(worker: string): string[] {
    if (worker === '') return [];
    const own = this.#forOne.get(worker) ?? this.#assignedTo(worker);
    this.#forOne.set(worker, own);
    return own;
  }

  #assignedTo(worker: string): string[] {
    const folder = readyFolder(this.#number, worker);
    return this.#state.plainKeys(folder, prefixEnd(folder), this.#most).map((key) => key.slice(folder.length));
  }
}

const turnsOfCell = new WeakMap<CellPort, Map<Key, QueueTurns>>();

/** A turn to claim an entry of the queue, once there is one for this worker, or when the signal fires. */
export function whenEntryClaimable(cell: CellPort, path: Key, worker: string, signal: AbortSignal): Promise<Turn> {
  const queues = turnsOfCell.get(cell) ?? new Map<Key, QueueTurns>();
  turnsOfCell.set(cell, queues);
  const turns = queues.get(path) ?? new QueueTurns(cell, path, () => queues.delete(path));
  queues.set(path, turns);
  return turns.wait(worker, signal);
}
