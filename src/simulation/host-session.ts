import type { CellError, CellErrorReason } from '../agent/host/cell-port.ts';
import type { Command } from '../agent/machine/commands.ts';
import type { WriteResult } from '../agent/machine/results.ts';
import { HostCalls } from './host-calls.ts';
import type { HostCell } from './host-cell.ts';
import type { Answers } from './host-history.ts';
import type { Random } from './random.ts';

const PATIENCE_MS = 6_000;

/** After these the same place in the session is asked for again: it may have been carried out. */
const TRANSIENT: ReadonlySet<CellErrorReason> = new Set([
  'TIMEOUT',
  'NO_MAJORITY',
  'NO_SESSION',
  'OVERLOADED',
  'OUTCOME_UNKNOWN',
  'CANCELLED',
  'SHUTTING_DOWN',
]);

export type Told =
  | { readonly kind: 'done'; readonly result: WriteResult }
  | { readonly kind: 'refused'; readonly reason: CellErrorReason }
  /** The session is over, or was given up because nobody answered. */
  | { readonly kind: 'lost' };

/** One session of a simulated program, each of whose commands is repeated until there is an answer. */
export class HostSession {
  readonly id: string;
  readonly ttlMs: number;
  readonly #cell: HostCell;
  readonly #random: Random;
  readonly #answers: Answers;
  readonly #calls: HostCalls;
  #sequence = 0;
  /** Sequences without an answer. */
  readonly #open = new Set<number>();
  isOver = false;

  constructor(id: string, ttlMs: number, cell: HostCell, random: Random, answers: Answers) {
    this.id = id;
    this.ttlMs = ttlMs;
    this.#cell = cell;
    this.#random = random;
    this.#answers = answers;
    this.#calls = new HostCalls(cell, random, () => this.isOver);
  }

  open(then: (isOpen: boolean) => void): void {
    const sentMs = this.#nowMs;
    this.#cell.world.leases.began(`session/${this.id}`, this.ttlMs, sentMs);
    const command: Command = { kind: 'openSession', sessionId: this.id, ttlMs: this.ttlMs, owner: 'a program' };
    this.#calls.write(command, undefined, (outcome) => then(outcome.ok));
  }

  /** In good order; whether it was heard does not matter. */
  end(then: () => void): void {
    this.#calls.write({ kind: 'endSession', sessionId: this.id }, undefined, () => then());
  }

  write(command: Command, then: (told: Told) => void): void {
    this.#sequence += 1;
    const { id } = this;
    const sequence = this.#sequence;
    // The last reply that all before it were heard of is kept as well: it may be asked for once more.
    const place = { id, sequence, ackedBelow: Math.min(sequence, ...this.#open) - 1 };
    this.#open.add(sequence);
    const deadlineMs = this.#nowMs + PATIENCE_MS;
    const again = (): void => {
      this.#calls.write(command, place, (outcome) => {
        if (outcome.ok) {
          const { result } = outcome.value;
          this.#answers.write(id, sequence, result);
          this.#cell.world.invariants.acknowledged(result.slot);
          this.#open.delete(sequence);
          then({ kind: 'done', result });
        } else if (!TRANSIENT.has(outcome.error.reason)) {
          this.#open.delete(sequence);
          then(this.#refused(outcome.error));
        } else if (this.#nowMs > deadlineMs) {
          // Its next sequence must not overtake one of unknown fate. It ends by itself.
          this.isOver = true;
          then({ kind: 'lost' });
        } else {
          this.#cell.world.queue.after(this.#random.range(5, 120), again);
        }
      });
    };
    again();
  }

  /** Renews itself and these locks and other timers, if whoever is asked passes it on. */
  renew(tickets: readonly number[], others: readonly string[] = []): void {
    const process = this.#calls.anybody();
    const sentMs = this.#nowMs;
    const { leases, counters } = this.#cell.world;
    const timerIds = [`session/${this.id}`, ...tickets.map((ticket) => `lock/${ticket}`), ...others];
    process.run(() => {
      process.driver?.host.renew(
        timerIds.map((timerId) => ({ timerId, ageMs: 0 })),
        (answer) => {
          if (!answer.ok) return;
          for (const { timerId, renewed } of answer.value) if (renewed) leases.renewed(timerId, sentMs);
          counters.add('session and locks renewed');
        },
      );
    });
  }

  #refused({ reason }: CellError): Told {
    if (reason !== 'SESSION_UNKNOWN' && reason !== 'SEQUENCE_FORGOTTEN' && reason !== 'SEQUENCE_REUSED') {
      this.#cell.world.counters.add(`refused: ${reason}`);
      return { kind: 'refused', reason };
    }
    this.isOver = true;
    return { kind: 'lost' };
  }

  get #nowMs(): number {
    return this.#cell.world.queue.nowMs;
  }
}
