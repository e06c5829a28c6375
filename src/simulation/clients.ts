import type { EntryParts } from '../agent/consensus/io.ts';
import { History, type Operation } from './history.ts';
import { findViolation } from './linearizability.ts';
import type { Random } from './random.ts';
import type { ReplicaCell } from './replica-cell.ts';
import type { Outcome, ReplicaProcess } from './replica-driver.ts';
import type { Settings } from './settings.ts';
import { encodeCommand, type RegisterCommand, type RegisterResult } from './simple-machine.ts';
import { Violation } from './violation.ts';

const ANSWER_WITHIN_MS = 3_000;
const RETRY_MS = 15;

/** Clients of bare replicas: each does one thing after the other, and writes down what it was told. */
export class Clients {
  readonly history = new History();
  completedWrites = 0;
  isStopped = false;
  readonly #cell: ReplicaCell;
  readonly #settings: Settings;
  readonly #random: Random;
  #count = 0;

  constructor(cell: ReplicaCell, settings: Settings) {
    this.#cell = cell;
    this.#settings = settings;
    this.#random = cell.world.random.split('clients');
  }

  start(): void {
    for (let index = 0; index < this.#settings.clients; index += 1) this.#next(`c${index}`);
  }

  /** One write outside the workload; retried until it is acknowledged. */
  writeOnce(then: () => void): void {
    this.#count += 1;
    const requestId = `probe-${this.#count}`;
    const target = this.#cell.leader ?? this.#random.pick([...this.#cell.processes.values()]);
    const retry = (): void => void this.#cell.world.queue.after(RETRY_MS, () => this.writeOnce(then));
    if (target.state !== 'up') {
      retry();
      return;
    }
    let isAnswered = false;
    const answer = (outcome: Outcome<RegisterResult>): void => {
      if (isAnswered) return;
      isAnswered = true;
      if (outcome.kind === 'done') then();
      else retry();
    };
    this.#cell.world.queue.after(500, () => answer({ kind: 'unknown' }));
    this.#propose(target, requestId, { kind: 'set', key: 'probe', value: requestId }, answer);
  }

  check(): void {
    const found = findViolation(this.history.operations);
    if (found === undefined) return;
    const lines = found.operations.map((operation) => JSON.stringify(operation)).join('\n');
    throw new Violation('reads are linearizable', `register ${found.key}:\n${lines}`);
  }

  #next(client: string): void {
    const random = this.#random;
    const delayMs = random.exponential(this.#settings.clientPauseMeanMs);
    this.#cell.world.queue.after(delayMs, () => {
      if (this.isStopped) return;
      if (random.chance(0.04)) this.#burst(client);
      else if (random.chance(0.4)) this.#read(client);
      else this.#write(client);
    });
  }

  #target(): ReplicaProcess | undefined {
    const { leader, running } = this.#cell;
    if (this.#random.chance(0.6)) return leader;
    // Also those that lead no longer and do not know it.
    const leading = running.filter(({ driver }) => driver?.replica.role === 'leader');
    const candidates = this.#random.chance(0.7) && leading.length > 0 ? leading : running;
    return candidates.length === 0 ? undefined : this.#random.pick(candidates);
  }

  #write(client: string): void {
    const random = this.#random;
    this.#count += 1;
    const requestId = `${client}-${this.#count}`;
    const key = `k${random.between(0, this.#settings.keys - 1)}`;
    const latest = this.history.operations.findLast((known) => known.key === key && known.kind === 'write');
    const isComparing = latest !== undefined && random.chance(0.3);
    const expected = isComparing ? latest.value : '';
    const kind = isComparing ? 'compareAndSet' : 'write';
    const target = this.#target();
    if (target === undefined) {
      this.#next(client);
      return;
    }
    const operation = this.history.invoke(client, key, kind, requestId, expected);
    const command: RegisterCommand = isComparing
      ? { kind: 'compareAndSet', key, expected, value: requestId }
      : { kind: 'set', key, value: requestId };
    const settle = this.#settleOnce(client, operation);
    this.#propose(target, requestId, command, (outcome) => {
      if (outcome.kind === 'done') {
        operation.succeeded = outcome.value.succeeded;
        operation.observed = outcome.value.current;
        this.completedWrites += 1;
      }
      settle(outcome.kind);
    });
  }

  #propose(
    target: ReplicaProcess,
    requestId: string,
    command: RegisterCommand,
    then: (outcome: Outcome<RegisterResult>) => void,
  ): void {
    const { world } = this.#cell;
    const parts: EntryParts = {
      kind: 'command',
      stampMs: target.wallMs(),
      requestId,
      payload: encodeCommand(command),
    };
    target.run(() => {
      target.driver?.propose([parts], (_requestId, outcome) => {
        if (outcome.kind === 'done') world.invariants.acknowledged(outcome.value.slot);
        then(outcome);
      });
    });
  }

  #read(client: string): void {
    const { world } = this.#cell;
    this.#count += 1;
    const readId = `${client}-r${this.#count}`;
    const key = `k${this.#random.between(0, this.#settings.keys - 1)}`;
    const target = this.#target();
    if (target === undefined) {
      this.#next(client);
      return;
    }
    const operation = this.history.invoke(client, key, 'read', '', '');
    const settle = this.#settleOnce(client, operation);
    const knownThrough = world.invariants.acknowledgedThrough;
    target.run(() => {
      target.driver?.read(readId, (outcome) => {
        if (outcome.kind === 'done') {
          operation.value = outcome.value.get(key);
          world.invariants.readAnswered(target.agentId, knownThrough, outcome.value.slot);
          world.counters.add('read answered');
        }
        settle(outcome.kind);
      });
    });
  }

  #burst(client: string): void {
    const target = this.#target();
    if (target !== undefined) this.burst(client, target);
    this.#next(client);
  }

  /** Many proposals at once, on a register that nobody reads: fills the pipeline. */
  burst(client: string, target: ReplicaProcess): void {
    const entries: EntryParts[] = [];
    for (let index = this.#random.between(2, 25); index > 0; index -= 1) {
      this.#count += 1;
      const requestId = `${client}-b${this.#count}`;
      const payload = encodeCommand({ kind: 'set', key: 'bulk', value: requestId });
      entries.push({ kind: 'command', stampMs: target.wallMs(), requestId, payload });
    }
    target.run(() => target.driver?.propose(entries, () => {}));
  }

  /** The first of answer and patience decides; what comes later is not listened to. */
  #settleOnce(client: string, operation: Operation): (kind: Outcome<unknown>['kind']) => void {
    let isSettled = false;
    const settle = (kind: Outcome<unknown>['kind']): void => {
      if (isSettled) return;
      isSettled = true;
      if (kind === 'done') this.history.complete(operation);
      if (kind === 'refused') this.history.forget(operation);
      this.#next(client);
    };
    this.#cell.world.queue.after(ANSWER_WITHIN_MS, () => settle('unknown'));
    return settle;
  }
}
