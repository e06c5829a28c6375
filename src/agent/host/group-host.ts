import type { Base, Input, Output } from '../consensus/io.ts';
import { Replica } from '../consensus/replica.ts';
import type { AgentId, Ballot, Slot } from '../consensus/types.ts';
import type { Command } from '../machine/commands.ts';
import { Machine } from '../machine/machine.ts';
import type { StateStore } from '../machine/store.ts';
import { SESSIONS } from '../machine/system-records.ts';
import type { LogDisk } from '../storage/log-disk.ts';
import type { Then } from './answer.ts';
import type { AutopilotPolicy } from './autopilot-view.ts';
import {
  type AppliedState,
  CellError,
  type CellStatus,
  type ReadBarrierOptions,
  type WatchHandle,
  type WatchQuery,
  type WatchSink,
  type WriteOptions,
  type WriteOutcome,
} from './cell-port.ts';
import type { HostConfig } from './host-config.ts';
import { type HostContext, SWEEP_MS } from './host-context.ts';
import { HostParts } from './host-parts.ts';
import type { HostMessage, ParticipantChange, RenewItem, RenewOutcome } from './messages.ts';
import type { HostObserver } from './observer.ts';
import type { Changed } from './participants.ts';
import type { HostPorts, PeerMessage } from './ports.ts';

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
  #replica: Replica;
  #inputs: Input[] = [];
  #isExecuting = false;
  #isTurnDue = false;
  #isStopped = false;
  #isReadyLeader = false;
  #calls = 0;
  #cancelTick: () => void = () => {};
  #tickMs = Infinity;
  #cancelSweep: (() => void) | undefined;
  #cancelDuties: () => void = () => {};
  #ledBy = '';
  #mayHaveLostSession = false;
  #isStatusNews = false;
  #listeners = new Set<(status: CellStatus) => void>();

  constructor(options: GroupHostOptions) {
    const { agentId, cellId, group, disk, base, ports, config, observer } = options;
    this.#options = options;
    this.#ports = ports;
    const host = this;
    const machine = new Machine(options.store);
    const context: HostContext = {
      agentId,
      config,
      ports,
      observer,
      get replica() {
        return host.#replica;
      },
      get applied() {
        return machine.appliedSlot;
      },
      get isReadyLeader() {
        return host.#isReadyLeader;
      },
      feed: (input) => this.#feed(input),
      send: (to, message) => this.#send(to, message),
      nextCallId: () => this.#nextCallId(),
      wake: () => this.#wake(),
      watchDeadlines: () => this.#watchDeadlines(),
    };
    this.#parts = new HostParts(context, {
      machine,
      disk,
      autopilot: options.autopilot,
      bootNonce: options.bootNonce,
      sendEnvelope: (envelope) => this.#post(envelope.to, { kind: 'consensus', envelope }),
      persisted: (token) => this.#feed({ kind: 'persisted', token }),
      outcome: (request, outcome) => {
        const { kind } = request.command;
        if (kind === 'fireTimer' || kind === 'endSession') this.#mayHaveLostSession = true;
        this.#parts.requests.applied(outcome, request.digest);
      },
      applied: (slot) => this.#onApplied(slot),
      snapshotEnded: (from, installed) => this.#onSnapshot(from, installed),
    });
    const { promised, floor, end, chosenThrough } = disk.found;
    this.#replica = new Replica({
      group,
      agentId,
      cellId,
      durable: { promised, floor, end, chosenThrough, base },
      journal: this.#parts.durability,
      random: () => ports.random(),
      nowMs: ports.nowMs(),
      config: config.consensus,
    });
    disk.onFloor = (journalFloor) => this.#feed({ kind: 'compacted', floor: journalFloor });
  }

  /** Begins ticking, opens the agent's own session, campaigns when it is time. Call once. */
  start(): void {
    this.#parts.ownSession.open();
    this.#scheduleDuties();
    this.#wake();
  }

  /** Cancels every timer; calls in flight answer SHUTTING_DOWN. Late callbacks of ports do nothing. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelTick();
    this.#cancelSweep?.();
    this.#cancelDuties();
    this.#parts.stop();
    this.#listeners.clear();
  }

  /** Makes the applied state one transaction now, so that a restart has little to execute again. */
  flush(): void {
    this.#parts.applier.flush();
  }

  /** A message from a peer. Messages of other groups or cells, or addressed to someone else, must not come here. */
  receive(message: PeerMessage): void {
    if (this.#isStopped) return;
    this.#options.observer.messageReceived(message);
    if (message.kind === 'consensus') {
      this.#parts.liveness.heard(message.envelope.from);
      this.#feed({ kind: 'message', envelope: message.envelope });
      return;
    }
    if (message.to !== this.#options.agentId || message.cellId !== this.#options.cellId) return;
    this.#parts.liveness.heard(message.from);
    this.#onHostMessage(message.from, message.message);
  }

  /** Returns a function that ends the wait; the write itself may still take effect, which the answer says. */
  write(command: Command, options: Omit<WriteOptions, 'signal'>, then: Then<WriteOutcome>): () => void {
    return this.#parts.requests.write(command, options, then);
  }

  readBarrier(options: Omit<ReadBarrierOptions, 'signal'>, then: Then<Slot>): () => void {
    return this.#parts.reads.barrier(options, then);
  }

  renew(items: readonly RenewItem[], then: Then<readonly RenewOutcome[]>): void {
    this.#parts.renewals.renew(items, then);
  }

  changeParticipants(changes: readonly ParticipantChange[], expectedEpoch: number, then: Then<Changed>): void {
    this.#parts.participantCalls.change(changes, expectedEpoch, then);
  }

  transferLeadership(to: AgentId, then: Then<{ leader: AgentId }>): void {
    this.#parts.participantCalls.transfer(to, then);
  }

  /** Good order before an exit: leadership is handed over, a sole voter swaps roles. Calls back when done or hopeless. */
  leave(timeoutMs: number, then: () => void): void {
    this.#parts.leaving.begin(timeoutMs, then);
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
    const { role, ballot, leader, configuration, chosenThrough, journalFloor, journalEnd } = this.#replica;
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

  get state(): AppliedState {
    return this.#parts.machine;
  }

  /** Running hash over everything applied; equal applied slots mean equal hashes. */
  get stateHash(): string {
    return this.#parts.machine.stateHash;
  }

  /** The cell goes on without this agent: it must ask to join again. */
  get isRemoved(): boolean {
    const { participants } = this.#replica.configuration;
    const isListed = participants.some(({ agentId }) => agentId === this.#options.agentId);
    return this.#parts.writability.isToldRemoved || (participants.length > 0 && !isListed);
  }

  /** Open to the simulation, which checks invariants on it; nothing else should look inside. */
  get replica(): Replica {
    return this.#replica;
  }

  #feed(input: Input): void {
    if (this.#isStopped) return;
    this.#inputs.push(input);
    this.#wake();
    if (this.#isExecuting) return;
    this.#isExecuting = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const output of this.#replica.step(next, this.#ports.nowMs())) this.#execute(output);
      }
    } finally {
      this.#isExecuting = false;
    }
  }

  #execute(output: Output): void {
    const parts = this.#parts;
    switch (output.kind) {
      case 'persist':
        parts.durability.persist(output.token, output.writes);
        return;
      case 'send':
        parts.durability.send(output.envelope, output.after);
        return;
      case 'deliver':
        if (parts.bundles.inFlight > 0) {
          for (const { entry } of output.entries) parts.bundles.delivered(entry.requestId);
        }
        parts.applier.push(output.entries);
        return;
      case 'readReady':
        parts.rounds.ready(output.readId, output.slot);
        return;
      case 'readFailed':
        parts.rounds.failed(output.readId);
        return;
      case 'proposalFate':
        if (!parts.bundles.fate(output.requestId, output.fate)) parts.participants.fate(output.requestId, output.fate);
        return;
      case 'roleChanged':
        this.#onRoleChanged(output);
        return;
      case 'leaderReady':
        this.#isReadyLeader = true;
        this.#options.observer.leaderReady(output.ballot, output.slot);
        parts.liveness.forgetSuspects();
        parts.timerDuty.leaderReady(output.slot);
        parts.autopilot.hurry();
        this.#review();
        return;
      case 'configurationChosen':
        parts.participants.chosen(output.configuration, output.slot);
        parts.autopilot.hurry();
        this.#isStatusNews = true;
        return;
      case 'snapshotNeeded':
        parts.snapshots.needed(output.from);
        return;
      case 'removed':
        parts.writability.removed();
        this.#isStatusNews = true;
        return;
    }
  }

  /** Once per turn of the loop: what gathered in it is applied, packed, committed and sent together. */
  #turn(): void {
    this.#isTurnDue = false;
    if (this.#isStopped) return;
    const parts = this.#parts;
    const isMoreToDo = parts.applier.run();
    if (this.#isReadyLeader) parts.participants.flush();
    this.#routeWrites();
    if (this.#isReadyLeader) parts.bundles.flush();
    parts.reads.flush();
    parts.renewals.flush();
    parts.participantCalls.flush();
    parts.leaving.proceed();
    parts.rounds.flush();
    parts.appliedQuorum.flush();
    if (parts.isPumpDue) {
      parts.isPumpDue = false;
      parts.hub.pump();
    }
    parts.durability.settle();
    this.#scheduleTick();
    if (this.#isStatusNews) this.#tellStatus();
    if (isMoreToDo) this.#wake();
  }

  #routeWrites(): void {
    const { requests, bundles, forwards } = this.#parts;
    const writes = requests.takeQueued(this.#ports.nowMs());
    if (writes.length === 0) return;
    const { leader } = this.#replica;
    if (leader === undefined) requests.giveBack(writes, 'leader');
    else if (leader !== this.#options.agentId) requests.giveBack(forwards.send(writes, leader), 'room');
    else if (!this.#isReadyLeader) requests.giveBack(writes, 'leader');
    else {
      const taken = writes.findIndex((write) => !bundles.add(write));
      if (taken >= 0) requests.giveBack(writes.slice(taken), 'room');
    }
  }

  #onHostMessage(from: AgentId, message: HostMessage): void {
    const parts = this.#parts;
    switch (message.kind) {
      case 'forward':
        parts.forwards.received(from, message.callId, message.requests);
        return;
      case 'forwardReply':
        parts.forwards.answered(message.callId, message.fate);
        return;
      case 'readIndex':
        parts.rounds.received(from, message.callId);
        return;
      case 'readIndexReply':
        parts.reads.answered(message.callId, message.ok, message.slot);
        return;
      case 'renew':
        parts.renewals.received(from, message.callId, message.items);
        return;
      case 'renewReply':
        parts.renewals.answered(message.callId, message.ok, message.outcomes);
        return;
      case 'awaitApplied':
        parts.appliedQuorum.received(from, message.callId, message.slot);
        return;
      case 'awaitAppliedReply':
        parts.appliedQuorum.answered(from, message.applied);
        return;
      case 'livenessReport':
        parts.liveness.onReport(from, message);
        return;
      case 'cellReport':
        if (parts.liveness.onCellReport(from, message.participants)) this.#statusNews();
        return;
      case 'changeParticipants':
        parts.participantCalls.received(from, message);
        return;
      case 'changeParticipantsReply':
        parts.participantCalls.answered(message);
        return;
    }
  }

  #onRoleChanged({ role, ballot, leader, reason }: Extract<Output, { kind: 'roleChanged' }>): void {
    const parts = this.#parts;
    this.#options.observer.roleChanged(role, ballot, leader, reason);
    this.#isStatusNews = true;
    if (role !== 'leader') {
      this.#isReadyLeader = false;
      parts.leadershipEnded();
    }
    if (leader === undefined) return;
    const ledBy = formatLeadership(leader, ballot);
    if (ledBy !== this.#ledBy) {
      this.#ledBy = ledBy;
      parts.leadershipBegan();
    }
    this.#review();
  }

  #onApplied(slot: Slot): void {
    const parts = this.#parts;
    if (this.#mayHaveLostSession) this.#checkOwnSession();
    parts.appliedWaits.applied(slot);
    parts.appliedQuorum.applied(slot);
    parts.timerDuty.applied(slot);
    this.#feed({ kind: 'applied', slot });
  }

  #onSnapshot(from: AgentId, installed: { store: StateStore; base: Base } | undefined): void {
    const parts = this.#parts;
    parts.applier.isSuspended = false;
    this.#wake();
    if (installed === undefined || this.#isStopped) return;
    parts.applier.adopt(installed.store, installed.base);
    this.#options.observer.snapshotInstalled(from, installed.base.slot);
    this.#feed({ kind: 'snapshotInstalled', base: installed.base });
    parts.requests.skipped((sessionId, sequence) => parts.machine.storedReply(sessionId, sequence));
    parts.hub.adopted();
    this.#mayHaveLostSession = true;
    this.#onApplied(installed.base.slot);
    this.#isStatusNews = true;
  }

  #checkOwnSession(): void {
    this.#mayHaveLostSession = false;
    const { machine, ownSession } = this.#parts;
    ownSession.checkEnded((sessionId) => SESSIONS.read(machine, sessionId) !== undefined);
  }

  #send(to: AgentId, message: HostMessage): void {
    const { group, cellId, agentId } = this.#options;
    const { epoch } = this.#replica.configuration;
    this.#post(to, { kind: 'host', group, cellId, from: agentId, to, epoch, message });
  }

  #post(to: AgentId, message: PeerMessage): void {
    if (this.#isStopped) return;
    this.#options.observer.messageSent(to, message);
    this.#ports.send(to, message);
  }

  #nextCallId(): string {
    this.#calls += 1;
    return `${this.#options.bootNonce}-${this.#calls.toString(36)}`;
  }

  #wake(): void {
    if (this.#isTurnDue || this.#isStopped) return;
    this.#isTurnDue = true;
    this.#ports.soon(() => this.#turn());
  }

  /** Keeps one timer for the next tick. One that comes early does no harm, so it is only moved forward. */
  #scheduleTick(): void {
    const dueMs = this.#replica.nextTickMs;
    if (dueMs >= this.#tickMs) return;
    this.#cancelTick();
    this.#tickMs = dueMs;
    const nowMs = this.#ports.nowMs();
    this.#cancelTick = this.#ports.after(Math.max(0, dueMs - nowMs), () => {
      this.#tickMs = Infinity;
      if (!this.#isStopped) this.#feed({ kind: 'tick', nowMs: this.#ports.nowMs() });
    });
  }

  #watchDeadlines(): void {
    if (this.#cancelSweep !== undefined || this.#isStopped) return;
    this.#cancelSweep = this.#ports.after(SWEEP_MS, () => {
      this.#cancelSweep = undefined;
      if (this.#isStopped) return;
      this.#parts.sweep(this.#ports.nowMs());
      this.#wake();
      if (this.#parts.isWaiting) this.#watchDeadlines();
    });
  }

  #scheduleDuties(): void {
    this.#cancelDuties = this.#ports.after(this.#options.config.livenessReportMs, () => {
      if (this.#isStopped) return;
      const { liveness, autopilot, applier, hub } = this.#parts;
      if (liveness.run()) {
        autopilot.hurry();
        this.#isStatusNews = true;
      }
      autopilot.run();
      applier.tick(this.#ports.nowMs());
      hub.announceProgress();
      this.#review();
      this.#wake();
      this.#scheduleDuties();
    });
  }

  #review(): void {
    const { writability, liveness } = this.#parts;
    const { silentAfterMs } = this.#options.config;
    if (writability.review((agentId) => liveness.silentMs(agentId) >= silentAfterMs)) this.#statusNews();
  }

  #statusNews(): void {
    this.#isStatusNews = true;
    this.#wake();
  }

  #tellStatus(): void {
    this.#isStatusNews = false;
    if (this.#listeners.size === 0) return;
    const { status } = this;
    for (const listener of this.#listeners) listener(status);
  }
}

function formatLeadership(leader: AgentId, { round, agentId }: Ballot): string {
  return `${leader} ${round} ${agentId}`;
}
