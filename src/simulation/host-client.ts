import type { CellError, WriteOutcome } from '../agent/host/cell-port.ts';
import type { Command } from '../agent/machine/commands.ts';
import type { History, Operation } from './history.ts';
import { ATTEMPT_MS, HostCalls } from './host-calls.ts';
import type { HostCell } from './host-cell.ts';
import { type Answers, bytesOf, textOf } from './host-history.ts';
import type { Random } from './random.ts';
import { require } from './violation.ts';

const SESSION_TTL_MS = 4_000;
const PATIENCE_MS = 6_000;

interface Session {
  readonly id: string;
  sequence: number;
  ackedBelow: number;
  /** When the last acknowledged renewal, or else the opening, was sent. */
  renewedMs: number;
}

/**
 * A program that uses the cell: it has a session, does one thing after the other, repeats what was not answered under
 * the same sequence at another agent, and now and then repeats what was.
 */
export class HostClient {
  readonly #name: string;
  readonly #cell: HostCell;
  readonly #random: Random;
  readonly #history: History;
  readonly #answers: Answers;
  readonly #keys: number;
  readonly #pauseMeanMs: number;
  readonly #calls: HostCalls;
  #session: Session | undefined;
  #opened = 0;
  #count = 0;
  /** Writes to the key that only this client writes: each must count exactly once. */
  #ownWrites = 0;
  #last: { readonly sequence: number; readonly command: Command } | undefined;
  isStopped = false;
  completedWrites = 0;

  constructor(
    name: string,
    cell: HostCell,
    random: Random,
    shared: { history: History; answers: Answers; keys: number; pauseMeanMs: number },
  ) {
    this.#name = name;
    this.#cell = cell;
    this.#random = random;
    this.#history = shared.history;
    this.#answers = shared.answers;
    this.#keys = shared.keys;
    this.#pauseMeanMs = shared.pauseMeanMs;
    this.#calls = new HostCalls(cell, random, () => this.isStopped);
  }

  start(): void {
    this.#after(this.#random.exponential(this.#pauseMeanMs), () => this.#next());
    this.#after(SESSION_TTL_MS / 3, () => this.#renew());
  }

  #after(delayMs: number, work: () => void): void {
    this.#cell.world.queue.after(delayMs, () => {
      if (!this.isStopped) work();
    });
  }

  get #nowMs(): number {
    return this.#cell.world.queue.nowMs;
  }

  #pause(): void {
    this.#after(this.#random.exponential(this.#pauseMeanMs), () => this.#next());
  }

  #next(): void {
    const random = this.#random;
    if (this.#session === undefined) {
      this.#open();
      return;
    }
    const kind = random.weighted([4, 3, 3, 4, 2, 0.3]);
    const key = `/shared/${random.between(0, this.#keys - 1)}`;
    this.#count += 1;
    const value = `${this.#name}-${this.#count}`;
    if (kind === 0) this.#ownWrite(value);
    else if (kind === 1) this.#sharedWrite(key, value);
    else if (kind === 2) this.#sharedCompare(key, value);
    else if (kind === 3) this.#read(key);
    else if (kind === 4) this.#repeat();
    else this.#compact();
  }

  // -- what it does

  #open(): void {
    this.#opened += 1;
    const id = `${this.#name}-${this.#opened}`;
    const sentMs = this.#nowMs;
    const command: Command = { kind: 'openSession', sessionId: id, ttlMs: SESSION_TTL_MS, owner: this.#name };
    this.#calls.write(command, undefined, (outcome) => {
      // Opened twice by a repeat: also open. Ids are never used again, so nobody else can have it.
      const isOpen = outcome.ok || outcome.error.reason === 'SESSION_EXISTS';
      if (isOpen) this.#session = { id, sequence: 0, ackedBelow: 0, renewedMs: sentMs };
      this.#pause();
    });
  }

  #ownWrite(value: string): void {
    this.#ownWrites += 1;
    const expected = this.#ownWrites;
    this.#write(
      { kind: 'put', key: `/own/${this.#name}`, value: bytesOf(value), leaseId: '', returnPrevious: true },
      (outcome) => {
        if (outcome === undefined) {
          // Whether it counted cannot be known any more; the next one tells.
          this.#ownWrites = -1;
          return;
        }
        const version = outcome.result.current?.version ?? 0;
        if (expected > 0) {
          require(version === expected, 'a request takes effect at most once', () => {
            return `${this.#name}: write number ${expected} of its own key made version ${version}`;
          });
        }
        this.#ownWrites = version;
      },
    );
  }

  #sharedWrite(key: string, value: string): void {
    const operation = this.#history.invoke(this.#name, key, 'write', value, '');
    this.#write({ kind: 'put', key, value: bytesOf(value), leaseId: '', returnPrevious: false }, (outcome) => {
      if (outcome !== undefined) this.#history.complete(operation);
    });
  }

  #sharedCompare(key: string, value: string): void {
    const latest = this.#history.operations.findLast((known) => known.key === key && known.kind === 'write');
    const expected = latest?.value ?? 'never there';
    const operation = this.#history.invoke(this.#name, key, 'compareAndSet', value, expected);
    const command: Command = {
      kind: 'compareAndWrite',
      key,
      expected: { kind: 'value', value: bytesOf(expected) },
      value: bytesOf(value),
      leaseId: '',
    };
    this.#write(command, (outcome) => {
      if (outcome === undefined) return;
      operation.succeeded = outcome.result.succeeded;
      operation.observed = textOf(outcome.result.current?.value);
      this.#history.complete(operation);
    });
  }

  #compact(): void {
    this.#write({ kind: 'compact', floor: Math.max(1, this.#answers.revision - 50) }, () => {});
  }

  #read(key: string): void {
    const { invariants, counters } = this.#cell.world;
    const process = this.#calls.anybody();
    const { driver } = process;
    if (driver === undefined) {
      this.#pause();
      return;
    }
    const operation: Operation = this.#history.invoke(this.#name, key, 'read', '', '');
    const knownThrough = invariants.acknowledgedThrough;
    const knownRevision = this.#answers.revision;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      this.#pause();
    };
    process.run(() => {
      driver.host.readBarrier({ quorum: 'majority', minSlot: 0, timeoutMs: ATTEMPT_MS }, (answer) => {
        if (isOver) return;
        if (answer.ok) {
          const { state } = driver.host;
          invariants.readAnswered(process.agentId, knownThrough, answer.value);
          this.#answers.revisionSeen(state.revision('user'), knownRevision, `a read of ${this.#name}`);
          operation.value = textOf(state.get('user', key)?.value);
          this.#history.complete(operation);
          counters.add('read answered');
        }
        end();
      });
    });
    this.#after(2 * ATTEMPT_MS, end);
  }

  /** The same place again, at any agent: the same answer. */
  #repeat(): void {
    const session = this.#session;
    const last = this.#last;
    if (session === undefined || last === undefined || !this.#answers.hasAnswered(session.id, last.sequence)) {
      this.#pause();
      return;
    }
    this.#calls.write(last.command, { ...session, sequence: last.sequence }, (outcome) => {
      if (outcome.ok) this.#answers.write(session.id, last.sequence, outcome.value.result);
      else this.#failed(session, outcome.error);
      this.#pause();
    });
  }

  // -- how it does it

  /** Repeats under one sequence until there is an answer; `then` is given none when there never will be. */
  #write(command: Command, then: (outcome: WriteOutcome | undefined) => void): void {
    const session = this.#session as Session;
    session.sequence += 1;
    const { sequence } = session;
    const knownRevision = this.#answers.revision;
    const deadlineMs = this.#nowMs + PATIENCE_MS;
    const again = (): void => {
      this.#calls.write(command, { ...session, sequence }, (outcome) => {
        if (outcome.ok) {
          const { result } = outcome.value;
          this.#answers.write(session.id, sequence, result);
          this.#answers.revisionSeen(result.revision, knownRevision, `a write of ${this.#name}`);
          this.#cell.world.invariants.acknowledged(result.slot);
          session.ackedBelow = sequence;
          this.#last = { sequence, command };
          this.completedWrites += 1;
          then(outcome.value);
          this.#pause();
        } else if (this.#failed(session, outcome.error) || this.#nowMs > deadlineMs) {
          // A session with a sequence of unknown fate is given up: its next sequence must not overtake it.
          this.#session = undefined;
          then(undefined);
          this.#pause();
        } else {
          this.#cell.world.counters.add('request repeated');
          this.#after(this.#random.range(5, 120), again);
        }
      });
    };
    again();
  }

  /** True when the session is gone. It must not have ended before its time (invariant 16). */
  #failed(session: Session, { reason }: CellError): boolean {
    if (reason !== 'SESSION_UNKNOWN') return reason === 'SEQUENCE_FORGOTTEN' || reason === 'SEQUENCE_REUSED';
    this.#cell.world.counters.add('session ended');
    const livedMs = this.#nowMs - session.renewedMs;
    require(livedMs >= SESSION_TTL_MS, 'a lease never ends early', () => {
      return `session ${session.id} was gone ${livedMs} ms after its last acknowledged renewal was sent`;
    });
    if (this.#session?.id === session.id) this.#session = undefined;
    return true;
  }

  #renew(): void {
    const session = this.#session;
    this.#after(SESSION_TTL_MS / 3, () => this.#renew());
    if (session === undefined || this.#random.chance(0.1)) return;
    const process = this.#calls.anybody();
    const { driver } = process;
    const sentMs = this.#nowMs;
    process.run(() => {
      driver?.host.renew([{ timerId: `session/${session.id}`, ageMs: 0 }], (answer) => {
        if (!answer.ok || answer.value[0]?.renewed !== true) return;
        session.renewedMs = Math.max(session.renewedMs, sentMs);
        this.#cell.world.counters.add('renewal acknowledged');
      });
    });
  }
}
