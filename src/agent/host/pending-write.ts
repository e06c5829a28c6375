import type { ProposalFate } from '../consensus/io.ts';
import type { Command, Request } from '../machine/commands.ts';
import type { Then } from './answer.ts';
import type { WriteOutcome } from './cell-port.ts';
import { acting } from './codec.ts';
import { digestOf } from './digest.ts';
import { sizeOf } from './request-size.ts';

/** What is packed into bundles and never split: one local request, or all requests of one forwarded call. */
export interface Unit {
  readonly requests: readonly Request[];
  /** At least what the requests take in a bundle. */
  readonly sizeBytes: number;
  /** False: nobody waits for it any more and it was never sent; it must not be proposed. */
  readonly isWanted: boolean;
  readonly queuedMs: number;
  /** Somebody here waits until every voter has applied it. */
  readonly isAwaitedByAll: boolean;
  /** True: the replica has it, and may propose it whenever it likes. False: it gave it back, and never will. */
  markSent(isSent: boolean): void;
  fate(fate: ProposalFate): void;
}

export interface Waiter {
  readonly quorum: 'majority' | 'all';
  readonly startedMs: number;
  /** The call's own limit. */
  readonly deadlineMs: number;
  /** While it was never sent to anyone, it waits no longer than this. */
  readonly sendByMs: number;
  /** What it waits for now; a write that was never sent moves to the next session of the agent as another one. */
  write: PendingWrite | undefined;
  then: Then<WriteOutcome> | undefined;
}

export type WriteState =
  /** Waits for the agent's own session. */
  | 'parked'
  /** Waits for a leader or for room. */
  | 'queued'
  /** In a forwarded call or an entry whose fate is not known yet. */
  | 'sent';

export interface WhatToWrite {
  readonly command: Command;
  /** Absent: in the name of the session that its place is in. */
  readonly asSessionId?: string | undefined;
  /** Its place is in the agent's own session. */
  readonly isOwn: boolean;
  readonly isRepeatable: boolean;
}

/** A write that clients of this agent wait for. */
export class PendingWrite implements Unit {
  /** Exactly one, as soon as it is not parked. */
  requests: readonly Request[] = [];
  readonly command: Command;
  readonly asSessionId: string | undefined;
  readonly sizeBytes: number;
  readonly isOwn: boolean;
  /** Idempotent by itself: it may be repeated for ever, and a snapshot that skips it changes nothing. */
  readonly isRepeatable: boolean;
  readonly queuedMs: number;
  readonly waiters: Waiter[] = [];
  state: WriteState = 'parked';
  /** Why it is not sent: said when its time is up. */
  blockedBy: 'leader' | 'room' | 'session' = 'leader';
  /** It left for a leader at least once without a definite refusal: it may take effect. */
  isUncertain = false;
  sends = 0;
  sentMs = 0;
  /** Empty, or the forwarded call that carries it now. */
  callId = '';
  notBeforeMs = 0;
  isDone = false;
  #onFate: (write: PendingWrite, fate: ProposalFate) => void;

  constructor(options: WhatToWrite & { queuedMs: number; onFate: (write: PendingWrite, fate: ProposalFate) => void }) {
    this.command = options.command;
    this.asSessionId = options.asSessionId;
    this.sizeBytes = sizeOf(options.command, options.asSessionId);
    this.isOwn = options.isOwn;
    this.isRepeatable = options.isRepeatable;
    this.queuedMs = options.queuedMs;
    this.#onFate = options.onFate;
  }

  get isAwaitedByAll(): boolean {
    return this.waiters.some(({ quorum, then }) => quorum === 'all' && then !== undefined);
  }

  get request(): Request {
    const request = this.requests[0];
    if (request === undefined) throw new Error('a parked write has no request yet');
    return request;
  }

  place(sessionId: string, sequence: number, ackedBelow: number): void {
    const { command, asSessionId } = this;
    const digest = digestOf(command, asSessionId);
    this.requests = [{ sessionId, sequence, ackedBelow, digest, command, ...acting(asSessionId) }];
  }

  get isWanted(): boolean {
    return !this.isDone;
  }

  /** What a failure must say of the data. */
  get mayTakeEffect(): boolean {
    return this.isUncertain || this.state === 'sent';
  }

  join(waiter: Waiter): void {
    waiter.write = this;
    this.waiters.push(waiter);
  }

  markSent(isSent: boolean): void {
    this.state = isSent ? 'sent' : 'queued';
  }

  fate(fate: ProposalFate): void {
    this.#onFate(this, fate);
  }
}
