import type { CellGlimpse } from './cell-glimpse.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** An election is over within a second: only what stays is worth interrupting somebody. */
const AFTER_MS = 3_000;

export interface NoticePorts {
  show(notice: Notice): void;
  /** Calls back once, later; returns how to cancel it. */
  later(delayMs: number, work: () => void): () => void;
}

/** One thing that may be wrong with the cell, or wait for a person: told when it has stayed wrong, and told again when it is right, once each. */
interface Concern {
  isWrong(cell: CellGlimpse): boolean;
  wrong(cell: CellGlimpse): Notice;
  /** Absent: its end is not worth a word. */
  readonly right?: (cell: CellGlimpse) => Notice;
}

const CONCERNS: readonly Concern[] = [
  {
    isWrong: ({ level, hasMajority }) => level !== 'starting' && !hasMajority,
    wrong: ({ sentence }) => ({ title: 'The cell has no majority', body: sentence }),
    right: ({ sentence }) => ({ title: 'The cell has a majority again', body: sentence }),
  },
  {
    // Below the majority nobody can lead, and that is told already.
    isWrong: ({ level, leader, hasMajority }) => level !== 'starting' && hasMajority && leader === '',
    wrong: ({ sentence }) => ({ title: 'The cell has no leader', body: sentence }),
  },
  {
    isWrong: ({ waiting }) => waiting.unknownWorks > 0,
    wrong: ({ waiting: { unknownWorks: count } }) => ({
      title: count === 1 ? 'A work waits for a person' : `${count} works wait for a person`,
      body: 'Who claimed it died, and nobody knows what became of it: say so under Queues, Done once.',
    }),
  },
  {
    isWrong: ({ waiting }) => waiting.deadEntries > 0,
    wrong: ({ waiting: { deadEntries: count } }) => ({
      title: count === 1 ? 'An entry of a queue is dead' : `${count} entries of queues are dead`,
      body: 'It failed too often: requeue it, or take it out, under Queues.',
    }),
  },
];

/** Decides what a person is told while they look elsewhere. */
export class Notices {
  readonly #ports: NoticePorts;
  readonly #pending = new Map<Concern, () => void>();
  readonly #told = new Set<Concern>();
  #suspects: ReadonlySet<string> = new Set();
  #cell: CellGlimpse | undefined;

  constructor(ports: NoticePorts) {
    this.#ports = ports;
  }

  update(cell: CellGlimpse): void {
    this.#cell = cell;
    for (const concern of CONCERNS) this.#follow(concern, cell);
    this.#followSuspects(cell);
  }

  stop(): void {
    for (const cancel of this.#pending.values()) cancel();
    this.#pending.clear();
  }

  #follow(concern: Concern, cell: CellGlimpse): void {
    if (concern.isWrong(cell)) {
      if (this.#told.has(concern) || this.#pending.has(concern)) return;
      this.#pending.set(
        concern,
        this.#ports.later(AFTER_MS, () => {
          this.#pending.delete(concern);
          this.#told.add(concern);
          this.#ports.show(concern.wrong(this.#cell ?? cell));
        }),
      );
      return;
    }
    this.#pending.get(concern)?.();
    this.#pending.delete(concern);
    if (this.#told.delete(concern) && concern.right !== undefined) this.#ports.show(concern.right(cell));
  }

  /** A majority has watched them being silent for a while: there is nothing to wait for. */
  #followSuspects({ suspects, sentence }: CellGlimpse): void {
    for (const name of suspects) {
      if (!this.#suspects.has(name)) this.#ports.show({ title: `${name} is suspect: it is silent`, body: sentence });
    }
    this.#suspects = new Set(suspects);
  }
}
