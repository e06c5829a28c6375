import type { Command } from '../agent/machine/commands.ts';
import type { HostCell } from './host-cell.ts';
import type { Answers } from './host-history.ts';
import { HostSession, type Told } from './host-session.ts';
import type { Random } from './random.ts';

const RENEWAL_INTERVAL_MS = 400;

export interface SharedByPrograms {
  readonly answers: Answers;
  readonly pauseMeanMs: number;
}

/** A program that does one thing after the other in a session, keeps it alive most of the time, and dies now and then. */
export abstract class SessionProgram {
  protected readonly name: string;
  protected readonly cell: HostCell;
  protected readonly random: Random;
  readonly #shared: SharedByPrograms;
  #session: HostSession | undefined;
  #opened = 0;
  isStopped = false;

  constructor(name: string, cell: HostCell, random: Random, shared: SharedByPrograms) {
    this.name = name;
    this.cell = cell;
    this.random = random;
    this.#shared = shared;
  }

  start(): void {
    this.pause();
    this.after(RENEWAL_INTERVAL_MS, () => this.#renew());
  }

  /** The next thing that it does in its session; ends with `pause`, or with `do`. */
  protected abstract act(session: HostSession): void;

  /** Renews the session and most of what has a lease of its own. */
  protected abstract renew(session: HostSession): void;

  /** What it believed to have in the session is gone. */
  protected abstract forgotten(session: HostSession): void;

  protected opened(_session: HostSession): void {}

  protected after(delayMs: number, work: () => void): void {
    this.cell.world.queue.after(delayMs, () => {
      if (!this.isStopped) work();
    });
  }

  protected pause(): void {
    this.after(this.random.exponential(this.#shared.pauseMeanMs), () => this.#next());
  }

  protected isCurrent(session: HostSession): boolean {
    return this.#session === session;
  }

  protected do(session: HostSession, command: Command, then: (told: Told) => void = () => {}): void {
    session.write(command, (told) => {
      if (told.kind === 'lost') this.forget(session);
      else if (this.isCurrent(session)) then(told);
      this.pause();
    });
  }

  protected forget(session: HostSession): void {
    session.isOver = true;
    if (this.isCurrent(session)) this.#session = undefined;
    this.forgotten(session);
  }

  /** Without a word, or in good order. */
  protected die(session: HostSession): void {
    this.forget(session);
    this.cell.world.leases.givenUp(`session/${session.id}`);
    if (this.random.chance(0.5)) {
      this.pause();
      return;
    }
    this.#sessionOf(session.id, session.ttlMs).end(() => this.pause());
  }

  #renew(): void {
    this.after(RENEWAL_INTERVAL_MS, () => this.#renew());
    const session = this.#session;
    if (session !== undefined && !session.isOver && !this.random.chance(0.2)) this.renew(session);
  }

  #next(): void {
    const session = this.#session;
    if (session === undefined || session.isOver) this.#open();
    else this.act(session);
  }

  #open(): void {
    this.#opened += 1;
    const session = this.#sessionOf(`${this.name}-${this.#opened}`, this.random.pick([1_500, 4_000]));
    session.open((isOpen) => {
      if (isOpen) {
        this.#session = session;
        this.opened(session);
      } else {
        this.cell.world.leases.givenUp(`session/${session.id}`);
      }
      this.pause();
    });
  }

  #sessionOf(id: string, ttlMs: number): HostSession {
    return new HostSession(id, ttlMs, this.cell, this.random, this.#shared.answers);
  }
}
