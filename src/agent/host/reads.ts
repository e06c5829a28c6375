import type { Slot } from '../consensus/types.ts';
import { done, failed, type Then } from './answer.ts';
import type { AppliedQuorum } from './applied-quorum.ts';
import type { AppliedWait, AppliedWaits } from './applied-waits.ts';
import { CellError, type ReadBarrierOptions } from './cell-port.ts';
import type { HostContext } from './host-context.ts';
import { LeaderQueue } from './leader-queue.ts';
import type { ReadRounds } from './read-rounds.ts';

interface Read {
  readonly quorum: ReadBarrierOptions['quorum'];
  readonly minSlot: Slot;
  readonly startedMs: number;
  readonly deadlineMs: number;
  /** How far it has come, for the message when its time is up. */
  stage: 'leader' | 'majority' | 'applied' | 'voters';
  wait: AppliedWait | undefined;
  then: Then<Slot> | undefined;
}

/**
 * Waits until a read may be answered from the state of this agent. LOCAL: it has applied what the client has seen.
 * MAJORITY: it has applied everything that was chosen when the read was asked (read index). ALL: so has every voter.
 */
export class Reads {
  #context: HostContext;
  #rounds: ReadRounds;
  #appliedWaits: AppliedWaits;
  #appliedQuorum: AppliedQuorum;
  #open = new Set<Read>();
  /** Wait for a round of the leader. */
  readonly #queue: LeaderQueue<Read>;

  constructor(
    context: HostContext,
    parts: { rounds: ReadRounds; appliedWaits: AppliedWaits; appliedQuorum: AppliedQuorum },
  ) {
    this.#context = context;
    this.#queue = new LeaderQueue(context);
    this.#rounds = parts.rounds;
    this.#appliedWaits = parts.appliedWaits;
    this.#appliedQuorum = parts.appliedQuorum;
  }

  get isWaiting(): boolean {
    return this.#open.size > 0 || !this.#queue.isEmpty;
  }

  /** Returns a function that ends the wait. */
  barrier(options: Omit<ReadBarrierOptions, 'signal'>, then: Then<Slot>): () => void {
    const startedMs = this.#context.ports.nowMs();
    const { quorum, minSlot, timeoutMs } = options;
    const deadlineMs = startedMs + timeoutMs;
    const read: Read = { quorum, minSlot, startedMs, deadlineMs, stage: 'leader', wait: undefined, then };
    if (quorum === 'local' && this.#context.applied >= minSlot) {
      this.#context.ports.soon(() => this.#answer(read, done(this.#context.applied)));
      return () => this.#cancel(read);
    }
    if (this.#open.size >= this.#context.config.queuedRequestsMax) {
      const error = new CellError('OVERLOADED', 'this agent has no room for more reads; try again in a moment');
      this.#context.ports.soon(() => this.#answer(read, failed(error)));
      return () => this.#cancel(read);
    }
    this.#open.add(read);
    this.#context.watchDeadlines();
    if (quorum === 'local') this.#awaitApplied(read, minSlot);
    else {
      this.#queue.add(read);
      this.#context.wake();
    }
    return () => this.#cancel(read);
  }

  /** Ends a turn: all majority reads of it share one round. */
  flush(): void {
    const { leader } = this.#queue;
    if (leader === this.#context.agentId) {
      if (!this.#context.isReadyLeader) return;
      const reads = this.#takeQueued();
      this.#rounds.ask((slot) => this.#settle(reads, slot));
    } else if (leader !== undefined && this.#queue.canPassOn) {
      this.#context.send(leader, { kind: 'readIndex', callId: this.#queue.passOn(this.#takeQueued()) });
    }
  }

  answered(callId: string, ok: boolean, slot: Slot): void {
    const reads = this.#queue.answered(callId);
    if (reads === undefined) return;
    this.#settle(reads, ok ? slot : undefined);
    this.#context.wake();
  }

  /** Another ballot leads. */
  repeatSent(): void {
    this.#queue.repeatSent();
  }

  sweep(nowMs: number): void {
    this.#queue.sweep(nowMs);
    for (const read of this.#open) {
      if (nowMs >= read.deadlineMs && read.stage !== 'voters') this.#answer(read, failed(this.#lateError(read)));
    }
    this.#queue.forgetAnswered();
  }

  failAll(): void {
    const error = () => new CellError('SHUTTING_DOWN', 'this agent is shutting down');
    for (const read of [...this.#open]) this.#answer(read, failed(error()));
    this.#queue.clear();
  }

  #takeQueued(): Read[] {
    const reads = this.#queue.take();
    for (const read of reads) read.stage = 'majority';
    return reads;
  }

  #settle(reads: readonly Read[], slot: Slot | undefined): void {
    if (slot === undefined) {
      this.#queue.again(reads);
      return;
    }
    for (const read of reads) if (read.then !== undefined) this.#awaitApplied(read, Math.max(slot, read.minSlot));
  }

  #awaitApplied(read: Read, slot: Slot): void {
    read.stage = 'applied';
    if (this.#context.applied >= slot) this.#appliedHere(read, slot);
    else read.wait = this.#appliedWaits.add(slot, () => this.#appliedHere(read, slot));
  }

  #appliedHere(read: Read, slot: Slot): void {
    if (read.then === undefined) return;
    if (read.quorum !== 'all') {
      this.#answer(read, done(this.#context.applied));
      return;
    }
    read.stage = 'voters';
    this.#appliedQuorum.awaitAllVoters(slot, read.deadlineMs, (notAppliedBy) => {
      if (notAppliedBy.length === 0) this.#answer(read, done(this.#context.applied));
      else {
        const names = notAppliedBy.join(', ');
        this.#answer(read, failed(new CellError('TIMEOUT', `voters that have not applied slot ${slot} yet: ${names}`)));
      }
    });
  }

  #lateError(read: Read): CellError {
    if (read.stage === 'applied') {
      return new CellError('TIMEOUT', `this agent has applied ${this.#context.applied} and not caught up in time`);
    }
    if (this.#context.replica.leader === undefined) {
      return new CellError('NO_MAJORITY', 'there is no leader: a majority of the voters does not answer');
    }
    return new CellError('TIMEOUT', 'the leader did not confirm the read in time');
  }

  #cancel(read: Read): void {
    this.#answer(read, failed(new CellError('CANCELLED', 'the caller gave up')));
  }

  #answer(read: Read, answer: Parameters<Then<Slot>>[0]): void {
    const then = read.then;
    if (then === undefined) return;
    read.then = undefined;
    if (read.wait !== undefined) this.#appliedWaits.cancel(read.wait);
    this.#open.delete(read);
    this.#context.observer.readAnswered(this.#context.ports.nowMs() - read.startedMs, answer.ok);
    then(answer);
  }
}
