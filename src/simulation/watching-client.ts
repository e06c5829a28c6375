import { prefixEnd } from '../agent/machine/keys.ts';
import type { WatchHandle, WatchQuery } from '../agent/machine/watch-types.ts';
import type { ChangeBook } from './change-book.ts';
import { COUNTED } from './counter-book.ts';
import type { HostCell } from './host-cell.ts';
import type { HostProcess } from './host-driver.ts';
import type { Random } from './random.ts';

const STAY_MEAN_MS = 700;
const RANGES = [
  { start: '/', end: prefixEnd('/') },
  { start: COUNTED, end: prefixEnd(COUNTED) },
  { start: '/shared/0', end: '' },
];

/** A program that watches keys, at one agent after the other, from where it was; now and then it takes no more for a while. */
export class WatchingClient {
  readonly #name: string;
  readonly #cell: HostCell;
  readonly #random: Random;
  readonly #book: ChangeBook;
  readonly #query: WatchQuery;
  /** The first revision that it has not had. */
  #next = 1;
  /** Of the newest watch; what older ones still say is not listened to. */
  #number = 0;
  #handle: WatchHandle | undefined;
  isStopped = false;

  constructor(name: string, cell: HostCell, random: Random, book: ChangeBook) {
    this.#name = name;
    this.#cell = cell;
    this.#random = random;
    this.#book = book;
    this.#query = { ...random.pick(RANGES), space: 'user', fromRevision: 0, withPrevious: true, progress: true };
  }

  start(): void {
    if (this.isStopped) return;
    this.watch(this.#random.pick([...this.#cell.processes.values()]));
    this.#cell.world.queue.after(this.#random.exponential(STAY_MEAN_MS), () => this.start());
  }

  watch(process: HostProcess): void {
    this.#handle?.cancel();
    this.#number += 1;
    const number = this.#number;
    process.run(() => {
      const host = process.driver?.host;
      if (host === undefined || number !== this.#number) return;
      const handle = host.watch(
        { ...this.#query, fromRevision: this.#next },
        {
          deliver: (batch) => {
            if (number !== this.#number) return false;
            this.#next = this.#book.told(`${this.#name} at ${process.agentId}`, this.#query, this.#next, batch);
            if (this.isStopped || !this.#random.chance(0.1)) return true;
            process.after(this.#random.range(1, 200), () => handle.resume());
            return false;
          },
          cut: ({ reason }, resumeFrom) => {
            if (number !== this.#number || reason !== 'COMPACTED') return;
            this.#next = this.#book.compacted(this.#name, this.#next, resumeFrom);
            process.after(1, () => this.watch(process));
          },
        },
      );
      this.#handle = handle;
    });
  }

  settled(): void {
    this.#book.settled(this.#name, this.#query, this.#next);
  }
}
