import type { Command } from '../agent/machine/commands.ts';
import type { WriteResult } from '../agent/machine/results.ts';
import { COUNTED, type CounterBook, type Increment } from './counter-book.ts';
import { ATTEMPT_MS, HostCalls } from './host-calls.ts';
import type { HostCell } from './host-cell.ts';
import { bytesOf, textOf } from './host-history.ts';
import type { HostSession, Told } from './host-session.ts';
import type { Random } from './random.ts';
import { SessionProgram, type SharedByPrograms } from './session-program.ts';

/** Few, so that increments of several programs meet in one entry. */
const COUNTERS = [`${COUNTED}0`, `${COUNTED}1`];

/**
 * A program that counts: alone, several at a time, by comparing and writing what it saw last, and without a session of its
 * own, when the agent that it asks has to see to it that a repeat counts once.
 */
export class CountingClient extends SessionProgram {
  readonly #book: CounterBook;
  readonly #calls: HostCalls;
  readonly #seen = new Map<string, number>();

  constructor(name: string, cell: HostCell, random: Random, shared: SharedByPrograms & { readonly book: CounterBook }) {
    super(name, cell, random, shared);
    this.#book = shared.book;
    this.#calls = new HostCalls(cell, random, () => this.isStopped);
  }

  protected override renew(session: HostSession): void {
    session.renew([]);
  }

  protected override forgotten(): void {}

  protected override act(session: HostSession): void {
    const key = this.random.pick(COUNTERS);
    const works = [
      () => this.#increment(session, key, 1),
      () => this.#increment(session, key, this.random.between(2, 8)),
      () => this.#compareAndWrite(session, key),
      () => this.#withoutSession(key),
      () => this.#read(key),
      () => this.die(session),
    ];
    works[this.random.weighted([5, 3, 3, 4, 2, 0.3])]?.();
  }

  /** `times` at once, each under a sequence of its own. */
  #increment(session: HostSession, key: string, times: number): void {
    let left = times;
    for (let time = 0; time < times; time += 1) {
      const increment = this.#book.asked(key);
      session.write(commandOf(increment), (told) => {
        this.#told(increment, told);
        if (told.kind === 'lost') this.forget(session);
        left -= 1;
        if (left === 0 || told.kind === 'lost') this.pause();
      });
    }
  }

  /** It counts only where nobody else did meanwhile. */
  #compareAndWrite(session: HostSession, key: string): void {
    const before = this.#seen.get(key);
    if (before === undefined) {
      this.#read(key);
      return;
    }
    const increment = this.#book.asked(key);
    const value = bytesOf(String(before));
    const command: Command = {
      kind: 'transact',
      compare: [{ start: key, end: '', target: 'value', operator: 'equal', value, number: 0, leaseId: '' }],
      then: [{ kind: 'put', key, value: bytesOf(String(before + increment.by)), leaseId: '', returnPrevious: false }],
      otherwise: [],
    };
    this.do(session, command, (told) => {
      if (told.kind === 'done' && told.result.succeeded) this.#acknowledged(increment, before + increment.by);
      else if (told.kind !== 'lost') this.#book.refused(increment);
      if (told.kind === 'done' && !told.result.succeeded) this.#seen.delete(key);
    });
  }

  /** Nobody may repeat it but the agent that was asked, under its own session. */
  #withoutSession(key: string): void {
    const increment = this.#book.asked(key);
    this.#calls.write(commandOf(increment), undefined, (answer) => {
      if (answer.ok) this.#acknowledged(increment, counterAfter(answer.value.result));
      else if (answer.error.effect === 'not_done') this.#book.refused(increment);
      this.pause();
    });
  }

  #told(increment: Increment, told: Told): void {
    if (told.kind === 'done') this.#acknowledged(increment, counterAfter(told.result));
    else if (told.kind === 'refused') this.#book.refused(increment);
  }

  #acknowledged(increment: Increment, value: number): void {
    this.#book.acknowledged(increment, value);
    this.#seen.set(increment.key, value);
  }

  #read(key: string): void {
    const process = this.#calls.anybody();
    const toldBefore = this.#book.toldOf(key);
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      this.pause();
    };
    process.run(() => {
      const host = process.driver?.host;
      host?.readBarrier({ quorum: 'majority', minSlot: 0, timeoutMs: ATTEMPT_MS }, (answer) => {
        if (isOver) return;
        if (answer.ok) {
          const value = Number(textOf(host.state.get('user', key)?.value));
          this.#book.read(key, value, toldBefore);
          if (value > 0) this.#seen.set(key, value);
        }
        end();
      });
    });
    this.after(2 * ATTEMPT_MS, end);
  }
}

function commandOf({ key, by }: Increment): Command {
  return { kind: 'increment', key, by };
}

function counterAfter({ outcome }: WriteResult): number {
  return outcome?.kind === 'counter' ? Number(outcome.value) : Number.NaN;
}
