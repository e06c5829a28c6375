import type { QueueOutcome } from '../../../contract/queues.ts';
import { EntryState, type QueueResponse } from '../../../gen/synod/v1/queues.ts';
import { queueMethods } from '../coordination/queue-calls.ts';
import { actAs } from './acting.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedKey, checkedPath } from './key-ranges.ts';
import { perAgent } from './per-agent.ts';
import { sessionKeeperOf } from './session-keeper.ts';
import { bytesOf, toldBytes } from './texts.ts';

const methodsOf = perAgent(({ api }) => queueMethods(api.cell));

export function queueWrites({ queues }: OperatorBuilder) {
  return {
    enqueue: queues.enqueue.handler(({ context, input }) => {
      const { enqueue } = methodsOf(context.reach.ports());
      const entries = input.entries.map((entry) => ({ ...entry, payload: bytesOf(entry.payload) }));
      const asked = { path: checkedPath(input.path), entries, owner: input.owner };
      return outcome(actAs(context, input.as, (options) => enqueue.handle({ ...asked, options }, context.call)));
    }),
    claim: queues.claim.handler(async ({ context, input }) => {
      const { worker, leaseTtlMs, waitMs, retrySequence } = input;
      const ports = context.reach.ports();
      const { claimEntry } = methodsOf(ports);
      const path = checkedPath(input.path);
      const asked = { path, worker, leaseTtlMs, waitMs };
      const claim = actAs(context, input.as, (options, second) => {
        const retry = waitMs === 0 ? 0 : second || retrySequence;
        return claimEntry.handle({ ...asked, retrySequence: retry, options }, context.call);
      });
      const claimed = await outcome(claim);
      const [seq] = claimed.seqs;
      if (claimed.timerId !== '' && seq !== undefined) {
        sessionKeeperOf(ports).claimed(input.as.sessionId, { path: checkedKey(input.path), seq, token: claimed.token });
      }
      return claimed;
    }),
    checkpoint: queues.checkpoint.handler(({ context, input }) => {
      const { seq, token } = input;
      const { checkpointEntry } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), seq, token, progress: bytesOf(input.progress) };
      return outcome(
        actAs(context, input.as, (options) => checkpointEntry.handle({ ...asked, options }, context.call)),
      );
    }),
    complete: queues.complete.handler(({ context, input }) => {
      const { seq, token } = input;
      const { completeEntry } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), seq, token, result: bytesOf(input.result) };
      return outcome(actAs(context, input.as, (options) => completeEntry.handle({ ...asked, options }, context.call)));
    }),
    fail: queues.fail.handler(({ context, input }) => {
      const { seq, token, why } = input;
      const { failEntry } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), seq, token, why, isFinal: !input.isRetried };
      return outcome(actAs(context, input.as, (options) => failEntry.handle({ ...asked, options }, context.call)));
    }),
    requeue: queues.requeue.handler(({ context, input }) => {
      const { requeueEntry } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), seq: input.seq };
      return outcome(actAs(context, undefined, (options) => requeueEntry.handle({ ...asked, options }, context.call)));
    }),
    remove: queues.remove.handler(({ context, input }) => {
      const { removeEntry } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), seq: input.seq };
      return outcome(actAs(context, undefined, (options) => removeEntry.handle({ ...asked, options }, context.call)));
    }),
    delete: queues.delete.handler(({ context, input }) => {
      const { deleteQueue } = methodsOf(context.reach.ports());
      const path = checkedPath(input.path);
      return outcome(actAs(context, undefined, (options) => deleteQueue.handle({ path, options }, context.call)));
    }),
  };
}

const STATES: Readonly<Record<number, QueueOutcome['state']>> = {
  [EntryState.WAITING]: 'waiting',
  [EntryState.READY]: 'ready',
  [EntryState.CLAIMED]: 'claimed',
  [EntryState.DELAYED]: 'delayed',
  [EntryState.DONE]: 'done',
  [EntryState.DEAD]: 'dead',
  [EntryState.ENQUEUED]: 'enqueued',
  [EntryState.EMPTY]: 'empty',
  [EntryState.REMOVED]: 'removed',
};

async function outcome(response: Promise<QueueResponse>): Promise<QueueOutcome> {
  const { state, payload, progress, ...told } = await response;
  return { ...told, state: STATES[state]!, payload: toldBytes(payload), progress: toldBytes(progress) };
}
