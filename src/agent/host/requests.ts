import type { ProposalFate } from '../consensus/io.ts';
import type { Command, Request } from '../machine/commands.ts';
import type { RequestOutcome, Result } from '../machine/results.ts';
import { failed, type Then } from './answer.ts';
import type { AppliedQuorum } from './applied-quorum.ts';
import { CellError, type WriteOptions, type WriteOutcome } from './cell-port.ts';
import { digestOf } from './digest.ts';
import type { HostContext } from './host-context.ts';
import { ParkedWrites } from './parked-writes.ts';
import { PendingWrite, type Waiter, type WhatToWrite } from './pending-write.ts';
import { WriteAnswers } from './write-answers.ts';
import { refusalError, sessionNeeded, unknownError } from './write-errors.ts';
import { WriteRegistry } from './write-registry.ts';

const NOTHING_TO_CANCEL = (): void => {};

/**
 * The writes that clients of this agent wait for, by their place in a session. A write is sent to the leader, repeated
 * under the same sequence whenever its fate is in doubt, and answered once this agent has applied it.
 */
export class Requests {
  #context: HostContext;
  #answers: WriteAnswers;
  #pending = new WriteRegistry();
  #parked = new ParkedWrites();
  #queue: PendingWrite[] = [];
  #ownSessionId: string | undefined;
  #ownSequence = 0;
  #repeatMs: number;

  constructor(context: HostContext, appliedQuorum: AppliedQuorum) {
    this.#context = context;
    this.#answers = new WriteAnswers(context, appliedQuorum);
    this.#repeatMs = context.config.retryMs * REPEAT_FACTOR;
  }

  /** Writes that are not answered yet. */
  get count(): number {
    return this.#pending.count + this.#parked.count;
  }

  get isWaiting(): boolean {
    return this.count > 0;
  }

  /** Returns a function that ends the wait. */
  write(command: Command, options: Omit<WriteOptions, 'signal'>, then: Then<WriteOutcome>): () => void {
    const nowMs = this.#context.ports.nowMs();
    const waiter: Waiter = {
      quorum: options.quorum,
      startedMs: nowMs,
      deadlineMs: nowMs + options.timeoutMs,
      sendByMs: nowMs + Math.min(options.timeoutMs, this.#context.config.writeWaitMs),
      write: undefined,
      then,
    };
    const refusal = this.#admit(command, options, waiter);
    if (refusal !== undefined) {
      this.#context.ports.soon(() => then(failed(refusal)));
      return NOTHING_TO_CANCEL;
    }
    this.#context.wake();
    this.#context.watchDeadlines();
    return () => this.#cancel(waiter);
  }

  /** A command that is idempotent by itself and is repeated until it has an answer. */
  writeRepeatedly(command: Command, then: Then<WriteOutcome>): void {
    const startedMs = this.#context.ports.nowMs();
    const waiter: Waiter = {
      quorum: 'majority',
      startedMs,
      deadlineMs: Infinity,
      sendByMs: Infinity,
      write: undefined,
      then,
    };
    const digest = digestOf(command);
    const existing = this.#pending.find('', digest);
    if (existing !== undefined) {
      existing.join(waiter);
      return;
    }
    const write = this.#create({ command, isOwn: false, isRepeatable: true }, waiter);
    write.requests = [{ sessionId: '', sequence: 0, ackedBelow: 0, digest, command }];
    this.#pending.add('', digest, write);
    this.#enqueue(write);
    this.#context.wake();
  }

  /** The agent's own session is open: what waited for it goes on. */
  openOwn(sessionId: string): void {
    this.#ownSessionId = sessionId;
    this.#ownSequence = 0;
    this.#unpark();
    this.#context.wake();
  }

  /**
   * It has ended. What was sent under it may or may not have happened, and repeating it under another session could make
   * it happen twice; what was never sent moves on to the next session.
   */
  endOwn(): void {
    const sessionId = this.#ownSessionId;
    if (sessionId === undefined) return;
    this.#ownSessionId = undefined;
    for (const write of this.#pending.ofSession(sessionId)) {
      this.#pending.remove(write);
      if (write.mayTakeEffect) {
        this.#answers.fail(write, () => unknownError('the session of this agent ended while the write was on its way'));
        continue;
      }
      const { command, asSessionId } = write;
      const moved = this.#create({ command, asSessionId, isOwn: true, isRepeatable: false }, ...write.waiters);
      write.isDone = true;
      this.#park(moved);
    }
  }

  /** What was assigned to it goes on; nothing new is: the agent is about to end it. */
  closeOwn(): void {
    this.#ownSessionId = undefined;
  }

  /** Writes that may leave now, in the order in which they came. What cannot leave is given back by `giveBack`. */
  takeQueued(nowMs: number): PendingWrite[] {
    this.#unpark();
    if (this.#queue.length === 0) return this.#queue;
    const ready: PendingWrite[] = [];
    const later: PendingWrite[] = [];
    for (const write of this.#queue) {
      if (write.isDone) continue;
      if (write.notBeforeMs > nowMs) later.push(write);
      else ready.push(write);
    }
    this.#queue = later;
    if (later.length > 0) this.#context.watchDeadlines();
    return ready;
  }

  giveBack(writes: readonly PendingWrite[], blockedBy: 'leader' | 'room'): void {
    for (const write of writes) write.blockedBy = blockedBy;
    this.#queue = this.#queue.length === 0 ? [...writes] : [...writes, ...this.#queue];
  }

  /** Whether the command went into an entry or a forwarded call, and what became of that. */
  fate(write: PendingWrite, fate: ProposalFate): void {
    if (write.isDone) return;
    switch (fate) {
      case 'proposed':
        write.state = 'sent';
        write.isUncertain = true;
        if (write.callId === '') write.sends += 1;
        return;
      case 'lost':
        write.isUncertain = true;
        this.#requeue(write, 'leader', 0);
        return;
      case 'notLeader':
        this.#requeue(write, 'leader', this.#context.config.consensus.heartbeatMs);
        return;
      case 'busy':
        this.#requeue(write, 'room', BUSY_PAUSE_MS);
        return;
    }
  }

  /** Another ballot leads: everything on its way is repeated there, under the same sequence. */
  repeatSent(): void {
    for (const write of this.#pending.all()) {
      if (write.state !== 'sent') continue;
      write.isUncertain = true;
      this.#requeue(write, 'leader', 0);
    }
  }

  /**
   * An outcome of an applied entry, whoever sent it. Another command may claim the same place through another agent; the
   * machine refuses the later of the two, and each waits for the outcome that is its own.
   */
  applied(outcome: RequestOutcome, digest: number): void {
    const { sessionId, sequence } = outcome;
    const write = this.#pending.find(sessionId, sessionId === '' ? digest : sequence);
    if (write !== undefined && write.request.digest === digest) this.#resolve(write, outcome.result);
  }

  /**
   * A snapshot skipped slots: the answers of what happened in them are in the records. A write that was sent and left no
   * record may have happened with its record trimmed since.
   */
  skipped(storedReply: (request: Request) => Result | undefined): void {
    for (const write of this.#pending.all()) {
      if (write.isRepeatable) {
        if (write.state === 'sent') this.#requeue(write, 'leader', 0);
        continue;
      }
      const reply = storedReply(write.request);
      if (reply !== undefined) this.#resolve(write, reply);
      else if (write.mayTakeEffect) {
        this.#pending.remove(write);
        this.#answers.fail(write, () => unknownError('this agent received a snapshot that covers the write'));
      }
    }
  }

  sweep(nowMs: number): void {
    for (const write of this.#pending.all()) this.#expire(write, nowMs);
    this.#parked.sweep((write) => this.#expire(write, nowMs));
  }

  failAll(): void {
    for (const write of this.#pending.all()) this.#answers.shutDown(write);
    for (const write of this.#parked.takeAll()) this.#answers.shutDown(write);
    this.#pending.clear();
    this.#queue = [];
  }

  #admit(command: Command, { session, asSessionId }: WriteOptions, waiter: Waiter): CellError | undefined {
    const { queuedRequestsMax, queuedBytesMax, consensus } = this.#context.config;
    const refusal = (session?.id ?? asSessionId) === undefined ? sessionNeeded(command) : undefined;
    if (refusal !== undefined) return refusal;
    if (session !== undefined) {
      const existing = this.#pending.find(session.id, session.sequence);
      if (existing !== undefined) {
        if (existing.request.digest !== digestOf(command, asSessionId)) {
          return new CellError('SEQUENCE_REUSED', `sequence ${session.sequence} is in use for another command`);
        }
        existing.join(waiter);
        return undefined;
      }
    }
    const sizeBytes = this.#pending.sizeBytes + this.#parked.sizeBytes;
    if (this.count >= queuedRequestsMax || sizeBytes >= queuedBytesMax) {
      return new CellError('OVERLOADED', 'this agent has no room for more writes; try again in a moment');
    }
    const isOwn = session === undefined;
    const write = this.#create({ command, asSessionId, isOwn, isRepeatable: false }, waiter);
    if (write.sizeBytes > consensus.acceptMaxBytes) {
      return new CellError('LIMIT_EXCEEDED', `a request has at most ${consensus.acceptMaxBytes} bytes`);
    }
    if (session === undefined) {
      if (this.#hasOwnPlace()) this.#assignOwn(write);
      else this.#park(write);
      return undefined;
    }
    write.place(session.id, session.sequence, session.ackedBelow);
    this.#pending.add(session.id, session.sequence, write);
    this.#enqueue(write);
    return undefined;
  }

  #create(what: WhatToWrite, ...waiters: Waiter[]): PendingWrite {
    const write = new PendingWrite({ ...what, queuedMs: this.#context.ports.nowMs(), onFate: this.#onFate });
    for (const waiter of waiters) write.join(waiter);
    return write;
  }

  #onFate = (write: PendingWrite, fate: ProposalFate): void => this.fate(write, fate);

  #park(write: PendingWrite): void {
    write.state = 'parked';
    write.blockedBy = this.#ownSessionId === undefined ? 'session' : 'room';
    this.#parked.add(write);
    this.#context.watchDeadlines();
  }

  #unpark(): void {
    this.#parked.release(
      () => this.#hasOwnPlace(),
      (write) => this.#assignOwn(write),
    );
  }

  /** The machine keeps so many replies of a session at most: one slow write must not make later ones fail. */
  #hasOwnPlace(): boolean {
    if (this.#ownSessionId === undefined) return false;
    const lowest = this.#pending.lowest(this.#ownSessionId) ?? this.#ownSequence + 1;
    return this.#ownSequence + 1 - lowest < OWN_SEQUENCES_MAX;
  }

  #assignOwn(write: PendingWrite): void {
    const sessionId = this.#ownSessionId as string;
    this.#ownSequence += 1;
    const sequence = this.#ownSequence;
    this.#pending.add(sessionId, sequence, write);
    const ackedBelow = this.#pending.lowest(sessionId) ?? sequence;
    write.place(sessionId, sequence, ackedBelow);
    this.#enqueue(write);
  }

  #enqueue(write: PendingWrite): void {
    write.state = 'queued';
    write.callId = '';
    write.blockedBy = 'leader';
    this.#queue.push(write);
  }

  #requeue(write: PendingWrite, blockedBy: 'leader' | 'room', pauseMs: number): void {
    this.#enqueue(write);
    write.blockedBy = blockedBy;
    write.notBeforeMs = pauseMs === 0 ? 0 : this.#context.ports.nowMs() + pauseMs;
    this.#context.watchDeadlines();
    this.#context.wake();
  }

  #resolve(write: PendingWrite, result: Result): void {
    this.#pending.remove(write);
    if (result.kind === 'refused') this.#answers.fail(write, () => refusalError(result, write));
    else this.#answers.succeed(write, result);
  }

  #expire(write: PendingWrite, nowMs: number): void {
    if (!this.#answers.expire(write, nowMs)) {
      this.#abandon(write);
    } else if (write.state === 'sent' && write.callId !== '' && nowMs - write.sentMs > this.#repeatMs) {
      write.isUncertain = true;
      this.#requeue(write, 'leader', 0);
    }
  }

  #cancel(waiter: Waiter): void {
    this.#answers.cancel(waiter);
    const { write } = waiter;
    // Said to be not done, it must not be sent any more.
    if (write === undefined || write.mayTakeEffect || write.waiters.some(({ then }) => then !== undefined)) return;
    this.#abandon(write);
  }

  #abandon(write: PendingWrite): void {
    if (write.isDone) return;
    write.isDone = true;
    if (write.state !== 'parked') this.#pending.remove(write);
  }
}

/** A leader that had no room is asked again after so long. */
const BUSY_PAUSE_MS = 10;

/** Well below the machine's limit of unacknowledged replies of a session. */
const OWN_SEQUENCES_MAX = 8_192;

/**
 * A write that the leader says it proposed needs no repeat while that leadership lasts, and its end is noticed. Should the
 * notice be missed, the write is repeated after this many retry times.
 */
const REPEAT_FACTOR = 8;
