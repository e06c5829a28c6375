import { Barrier, type BarrierState, type ListBarriersOptions, listBarriers } from './barrier.ts';
import { Counter, type Limit, listLimits, type SetLimitOptions, setLimit } from './counter.ts';
import {
  Election,
  type ElectionOptions,
  type ElectionState,
  type ListElectionsOptions,
  listElections,
} from './election.ts';
import { Lock, type LockOptions } from './lock.ts';
import { type Released, type ReleaseOptions, releaseLock } from './lock-calls.ts';
import {
  type ForceReleaseOptions,
  forceReleaseLock,
  type ListLocksOptions,
  type LockState,
  type Locks,
  listLocks,
  watchLock,
} from './locks.ts';
import { type OnceOptions, type OnceResult, type OnceWork, once } from './once.ts';
import { OnceWorks } from './once-works.ts';
import type { ClientParts } from './parts.ts';
import {
  type ListProposalsOptions,
  listProposals,
  Proposal,
  type ProposalResult,
  type Proposals,
  type ProposeOptions,
  propose,
  type VoteOptions,
} from './proposal.ts';
import { Queue, type QueueOptions } from './queue.ts';
import { type ListQueuesOptions, listQueues, type QueueState } from './queue-states.ts';
import type { Session } from './session.ts';
import type { CallOptions, ReadQuorum, Value } from './types.ts';
import type { Work } from './work.ts';

/** The tools of a client for programs that must agree. */
export class Coordination {
  /** Work that is done once, as people look after it. */
  readonly onceWork: OnceWorks;
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.onceWork = new OnceWorks(parts);
  }

  /**
   * A lock, or the locks above a path: every prefix that ends in a segment `_lockable`. Nothing is sent before it is
   * acquired. By default it is held in the session of this client's own writes; a session counts as one, so tasks of a
   * program that must exclude each other give sessions of their own.
   */
  lock(path: string, options: LockOptions = {}): Lock {
    return new Lock(this.#parts, path, options);
  }

  /** The locks whose path begins with `prefix`, their queues, and who waits for whom. */
  locks(options: ListLocksOptions = {}): Promise<Locks> {
    return listLocks(this.#parts.caller, options);
  }

  /** How a lock stands, now and whenever that changes, for as long as somebody iterates. */
  watchLock(path: string, options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<LockState, void> {
    return watchLock(this.#parts.caller, path, options.signal);
  }

  /** An operator takes a lock from whoever holds it, or ends its delay; who and why is recorded. */
  forceReleaseLock(path: string, options: ForceReleaseOptions): Promise<void> {
    return forceReleaseLock(this.#parts.writer, path, options);
  }

  /** Gives back what this session acquired for exactly this path last, without having the `HeldLock` at hand. */
  releaseLock(path: string, options: ReleaseOptions): Promise<Released> {
    return releaseLock(this.#parts.writer, path, 0, options);
  }

  /** A key that holds a number, to add to and subtract from. */
  counter(key: string): Counter {
    return new Counter(this.#parts.writer, key);
  }

  /** What the cell may have of locks, waiters, barriers and so on. */
  limits(options: CallOptions & { readonly quorum?: ReadQuorum } = {}): Promise<readonly Limit[]> {
    return listLimits(this.#parts.caller, options);
  }

  /** Changes a limit for the whole cell; 0: unlimited. */
  setLimit(name: string, limit: number, options: SetLimitOptions): Promise<void> {
    return setLimit(this.#parts.writer, name, limit, options);
  }

  /** One elected candidate at a time, in the session of this client's own writes or in the one that is given. */
  election(path: string, options: ElectionOptions = {}): Election {
    return new Election(this.#parts, path, options);
  }

  /** The elections whose path begins with `prefix`, their winners and who is in line. */
  elections(
    options: ListElectionsOptions = {},
  ): Promise<{ readonly elections: readonly ElectionState[]; readonly slot: number }> {
    return listElections(this.#parts.caller, options);
  }

  /** Holds its members until enough of them have arrived. By default this client takes part in the session of its own writes. */
  barrier(path: string, options: { readonly session?: Session } = {}): Barrier {
    return new Barrier(this.#parts, path, options.session);
  }

  /** The barriers whose path begins with `prefix`, and who takes part. */
  barriers(
    options: ListBarriersOptions = {},
  ): Promise<{ readonly barriers: readonly BarrierState[]; readonly slot: number }> {
    return listBarriers(this.#parts.caller, options);
  }

  /**
   * A value for a key, written when enough of the electorate are for it: with the vote that decides it, and only then.
   * Resolves as soon as the proposal stands; `decided` waits for the decision.
   */
  propose(path: string, value: Value, options: ProposeOptions = {}): Promise<Proposal> {
    return propose(this.#parts, path, value, options);
  }

  /** A proposal of anybody. Nothing is sent before it is asked something. */
  proposal(number: number): Proposal {
    return new Proposal(this.#parts, number, undefined);
  }

  /** @throws SynodError NOT_A_VOTER, ALREADY_VOTED, PROPOSAL_CLOSED, PROPOSAL_UNKNOWN */
  vote(proposal: number, isFor: boolean, options: VoteOptions = {}): Promise<ProposalResult> {
    return this.proposal(proposal).vote(isFor, options);
  }

  /** Proposals and their votes, newest first; those that are decided as far as they are remembered. */
  proposals(options: ListProposalsOptions = {}): Promise<Proposals> {
    return listProposals(this.#parts.caller, options);
  }

  /**
   * Does the work that `path` names, unless it was done: then its recorded result is the answer. Waits while somebody else
   * does it. What `work` returns is recorded; when it throws, the work can be claimed anew at once.
   * @throws what `work` throws; SynodError ONCE_UNRESOLVED when a person has to say what became of it, ONCE_CLAIMED when time
   * is up, ONCE_LOST when the claim had ended before the result was recorded, CANCELLED
   */
  once(path: string, work: Work<OnceWork>, options: OnceOptions): Promise<OnceResult> {
    return once(this.#parts, path, work, options);
  }

  /** Entries that workers claim, do, and report, each after what it depends on. Nothing is sent before it is asked something. */
  queue(path: string, options: QueueOptions = {}): Queue {
    return new Queue(this.#parts, path, options);
  }

  /** The queues whose path begins with `prefix`, and how many entries are in which state. */
  queues(options: ListQueuesOptions = {}): Promise<{ readonly queues: readonly QueueState[]; readonly slot: number }> {
    return listQueues(this.#parts.caller, options);
  }
}
