import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WaitingForPeople } from '../../../contract/index.ts';
import type { CellError, CellPort, WatchBatch, WatchHandle } from '../../host/cell-port.ts';
import { prefixEnd } from '../../machine/keys.ts';
import { ONCE } from '../../machine/once-types.ts';
import { QUEUES } from '../../machine/queue-types.ts';
import { ONCE_UNSETTLED } from '../../machine/raw-records.ts';
import type { KeyRecord } from '../../machine/store.ts';
import { perAgent } from './per-agent.ts';

/** Between two turns of the loop no more records are looked at: there may be very many. */
const PIECE = 256;
const NOBODY: WaitingForPeople = { unknownWorks: 0, deadEntries: 0 };

export const waitingForPeopleOf = perAgent(({ api }) => new WaitingCount(api.cell));

/**
 * How much waits for a person. It is counted once, a piece at a time, and kept up by what changes for as long as somebody
 * looks: nothing is counted again because of a change.
 */
class WaitingCount {
  readonly #cell: CellPort;
  readonly #listeners = new Set<() => void>();
  #handles: WatchHandle[] = [];
  #tally = new Tally();
  #counted: Promise<void> = Promise.resolve();
  #told = NOBODY;

  constructor(cell: CellPort) {
    this.#cell = cell;
  }

  /** As far as it has been counted. */
  get now(): WaitingForPeople {
    return this.#told;
  }

  /** Keeps the count up, and says when it has changed, until the returned function is called. */
  follow(changed: () => void): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(changed);
    return () => {
      if (!this.#listeners.delete(changed) || this.#listeners.size > 0) return;
      for (const handle of this.#handles) handle.cancel();
      this.#tally = new Tally();
    };
  }

  /** Counted to the end. */
  async whole(): Promise<WaitingForPeople> {
    const stop = this.follow(() => undefined);
    try {
      await this.#counted;
      return this.#told;
    } finally {
      stop();
    }
  }

  #begin(): void {
    for (const handle of this.#handles) handle.cancel();
    const tally = new Tally();
    this.#tally = tally;
    const sink = {
      deliver: (batch: WatchBatch): boolean => {
        for (const { change } of batch.changes) tally.see(change, change.kind === 'delete');
        this.#tell(tally);
        return true;
      },
      cut: (error: CellError): void => {
        if (error.reason === 'SHUTTING_DOWN') return;
        // Left behind, or the state was replaced: everything is counted anew.
        setImmediate(() => {
          if (this.#tally === tally && this.#listeners.size > 0) this.#begin();
        });
      },
    };
    const fromRevision = this.#cell.state.revision('system') + 1;
    this.#handles = [QUEUES.keyOf(''), ONCE.keyOf('')].map((start) =>
      this.#cell.watch({ space: 'system', start, end: prefixEnd(start), fromRevision, withPrevious: false }, sink),
    );
    this.#counted = this.#count(tally);
  }

  /** What changes meanwhile is told by the watch, which comes last and is therefore right. */
  async #count(tally: Tally): Promise<void> {
    const { state } = this.#cell;
    const isOver = (): boolean => this.#tally !== tally;
    for (const [folder, recordOf] of [
      [QUEUES.keyOf(''), (found: KeyRecord) => found],
      [
        ONCE_UNSETTLED(''),
        ({ key }: KeyRecord) => state.get('system', ONCE.keyOf(key.slice(ONCE_UNSETTLED('').length))),
      ],
    ] as const) {
      const end = prefixEnd(folder);
      for (let start = folder, isLast = false; !isLast; ) {
        const piece = state.range('system', { start, end, limit: PIECE });
        for (const found of piece) {
          const record = recordOf(found);
          if (record !== undefined) tally.see(record, false);
        }
        isLast = piece.length < PIECE;
        if (isLast) continue;
        start = `${piece.at(-1)!.key}\0`;
        await nextTurn();
        if (isOver()) return;
      }
    }
    tally.isWhole = true;
    this.#tell(tally);
  }

  #tell(tally: Tally): void {
    const { unknownWorks, deadEntries } = tally.counts;
    const isNews = unknownWorks !== this.#told.unknownWorks || deadEntries !== this.#told.deadEntries;
    if (!tally.isWhole || this.#tally !== tally || !isNews) return;
    this.#told = { unknownWorks, deadEntries };
    for (const changed of this.#listeners) changed();
  }
}

/** Of which records something waits. */
class Tally {
  isWhole = false;
  readonly #unknown = new Set<string>();
  /** By queue; only those that have some. */
  readonly #dead = new Map<string, number>();
  #deadEntries = 0;

  get counts(): WaitingForPeople {
    return { unknownWorks: this.#unknown.size, deadEntries: this.#deadEntries };
  }

  see(record: KeyRecord, isGone: boolean): void {
    const { key } = record;
    if (QUEUES.idOf(key) !== undefined) {
      const dead = isGone ? 0 : QUEUES.decode(record).counts.dead;
      this.#deadEntries += dead - (this.#dead.get(key) ?? 0);
      if (dead === 0) this.#dead.delete(key);
      else this.#dead.set(key, dead);
    } else if (!isGone && ONCE.decode(record).state === 'unknown') this.#unknown.add(key);
    else this.#unknown.delete(key);
  }
}
