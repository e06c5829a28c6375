import type { WriteResult } from '../machine/results.ts';
import { type Answer, done, failed } from './answer.ts';
import type { AppliedQuorum } from './applied-quorum.ts';
import { CellError, type WriteOutcome } from './cell-port.ts';
import type { HostContext } from './host-context.ts';
import type { PendingWrite, Waiter } from './pending-write.ts';
import { unknownError, unsentError } from './write-errors.ts';

const NOBODY: readonly string[] = [];

/** What the callers that wait for a write are told. Each of them is answered once. */
export class WriteAnswers {
  #context: HostContext;
  #appliedQuorum: AppliedQuorum;

  constructor(context: HostContext, appliedQuorum: AppliedQuorum) {
    this.#context = context;
    this.#appliedQuorum = appliedQuorum;
  }

  /** Applied here; for quorum ALL it must first be applied by the other voters that are not suspect. */
  succeed(write: PendingWrite, result: WriteResult): void {
    write.isDone = true;
    for (const waiter of write.waiters) {
      if (waiter.then === undefined) continue;
      if (waiter.quorum === 'majority') this.answer(waiter, done({ result, notAppliedBy: NOBODY }));
      else {
        this.#appliedQuorum.awaitLiveVoters(result.slot, this.#context.config.allWaitMs, (notAppliedBy) =>
          this.answer(waiter, done({ result, notAppliedBy })),
        );
      }
    }
  }

  /** Every caller gets an error of its own: each may add to its stack. */
  fail(write: PendingWrite, error: () => CellError): void {
    write.isDone = true;
    for (const waiter of write.waiters) if (waiter.then !== undefined) this.answer(waiter, failed(error()));
  }

  shutDown(write: PendingWrite): void {
    const effect = write.mayTakeEffect ? 'unknown' : 'not_done';
    this.fail(write, () => new CellError('SHUTTING_DOWN', 'this agent is shutting down', { effect }));
  }

  cancel(waiter: Waiter): void {
    const effect = waiter.write?.mayTakeEffect ? 'unknown' : 'not_done';
    this.answer(waiter, failed(new CellError('CANCELLED', 'the caller gave up', { effect })));
  }

  /** Answers the callers whose time is up. Returns false when nobody waits any more. */
  expire(write: PendingWrite, nowMs: number): boolean {
    let isAwaited = false;
    for (const waiter of write.waiters) {
      if (waiter.then === undefined) continue;
      if (nowMs < (write.mayTakeEffect ? waiter.deadlineMs : waiter.sendByMs)) isAwaited = true;
      else if (write.mayTakeEffect) {
        this.answer(waiter, failed(unknownError('no answer in time; the write may still take effect')));
      } else {
        this.answer(waiter, failed(unsentError(write.blockedBy, this.#context.replica.leader !== undefined)));
      }
    }
    return isAwaited;
  }

  answer(waiter: Waiter, answer: Answer<WriteOutcome>): void {
    const then = waiter.then;
    if (then === undefined) return;
    waiter.then = undefined;
    this.#context.observer.writeAnswered(this.#context.ports.nowMs() - waiter.startedMs, answer.ok);
    then(answer);
  }
}
