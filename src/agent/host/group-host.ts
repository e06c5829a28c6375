import type { Base } from '../consensus/io.ts';
import type { Replica } from '../consensus/replica.ts';
import type { AgentId, Slot } from '../consensus/types.ts';
import type { Command } from '../machine/commands.ts';
import { Machine } from '../machine/machine.ts';
import type { StateStore } from '../machine/store.ts';
import type { LogDisk } from '../storage/log-disk.ts';
import type { Then } from './answer.ts';
import type { AutopilotPolicy } from './autopilot-view.ts';
import {
  type AppliedState,
  CellError,
  type CellStatus,
  type ReadBarrierOptions,
  type TimerCountdown,
  type WatchHandle,
  type WatchQuery,
  type WatchSink,
  type WriteOptions,
  type WriteOutcome,
} from './cell-port.ts';
import { HostClock } from './host-clock.ts';
import type { HostConfig } from './host-config.ts';
import type { HostContext } from './host-context.ts';
import { dispatch } from './host-messages.ts';
import { HostParts } from './host-parts.ts';
import type { HostMessage, ParticipantChange, RenewItem, RenewOutcome } from './messages.ts';
import type { HostObserver } from './observer.ts';
import type { Changed } from './participants.ts';
import type { HostPorts, PeerMessage } from './ports.ts';
import { noticeToRemoved } from './removed-notice.ts';
import { ReplicaDriver } from './replica-driver.ts';
import { routeWrites } from './write-routing.ts';

export type { Answer, Then } from './answer.ts';

export interface GroupHostOptions {
  readonly agentId: AgentId;
  readonly cellId: string;
  readonly group: number;
  readonly disk: LogDisk;
  readonly store: StateStore;
  /** What the applied state in `store` says about the chosen prefix. */
  readonly base: Base;
  readonly ports: HostPorts;
  readonly config: HostConfig;
  readonly autopilot: AutopilotPolicy;
  readonly observer: HostObserver;
  /** Random, made at every boot: part of every call id and of the agent's own session id. */
  readonly bootNonce: string;
}

/**
 * One agent's part in one group: feeds a `Replica`, executes its outputs against ports, and keeps the calls of clients.
 * Synchronous and deterministic; a crash is simulated by `stop()` and never calling it again. It only dispatches: the
 * work is done by the parts.
 */
export class GroupHost {
  #options: GroupHostOptions;
  #ports: HostPorts;
  #parts: HostParts;
  #driver: ReplicaDriver;
  #clock: HostClock;
  #calls = 0;
  #isStatusNews = false;
  #hasPosted = false;
  #listeners = new Set<(status: CellStatus) => void>();

  constructor(options: GroupHostOptions) {
    const { agentId, disk, ports, config, observer } = options;
    this.#options = options;
    this.#ports = ports;
    const host = this;
    this.#clock = new HostClock(
      ports,
      {
        turn: () => this.#turn(),
        tick: (nowMs) => this.#driver.feed({ kind: 'tick', nowMs }),
        sweep: (nowMs) => {
          this.#parts.sweep(nowMs);
          return this.#parts.isWaiting;
        },
        duties: () => this.#duties(),
      },
      config.livenessReportMs,
    );
    const machine = new Machine(options.store);
    const context: HostContext = {
      agentId,
      config,
      ports,
      observer,
      get replica() {
        return host.#driver.replica;
      },
      get applied() {
        return machine.appliedSlot;
      },
      get isReadyLeader() {
        return host.#driver.isReadyLeader;
      },
      feed: (input) => this.#driver.feed(input),
      send: (to, message) => this.#send(to, message),
      nextCallId: () => this.#nextCallId(),
      wake: () => this.#clock.wake(),
      watchDeadlines: () => this.#clock.watchDeadlines(),
    };
    this.#parts = new HostParts(context, {
      machine,
      disk,
      autopilot: options.autopilot,
      bootNonce: options.bootNonce,
      sendEnvelope: (envelope) => this.#post(envelope.to, { kind: 'consensus', envelope }),
      persisted: (token) => this.#driver.feed({ kind: 'persisted', token }),
      outcome: (request, outcome) => {
        const { kind } = request.command;
        if (kind === 'fireTimer' || kind === 'endSession') this.#driver.suspectSession();
        this.#parts.requests.applied(outcome, request.digest);
      },
      applied: (slot) => this.#driver.applied(slot),
      snapshotEnded: (from, installed) => this.#driver.snapshotEnded(from, installed),
    });
    this.#driver = new ReplicaDriver(options, this.#parts, this.#clock, () => this.#statusNews());
    disk.onStateFlush = () => this.#parts.durability.commit();
    disk.onFloor = (journalFloor) => this.#driver.feed({ kind: 'compacted', floor: journalFloor });
  }

  /** Begins ticking, opens the agent's own session, campaigns when it is time. Call once. */
  start(): void {
    this.#parts.ownSession.open();
    this.#clock.start();
  }

  /** Cancels every timer; calls in flight answer SHUTTING_DOWN. Late callbacks of ports do nothing. */
  stop(): void {
    if (this.#clock.isStopped) return;
    this.#clock.stop();
    this.#parts.stop();
    this.#listeners.clear();
  }

  /** Makes the applied state one transaction now, so that a restart has little to execute again. */
  flush(): void {
    this.#parts.applier.flush();
  }

  /** A message from a peer. Messages of other groups or cells, or addressed to someone else, must not come here. */
  receive(message: PeerMessage): void {
    if (this.#clock.isStopped) return;
    this.#options.observer.messageReceived(message);
    if (message.kind === 'consensus') {
      this.#parts.liveness.heard(message.envelope.from);
      this.#driver.feed({ kind: 'message', envelope: message.envelope });
      return;
    }
    if (message.to !== this.#options.agentId || message.cellId !== this.#options.cellId) return;
    this.#parts.liveness.heard(message.from);
    if (dispatch(this.#parts, message.from, message.message)) this.#statusNews();
    const notice = noticeToRemoved(this.#driver, message);
    if (notice !== undefined) this.#post(message.from, notice);
  }

  /** Returns a function that ends the wait; the write itself may still take effect, which the answer says. */
  write(command: Command, options: Omit<WriteOptions, 'signal'>, then: Then<WriteOutcome>): () => void {
    if (this.#refuses(then)) return () => {};
    return this.#parts.requests.write(command, options, then);
  }

  readBarrier(options: Omit<ReadBarrierOptions, 'signal'>, then: Then<Slot>): () => void {
    if (this.#refuses(then)) return () => {};
    return this.#parts.reads.barrier(options, then);
  }

  renew(items: readonly RenewItem[], then: Then<readonly RenewOutcome[]>): void {
    if (!this.#refuses(then)) this.#parts.renewals.renew(items, then);
  }

  countdowns(timerIds: readonly string[]): readonly TimerCountdown[] | undefined {
    return this.#parts.timers.countdowns(timerIds, this.#ports.nowMs());
  }

  changeParticipants(changes: readonly ParticipantChange[], expectedEpoch: number, then: Then<Changed>): void {
    if (!this.#refuses(then)) this.#parts.participantCalls.change(changes, expectedEpoch, then);
  }

  transferLeadership(to: AgentId, then: Then<{ leader: AgentId }>): void {
    if (!this.#refuses(then)) this.#parts.participantCalls.transfer(to, then);
  }

  /** Good order before an exit: leadership is handed over, a sole voter swaps roles. Calls back when done or hopeless. */
  leave(timeoutMs: number, then: () => void): void {
    if (this.#clock.isStopped) this.#ports.soon(then);
    else this.#parts.leaving.begin(timeoutMs, then);
  }

  /** After `leave`: ends the agent's own session instead of leaving it to run out. Calls back in any case. */
  endSession(timeoutMs: number, then: () => void): void {
    if (this.#clock.isStopped) this.#ports.soon(then);
    else this.#parts.ownSession.end(timeoutMs, then);
  }

  watch(query: WatchQuery, sink: WatchSink): WatchHandle {
    return this.#parts.hub.open(query, {
      deliver: (batch) => sink.deliver(batch),
      cut: ({ reason, message, floor }, resumeFrom) => sink.cut(new CellError(reason, message, { floor }), resumeFrom),
    });
  }

  onStatus(listener: (status: CellStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get status(): CellStatus {
    const { agentId, cellId } = this.#options;
    const { writability, liveness } = this.#parts;
    const { role, ballot, leader, configuration, chosenThrough, journalFloor, journalEnd } = this.#driver.replica;
    return {
      agentId,
      cellId,
      role,
      ballot,
      leader,
      configuration,
      chosenThrough,
      applied: this.#parts.machine.appliedSlot,
      journalFloor,
      journalEnd,
      writable: writability.isWritable,
      unwritableReason: writability.reason,
      unwritableSinceMs: writability.sinceMs,
      participants: liveness.cell,
    };
  }

  /** What waits here, for whoever watches the agent; cheap. */
  get backlogs(): { readonly writes: number; readonly proposals: number; readonly watchers: number } {
    const { requests, bundles, hub } = this.#parts;
    return { writes: requests.count, proposals: bundles.queued, watchers: hub.watcherCount };
  }

  get state(): AppliedState {
    return this.#parts.machine;
  }

  /** Running hash over everything applied; equal applied slots mean equal hashes. */
  get stateHash(): string {
    return this.#parts.machine.stateHash;
  }

  /** The cell goes on without this agent: it must ask to join again. */
  get isRemoved(): boolean {
    const { participants } = this.#driver.replica.configuration;
    const isListed = participants.some(({ agentId }) => agentId === this.#options.agentId);
    return this.#parts.writability.isToldRemoved || (participants.length > 0 && !isListed);
  }

  /** Open to the simulation, which checks invariants on it; nothing else should look inside. */
  get replica(): Replica {
    return this.#driver.replica;
  }

  /** Once per turn of the loop: what gathered in it is packed and sent together, then committed and executed. */
  #turn(): void {
    const parts = this.#parts;
    if (this.#driver.isReadyLeader) parts.participants.flush();
    const { leader } = this.#driver.replica;
    const isReady = this.#driver.isReadyLeader;
    routeWrites(parts, { self: this.#options.agentId, leader, isReady, nowMs: this.#ports.nowMs() });
    if (this.#driver.isReadyLeader) parts.bundles.flush();
    parts.reads.flush();
    parts.renewals.flush();
    parts.participantCalls.flush();
    parts.leaving.proceed();
    parts.rounds.flush();
    if (this.#hasPosted) {
      this.#hasPosted = false;
      this.#ports.afterSends(this.#work);
    } else this.#work();
  }

  #work = (): void => {
    if (this.#clock.isStopped) return;
    const parts = this.#parts;
    // The disk and the peers work while this agent executes what was chosen before.
    parts.durability.settle();
    const isMoreToApply = parts.applier.run();
    const isMoreToLoad = parts.timerDuty.load();
    parts.appliedQuorum.flush();
    if (parts.isPumpDue) {
      parts.isPumpDue = false;
      parts.hub.pump();
    }
    parts.durability.settle();
    this.#clock.tickAt(this.#driver.replica.nextTickMs);
    if (this.#isStatusNews) this.#tellStatus();
    if (isMoreToApply || isMoreToLoad) this.#clock.wake();
  };

  /** After its end a host answers all the same: nobody must wait for ever. */
  #refuses(then: Then<never>): boolean {
    if (!this.#clock.isStopped) return false;
    const error = new CellError('SHUTTING_DOWN', 'this agent is shutting down');
    this.#ports.soon(() => then({ ok: false, error }));
    return true;
  }

  #send(to: AgentId, message: HostMessage): void {
    const { group, cellId, agentId } = this.#options;
    const { epoch } = this.#driver.replica.configuration;
    this.#post(to, { kind: 'host', group, cellId, from: agentId, to, epoch, message });
  }

  #post(to: AgentId, message: PeerMessage): void {
    if (this.#clock.isStopped) return;
    this.#hasPosted = true;
    this.#options.observer.messageSent(to, message);
    this.#ports.send(to, message);
  }

  #nextCallId(): string {
    this.#calls += 1;
    return `${this.#options.bootNonce}-${this.#calls.toString(36)}`;
  }

  #duties(): void {
    const { liveness, autopilot, applier, hub } = this.#parts;
    if (liveness.run()) {
      autopilot.hurry();
      this.#isStatusNews = true;
    }
    autopilot.run();
    applier.tick(this.#ports.nowMs());
    hub.announceProgress();
    this.#driver.review();
  }

  #statusNews(): void {
    this.#isStatusNews = true;
    this.#clock.wake();
  }

  #tellStatus(): void {
    this.#isStatusNews = false;
    if (this.#listeners.size === 0) return;
    const { status } = this;
    for (const listener of this.#listeners) listener(status);
  }
}
