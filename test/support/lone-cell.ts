import { encodeConfiguration } from '../../src/agent/consensus/configuration.ts';
import type { Configuration } from '../../src/agent/consensus/types.ts';
import {
  type AppliedState,
  CellError,
  type CellPort,
  type CellStatus,
  type ReadBarrierOptions,
  type TimerCountdown,
  type WatchHandle,
  type WatchQuery,
  type WatchSink,
  type WriteOptions,
  type WriteOutcome,
} from '../../src/agent/host/cell-port.ts';
import { acting } from '../../src/agent/host/codec.ts';
import { digestOf } from '../../src/agent/host/digest.ts';
import type { ParticipantChange, RenewItem, RenewOutcome } from '../../src/agent/host/messages.ts';
import { refusalError, sessionNeeded } from '../../src/agent/host/write-errors.ts';
import type { Command, Request } from '../../src/agent/machine/commands.ts';
import { isIdempotent } from '../../src/agent/machine/families.ts';
import { Machine } from '../../src/agent/machine/machine.ts';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { TIMERS } from '../../src/agent/machine/system-records.ts';
import { WatchHub } from '../../src/agent/machine/watch.ts';

interface Waiting {
  readonly request: Request;
  readonly resolve: (outcome: WriteOutcome) => void;
  readonly reject: (error: CellError) => void;
}

export const LONE_AGENT_ID = '5f1c0c3e-0000-4000-8000-000000000001';
const CELL_ID = 'c0ffee00-0000-4000-8000-000000000000';
const OWN_SESSION = 'own-session';

/**
 * A cell of one agent without consensus, storage or peers: the real machine in memory behind the real port. What is
 * written in one turn of the loop is applied in the next, as a host does it.
 */
export class LoneCell implements CellPort {
  readonly store = new MemoryStateStore();
  readonly machine = new Machine(this.store);
  readonly state: AppliedState = this.machine;
  /** Every barrier that was asked for, so that tests see what reads wait for. */
  readonly barriers: ReadBarrierOptions[] = [];
  readonly writes: WriteOptions[] = [];
  readonly renewals: RenewItem[][] = [];
  readonly changes: { readonly changes: readonly ParticipantChange[]; readonly expectedEpoch: number }[] = [];
  /** Set to make every call of the cell fail. */
  failure: CellError | undefined;
  configuration: Configuration = { epoch: 1, participants: [{ agentId: LONE_AGENT_ID, role: 'voter' }] };
  leader: string | undefined = LONE_AGENT_ID;
  participants: CellStatus['participants'] = [];
  notAppliedBy: readonly string[] = [];
  readonly #hub: WatchHub;
  readonly #listeners = new Set<(status: CellStatus) => void>();
  #waiting: Waiting[] = [];
  #isTurnPlanned = false;
  #isStalled = false;
  #ownSequence = 0;
  #unwritableReason = '';

  constructor() {
    this.#hub = new WatchHub(this.machine, { requestPump: () => this.#planTurn() });
    this.execute({ kind: 'openSession', sessionId: OWN_SESSION, ttlMs: 30_000, owner: 'lone cell' });
  }

  /** Applies a command at once, outside of any session. */
  execute(command: Command): void {
    this.#apply([{ sessionId: '', sequence: 0, ackedBelow: 0, digest: digestOf(command), command }]);
  }

  /** What a leader does when nobody renewed it in time. */
  fireTimer(timerId: string): void {
    const timer = TIMERS.read(this.machine, timerId);
    if (timer === undefined) throw new Error(`there is no timer ${timerId}`);
    this.execute({ kind: 'fireTimer', timerId, generation: timer.generation });
  }

  configure(configuration: Configuration): void {
    this.configuration = configuration;
    const stored = new TextDecoder().decode(encodeConfiguration(configuration));
    const slot = this.machine.appliedSlot + 1;
    const { events } = this.machine.apply(
      { slot, era: '' },
      { kind: 'configuration', stampMs: Date.now(), configuration: stored },
    );
    this.#hub.publish(events);
  }

  /** Writes wait until it is called with false. */
  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    this.#planTurn();
  }

  get waitingWrites(): number {
    return this.#waiting.length;
  }

  write(command: Command, options: WriteOptions): Promise<WriteOutcome> {
    this.writes.push(options);
    if (this.writes.length > 1_000) this.writes.shift();
    const failure =
      this.failure ?? ((options.session?.id ?? options.asSessionId) === undefined ? sessionNeeded(command) : undefined);
    if (failure !== undefined) return Promise.reject(failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request: this.#requestOf(command, options), resolve, reject });
      this.#planTurn();
    });
  }

  async readBarrier(options: ReadBarrierOptions): Promise<number> {
    this.barriers.push(options);
    if (this.barriers.length > 1_000) this.barriers.shift();
    if (this.failure !== undefined) throw this.failure;
    await new Promise((resolve) => setImmediate(resolve));
    if (options.minSlot > this.machine.appliedSlot) {
      throw new CellError('TIMEOUT', `slot ${options.minSlot} has not been applied here in time`);
    }
    return this.machine.appliedSlot;
  }

  watch(query: WatchQuery, sink: WatchSink): WatchHandle {
    if (this.failure !== undefined) throw this.failure;
    return this.#hub.open(query, {
      deliver: (batch) => sink.deliver(batch),
      cut: ({ reason, message, floor }, resumeFrom) => sink.cut(new CellError(reason, message, { floor }), resumeFrom),
    });
  }

  get watcherCount(): number {
    return this.#hub.watcherCount;
  }

  tellProgress(): void {
    this.#hub.announceProgress();
  }

  cutWatches(message: string): void {
    this.#hub.close(message);
  }

  async renew(items: readonly RenewItem[]): Promise<readonly RenewOutcome[]> {
    if (this.failure !== undefined) throw this.failure;
    this.renewals.push([...items]);
    return items.map(({ timerId }) => {
      const record = TIMERS.read(this.machine, timerId);
      return { timerId, renewed: record !== undefined, ttlMs: record?.ttlMs ?? 0 };
    });
  }

  /** Its timers stand still: each has its TTL left, while it leads. */
  countdowns(timerIds: readonly string[]): readonly TimerCountdown[] | undefined {
    if (this.leader !== LONE_AGENT_ID) return undefined;
    return timerIds.flatMap((timerId) => {
      const { ttlMs } = TIMERS.read(this.machine, timerId) ?? {};
      return ttlMs === undefined ? [] : [{ timerId, remainingMs: ttlMs, ttlMs }];
    });
  }

  async changeParticipants(changes: readonly ParticipantChange[], expectedEpoch: number) {
    if (this.failure !== undefined) throw this.failure;
    this.changes.push({ changes, expectedEpoch });
    return { epoch: this.configuration.epoch + 1, slot: this.machine.appliedSlot };
  }

  async transferLeadership(to: string) {
    if (this.failure !== undefined) throw this.failure;
    this.leader = to;
    return { leader: to };
  }

  status(): CellStatus {
    return {
      agentId: LONE_AGENT_ID,
      cellId: CELL_ID,
      role: this.leader === LONE_AGENT_ID ? 'leader' : 'follower',
      ballot: { round: 7, agentId: LONE_AGENT_ID },
      leader: this.leader,
      configuration: this.configuration,
      chosenThrough: this.machine.appliedSlot,
      applied: this.machine.appliedSlot,
      journalFloor: 1,
      journalEnd: this.machine.appliedSlot,
      writable: this.#unwritableReason === '',
      unwritableReason: this.#unwritableReason,
      unwritableSinceMs: this.#unwritableReason === '' ? 0 : 1,
      participants: this.participants,
    };
  }

  onStatus(listener: (status: CellStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Empty: writable. */
  setUnwritable(reason: string): void {
    this.#unwritableReason = reason;
    for (const listener of this.#listeners) listener(this.status());
  }

  #requestOf(command: Command, { session, asSessionId }: WriteOptions): Request {
    const digest = digestOf(command, asSessionId);
    const asked = { digest, command, ...acting(asSessionId) };
    if (session !== undefined) {
      return { sessionId: session.id, sequence: session.sequence, ackedBelow: session.ackedBelow, ...asked };
    }
    if (isIdempotent(command)) return { sessionId: '', sequence: 0, ackedBelow: 0, digest, command };
    const sequence = ++this.#ownSequence;
    const ackedBelow = Math.max(0, sequence - 10_000);
    return { sessionId: OWN_SESSION, sequence, ackedBelow, ...asked };
  }

  #planTurn(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    setImmediate(() => {
      this.#isTurnPlanned = false;
      this.#turn();
    });
  }

  #turn(): void {
    if (this.#isStalled) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) {
      const outcomes = this.#apply(waiting.map(({ request }) => request));
      for (const [index, { resolve, reject }] of waiting.entries()) {
        const { result } = outcomes[index]!;
        if (result.kind === 'written') resolve({ result, notAppliedBy: this.notAppliedBy });
        else reject(refusalError(result, { isOwn: false, sends: 1 }));
      }
    }
    this.#hub.pump();
  }

  #apply(requests: readonly Request[]) {
    const slot = this.machine.appliedSlot + 1;
    const { outcomes, events } = this.machine.apply(
      { slot, era: '' },
      { kind: 'command', stampMs: Date.now(), requests },
    );
    this.#hub.publish(events);
    return outcomes;
  }
}
