import type { Base, Input, Output } from '../consensus/io.ts';
import { Replica } from '../consensus/replica.ts';
import type { AgentId, Slot } from '../consensus/types.ts';
import type { StateStore } from '../machine/store.ts';
import { SESSIONS } from '../machine/system-records.ts';
import type { GroupHostOptions } from './group-host.ts';
import type { HostClock } from './host-clock.ts';
import type { HostParts } from './host-parts.ts';

/** Steps the replica, executes what comes out in order, and tells the parts what became of leaderships and slots. */
export class ReplicaDriver {
  readonly replica: Replica;
  isReadyLeader = false;
  #options: GroupHostOptions;
  #parts: HostParts;
  #clock: HostClock;
  #statusNews: () => void;
  #inputs: Input[] = [];
  #isExecuting = false;
  /** Leader and ballot that calls in flight count on. */
  #ledBy = '';
  #mayHaveLostSession = false;

  constructor(options: GroupHostOptions, parts: HostParts, clock: HostClock, statusNews: () => void) {
    const { agentId, cellId, group, disk, base, ports, config } = options;
    this.#options = options;
    this.#parts = parts;
    this.#clock = clock;
    this.#statusNews = statusNews;
    const { promised, floor, end, chosenThrough } = disk.found;
    this.replica = new Replica({
      group,
      agentId,
      cellId,
      durable: { promised, floor, end, chosenThrough, base },
      journal: parts.durability,
      random: () => ports.random(),
      nowMs: ports.nowMs(),
      config: config.consensus,
    });
  }

  /** An output may lead to further inputs: they are stepped after everything that is being executed. */
  feed(input: Input): void {
    if (this.#clock.isStopped) return;
    this.#inputs.push(input);
    this.#clock.wake();
    if (this.#isExecuting) return;
    this.#isExecuting = true;
    const { ports } = this.#options;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const output of this.replica.step(next, ports.nowMs())) this.#execute(output);
      }
    } finally {
      this.#isExecuting = false;
    }
  }

  /** An entry that may have ended the session of this agent is among those just applied. */
  suspectSession(): void {
    this.#mayHaveLostSession = true;
  }

  /** The machine has executed everything up to here. */
  applied(slot: Slot): void {
    const parts = this.#parts;
    if (this.#mayHaveLostSession) {
      this.#mayHaveLostSession = false;
      parts.ownSession.checkEnded((sessionId) => SESSIONS.read(parts.machine, sessionId) !== undefined);
    }
    parts.appliedWaits.applied(slot);
    parts.appliedQuorum.applied(slot);
    parts.timerDuty.applied(slot);
    this.feed({ kind: 'applied', slot });
  }

  snapshotEnded(from: AgentId, installed: { store: StateStore; base: Base } | undefined): void {
    const parts = this.#parts;
    if (installed === undefined || this.#clock.isStopped) return;
    // What began and ended in the slots that it skips is missing in what a leader keeps of timers.
    if (this.replica.role === 'leader') this.feed({ kind: 'stepDown' });
    parts.applier.adopt(installed.store, installed.base);
    this.#options.observer.snapshotInstalled(from, installed.base.slot);
    this.feed({ kind: 'snapshotInstalled', base: installed.base });
    parts.requests.skipped(({ sessionId, sequence, digest }) => parts.machine.storedReply(sessionId, sequence, digest));
    parts.hub.adopted();
    this.#mayHaveLostSession = true;
    this.applied(installed.base.slot);
    this.#statusNews();
  }

  /** Looks at whether the cell takes writes. */
  review(): void {
    const { writability, liveness } = this.#parts;
    const { silentAfterMs } = this.#options.config;
    if (writability.review((agentId) => liveness.silentMs(agentId) >= silentAfterMs)) this.#statusNews();
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
        if (output.slot !== undefined && parts.bundles.isAwaitedByAll(output.requestId)) {
          parts.appliedQuorum.askAhead(output.slot);
        }
        if (!parts.bundles.fate(output.requestId, output.fate)) parts.participants.fate(output.requestId, output.fate);
        return;
      case 'roleChanged':
        this.#onRoleChanged(output);
        return;
      case 'leaderReady':
        this.#onLeaderReady(output);
        return;
      case 'configurationChosen':
        parts.participants.chosen(output.configuration, output.slot);
        parts.autopilot.hurry();
        this.#statusNews();
        return;
      case 'snapshotNeeded':
        parts.snapshots.needed(output.from);
        return;
      case 'removed':
        parts.writability.removed();
        this.#statusNews();
        return;
    }
  }

  #onRoleChanged({ role, ballot, leader, reason }: Extract<Output, { kind: 'roleChanged' }>): void {
    const parts = this.#parts;
    this.#options.observer.roleChanged(role, ballot, leader, reason);
    this.#statusNews();
    if (role !== 'leader') {
      this.isReadyLeader = false;
      parts.leadershipEnded();
    }
    if (leader === undefined) return;
    // The same agent may lead again in a higher ballot; what it took in the last one may be lost all the same.
    const ledBy = `${leader} ${ballot.round} ${ballot.agentId}`;
    if (ledBy !== this.#ledBy) {
      this.#ledBy = ledBy;
      parts.leadershipBegan();
    }
    this.review();
  }

  #onLeaderReady({ ballot, slot }: Extract<Output, { kind: 'leaderReady' }>): void {
    const parts = this.#parts;
    this.isReadyLeader = true;
    this.#options.observer.leaderReady(ballot, slot);
    parts.liveness.forgetSuspects();
    parts.timerDuty.leaderReady(slot);
    parts.autopilot.hurry();
    this.review();
  }
}
