import type { Base } from '../consensus/io.ts';
import type { Envelope } from '../consensus/messages.ts';
import type { AgentId, Slot, Token } from '../consensus/types.ts';
import type { Request } from '../machine/commands.ts';
import type { Machine } from '../machine/machine.ts';
import type { RequestOutcome } from '../machine/results.ts';
import type { StateStore } from '../machine/store.ts';
import { WatchHub } from '../machine/watch.ts';
import type { LogDisk } from '../storage/log-disk.ts';
import { AppliedQuorum } from './applied-quorum.ts';
import { AppliedWaits } from './applied-waits.ts';
import { Applier } from './applier.ts';
import { AutopilotDuty } from './autopilot-duty.ts';
import type { AutopilotPolicy } from './autopilot-view.ts';
import { Bundles } from './bundles.ts';
import { votersOf } from './configuration-change.ts';
import { Durability } from './durability.ts';
import { Forwards } from './forwards.ts';
import type { HostContext } from './host-context.ts';
import { Leaving } from './leaving.ts';
import { Liveness } from './liveness.ts';
import { OwnSession } from './own-session.ts';
import { ParticipantCalls } from './participant-calls.ts';
import { Participants } from './participants.ts';
import { ReadRounds } from './read-rounds.ts';
import { Reads } from './reads.ts';
import { Renewals } from './renewals.ts';
import { Requests } from './requests.ts';
import { SnapshotFetch } from './snapshot-fetch.ts';
import { TimerDuty } from './timer-duty.ts';
import { TimerBook } from './timers.ts';
import { Writability } from './writability.ts';

export interface HostPartsOptions {
  readonly machine: Machine;
  readonly disk: LogDisk;
  readonly autopilot: AutopilotPolicy;
  readonly bootNonce: string;
  readonly sendEnvelope: (envelope: Envelope) => void;
  readonly persisted: (token: Token) => void;
  readonly outcome: (request: Request, outcome: RequestOutcome) => void;
  readonly applied: (slot: Slot) => void;
  readonly snapshotEnded: (from: AgentId, installed: { store: StateStore; base: Base } | undefined) => void;
}

/** The parts of a host, put together. What they have in common (deadlines, leaderships, an end) is passed on here. */
export class HostParts {
  readonly machine: Machine;
  readonly durability: Durability;
  readonly applier: Applier;
  readonly appliedWaits = new AppliedWaits();
  readonly appliedQuorum: AppliedQuorum;
  readonly bundles: Bundles;
  readonly forwards: Forwards;
  readonly requests: Requests;
  readonly rounds: ReadRounds;
  readonly reads: Reads;
  readonly timers = new TimerBook();
  readonly renewals: Renewals;
  readonly timerDuty: TimerDuty;
  readonly ownSession: OwnSession;
  readonly liveness: Liveness;
  readonly writability: Writability;
  readonly participants: Participants;
  readonly participantCalls: ParticipantCalls;
  readonly autopilot: AutopilotDuty;
  readonly leaving: Leaving;
  readonly snapshots: SnapshotFetch;
  readonly hub: WatchHub;
  /** Watchers have to read on from the store, in a turn. */
  isPumpDue = false;

  constructor(context: HostContext, options: HostPartsOptions) {
    const { machine, disk, bootNonce } = options;
    const { ports, observer, config } = context;
    this.machine = machine;
    const { sendEnvelope, persisted } = options;
    this.durability = new Durability({ disk, ports, observer, send: sendEnvelope, persisted });
    this.liveness = new Liveness(context);
    this.writability = new Writability(context);
    this.appliedQuorum = new AppliedQuorum(context, () =>
      votersOf(context.replica.configuration).filter((agentId) => !this.liveness.isSuspect(agentId)),
    );
    this.bundles = new Bundles(context);
    this.forwards = new Forwards(context, this.bundles);
    this.requests = new Requests(context, this.appliedQuorum);
    this.rounds = new ReadRounds(context);
    const { rounds, appliedWaits, appliedQuorum, bundles, liveness, timers } = this;
    this.reads = new Reads(context, { rounds, appliedWaits, appliedQuorum });
    this.renewals = new Renewals(context, { rounds, timers, appliedWaits });
    this.timerDuty = new TimerDuty(context, { book: timers, bundles, machine });
    this.ownSession = new OwnSession(context, { requests: this.requests, renewals: this.renewals, bootNonce });
    this.participants = new Participants(context, { bundles, liveness });
    const { participants } = this;
    this.participantCalls = new ParticipantCalls(context, participants);
    this.autopilot = new AutopilotDuty(context, { policy: options.autopilot, liveness, participants, machine });
    this.leaving = new Leaving(context, { liveness, autopilot: this.autopilot });
    this.hub = new WatchHub(machine, {
      requestPump: () => {
        this.isPumpDue = true;
        context.wake();
      },
    });
    this.applier = new Applier({
      machine,
      ports,
      config,
      observer,
      hooks: {
        outcome: options.outcome,
        events: (events) => {
          this.timerDuty.observe(events);
          this.hub.publish(events);
        },
        applied: options.applied,
      },
    });
    this.snapshots = new SnapshotFetch(ports, options.snapshotEnded);
  }

  get isWaiting(): boolean {
    const { requests, forwards, bundles, reads, renewals, appliedQuorum, participants, participantCalls } = this;
    return (
      requests.isWaiting ||
      forwards.isWaiting ||
      bundles.isWaiting ||
      reads.isWaiting ||
      renewals.isWaiting ||
      appliedQuorum.isWaiting ||
      participants.isWaiting ||
      participantCalls.isWaiting ||
      this.leaving.isWaiting
    );
  }

  sweep(nowMs: number): void {
    this.requests.sweep(nowMs);
    this.forwards.sweep(nowMs);
    this.bundles.sweep(nowMs);
    this.reads.sweep(nowMs);
    this.renewals.sweep(nowMs);
    this.appliedQuorum.sweep(nowMs);
    this.participants.sweep(nowMs);
    this.participantCalls.sweep(nowMs);
  }

  /** This agent does not lead (any more): everything that counted on its leadership fails or looks for the next leader. */
  leadershipEnded(): void {
    this.timerDuty.leadershipEnded();
    this.rounds.fail();
    this.bundles.fail();
    this.participants.fail();
  }

  /** A ballot leads that did not before: what is in doubt is repeated there. */
  leadershipBegan(): void {
    this.forwards.giveUp();
    this.requests.repeatSent();
    this.reads.repeatSent();
    this.renewals.repeatSent();
    this.participantCalls.leaderChanged();
  }

  stop(): void {
    this.ownSession.stop();
    this.timerDuty.leadershipEnded();
    this.appliedQuorum.stop();
    this.appliedWaits.clear();
    this.rounds.clear();
    this.participants.clear();
    this.requests.failAll();
    this.reads.failAll();
    this.renewals.failAll();
    this.participantCalls.failAll();
    this.leaving.end();
    this.hub.close('this agent is shutting down');
  }
}
