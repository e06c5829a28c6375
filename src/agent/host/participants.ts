import { encodeConfiguration } from '../consensus/configuration.ts';
import type { ProposalFate } from '../consensus/io.ts';
import type { AgentId, Configuration, Slot } from '../consensus/types.ts';
import { done, failed, type Then } from './answer.ts';
import type { Bundles } from './bundles.ts';
import { CellError } from './cell-port.ts';
import {
  changedConfiguration,
  changeViolation,
  holdsAlready,
  newVoters,
  sameParticipants,
} from './configuration-change.ts';
import type { HostContext } from './host-context.ts';
import type { Liveness } from './liveness.ts';
import type { ParticipantChange } from './messages.ts';

export interface Changed {
  readonly epoch: number;
  readonly slot: Slot;
}

interface Job {
  readonly changes: readonly ParticipantChange[];
  /** 0: any. */
  readonly expectedEpoch: number;
  readonly deadlineMs: number;
  /** Undefined: this agent does not lead (any more) and nothing was proposed. */
  readonly then: (answer: Parameters<Then<Changed>>[0] | undefined) => void;
}

interface Current {
  readonly job: Job;
  readonly target: Configuration;
  readonly catchUpByMs: number;
  /** Empty until it is proposed. */
  requestId: string;
}

/**
 * The leader's side of changes of the configuration, one at a time: the pipeline is drained, whoever becomes a voter must
 * hold everything before the change durably, and only then is the entry proposed.
 */
export class Participants {
  #context: HostContext;
  #bundles: Bundles;
  #liveness: Liveness;
  #jobs: Job[] = [];
  #current: Current | undefined;

  constructor(context: HostContext, parts: { bundles: Bundles; liveness: Liveness }) {
    this.#context = context;
    this.#bundles = parts.bundles;
    this.#liveness = parts.liveness;
  }

  get isWaiting(): boolean {
    return this.#current !== undefined || this.#jobs.length > 0;
  }

  add(job: Job): void {
    this.#jobs.push(job);
    this.#context.wake();
    this.#context.watchDeadlines();
  }

  /** Once per turn while this agent is a ready leader. */
  flush(): void {
    while (this.#current === undefined && this.#jobs.length > 0) this.#begin(this.#jobs.shift() as Job);
    if (this.#current !== undefined && this.#current.requestId === '') this.#proceed(this.#current);
  }

  /** True when the entry was a configuration of this agent's. */
  fate(requestId: string, fate: ProposalFate): boolean {
    const current = this.#current;
    if (current === undefined || current.requestId !== requestId) return false;
    if (fate === 'busy') {
      this.#end(failed(new CellError('EPOCH_MOVED', 'the configuration changed while this change was under way')));
    } else if (fate === 'notLeader') this.#end(undefined);
    // Lost: a change of the voters ends the leadership that proposed it, so the entry itself tells what became of it.
    return true;
  }

  chosen(configuration: Configuration, slot: Slot): void {
    const current = this.#current;
    if (current === undefined || configuration.epoch < current.target.epoch) return;
    if (sameParticipants(configuration, current.target)) this.#end(done({ epoch: configuration.epoch, slot }));
    else this.#end(failed(epochMoved(configuration.epoch)));
  }

  /** Leadership ended. */
  fail(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    if (this.#current?.requestId === '') this.#end(undefined);
    for (const job of jobs) job.then(undefined);
  }

  sweep(nowMs: number): void {
    const current = this.#current;
    if (current !== undefined && current.requestId !== '' && nowMs >= current.job.deadlineMs) {
      const message = 'no majority has answered yet; the change may still happen';
      this.#end(failed(new CellError('OUTCOME_UNKNOWN', message, { effect: 'unknown' })));
    }
  }

  clear(): void {
    this.#jobs = [];
    this.#current = undefined;
  }

  #begin(job: Job): void {
    const { configuration, configurationSlot } = this.#context.replica;
    if (job.changes.length > 0 && holdsAlready(configuration, job.changes)) {
      job.then(done({ epoch: configuration.epoch, slot: configurationSlot }));
      return;
    }
    if (job.expectedEpoch !== 0 && job.expectedEpoch !== configuration.epoch) {
      job.then(failed(epochMoved(configuration.epoch)));
      return;
    }
    const violation = changeViolation(configuration, job.changes, (agentId) => this.#isLive(agentId));
    if (violation !== undefined) {
      job.then(failed(violation));
      return;
    }
    const catchUpByMs = this.#context.ports.nowMs() + 2 * this.#context.config.consensus.electionMaxMs;
    const target = changedConfiguration(configuration, job.changes);
    this.#current = { job, target, catchUpByMs, requestId: '' };
    this.#bundles.isHeld = true;
    this.#context.watchDeadlines();
  }

  #proceed(current: Current): void {
    if (this.#bundles.inFlight > 0) return;
    const { replica } = this.#context;
    const through = new Map(replica.progress().map((progress) => [progress.agentId, progress.through]));
    const behind = newVoters(replica.configuration, current.target).filter(
      (agentId) => agentId !== this.#context.agentId && (through.get(agentId) ?? 0) < replica.chosenThrough,
    );
    if (behind.length > 0) {
      if (this.#context.ports.nowMs() < current.catchUpByMs) return;
      this.#end(failed(new CellError('CHANGE_REFUSED', `not caught up yet: ${behind.join(', ')}`)));
      return;
    }
    current.requestId = this.#context.nextCallId();
    const stampMs = Math.floor(this.#context.ports.wallMs());
    const payload = encodeConfiguration(current.target);
    const entry = { kind: 'configuration', stampMs, requestId: current.requestId, payload } as const;
    this.#context.feed({ kind: 'propose', entries: [entry] });
  }

  #isLive(agentId: AgentId): boolean {
    if (agentId === this.#context.agentId) return true;
    const isHeard = this.#liveness.silentMs(agentId) < this.#context.config.silentAfterMs;
    return isHeard && !this.#liveness.isSuspect(agentId);
  }

  #end(answer: Parameters<Then<Changed>>[0] | undefined): void {
    const current = this.#current;
    this.#current = undefined;
    this.#bundles.isHeld = false;
    this.#context.wake();
    current?.job.then(answer);
  }
}

function epochMoved(epoch: number): CellError {
  return new CellError('EPOCH_MOVED', `the configuration has epoch ${epoch} by now; look again and decide anew`);
}
