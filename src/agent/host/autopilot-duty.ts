import type { Slot } from '../consensus/types.ts';
import type { Machine } from '../machine/machine.ts';
import { PINS } from '../machine/system-records.ts';
import type { AutopilotParticipant, AutopilotPolicy, AutopilotView } from './autopilot-view.ts';
import type { HostContext } from './host-context.ts';
import type { Liveness } from './liveness.ts';
import type { Participants } from './participants.ts';

/** A leader's duty: asks the policy now and then whether the voters should change, and has the change made. */
export class AutopilotDuty {
  #context: HostContext;
  #policy: AutopilotPolicy;
  #liveness: Liveness;
  #participants: Participants;
  #machine: Machine;
  #lastMs = -Infinity;
  /** How far the journal was chosen when the policy was asked last: who holds that durably is caught up. */
  #chosenBefore: Slot = 0;
  isLeaving = false;

  constructor(
    context: HostContext,
    parts: { policy: AutopilotPolicy; liveness: Liveness; participants: Participants; machine: Machine },
  ) {
    this.#context = context;
    this.#policy = parts.policy;
    this.#liveness = parts.liveness;
    this.#participants = parts.participants;
    this.#machine = parts.machine;
  }

  /** Something changed that the policy may act on: it is asked at the next occasion. */
  hurry(): void {
    this.#lastMs = -Infinity;
  }

  run(): void {
    const nowMs = this.#context.ports.nowMs();
    if (!this.#context.isReadyLeader || nowMs - this.#lastMs < this.#context.config.autopilotMs) return;
    this.#lastMs = nowMs;
    const view = this.#view();
    this.#chosenBefore = this.#context.replica.chosenThrough;
    if (this.#participants.isWaiting) return;
    const changes = this.#policy(view);
    if (changes === undefined || changes.length === 0) return;
    const expectedEpoch = this.#context.replica.configuration.epoch;
    this.#context.observer.note('info', 'the autopilot changes the participants', { changes });
    this.#participants.add({
      changes,
      expectedEpoch,
      deadlineMs: nowMs + this.#context.config.changeWaitMs,
      then: (answer) => {
        if (answer === undefined || answer.ok) return;
        this.#context.observer.note('info', `the change of the autopilot was not made: ${answer.error.message}`);
      },
    });
  }

  #view(): AutopilotView {
    const { agentId: self, config, replica } = this.#context;
    const progress = new Map(replica.progress().map((entry) => [entry.agentId, entry]));
    const participants = replica.configuration.participants.map(({ agentId, role }): AutopilotParticipant => {
      const isSelf = agentId === self;
      return {
        agentId,
        role,
        pin: PINS.read(this.#machine, agentId)?.pin ?? 'none',
        suspect: !isSelf && this.#liveness.isSuspect(agentId),
        suspectForMs: isSelf ? 0 : this.#liveness.suspectForMs(agentId),
        silentMs: this.#liveness.silentMs(agentId),
        caughtUp: isSelf || (progress.get(agentId)?.through ?? 0) >= this.#chosenBefore,
      };
    });
    return {
      self,
      mode: config.autopilotMode,
      votersMax: config.votersMax,
      evictAfterMs: config.evictAfterMs,
      electionTimeoutMs: config.consensus.electionMaxMs,
      participants,
      leaving: this.isLeaving,
    };
  }
}
