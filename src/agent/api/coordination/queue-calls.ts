import {
  CheckpointEntryRequest,
  ClaimEntryRequest,
  CompleteEntryRequest,
  DeleteQueueRequest,
  EnqueueRequest,
  FailEntryRequest,
  QueueResponse,
  RemoveEntryRequest,
  RequeueEntryRequest,
} from '../../../gen/synod/v1/queues.ts';
import type { WriteOptions } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import type { Command } from '../../machine/commands.ts';
import type { MessageType } from '../encoding.ts';
import type { UnaryMethod } from '../unary-call.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { claimPatiently } from './claim-waiting.ts';
import { newEntry } from './queue-commands.ts';
import { whenEntryClaimable } from './queue-turns.ts';
import { queueOutcome, queueResponse } from './queue-view.ts';

export function queueMethods(cell: CellPort) {
  const method = <Request extends { path: Buffer; options: WriteOptions | undefined }>(
    name: string,
    request: MessageType<Request>,
    command: (request: Request) => Command,
  ): UnaryMethod<Request, QueueResponse> => ({
    name,
    request,
    response: QueueResponse,
    handle: async (message, call) => queueResponse(await write(cell, command(message), message.options, call)),
  });
  return {
    enqueue: method('Enqueue', EnqueueRequest, ({ path, entries, owner }) => ({
      kind: 'enqueue',
      ...{ path: keyOf(path), entries: entries.map(newEntry), owner },
    })),
    claimEntry: claimMethod(cell),
    checkpointEntry: method('CheckpointEntry', CheckpointEntryRequest, ({ path, seq, token, progress }) => ({
      kind: 'checkpointEntry',
      ...{ path: keyOf(path), seq, token, progress },
    })),
    completeEntry: method('CompleteEntry', CompleteEntryRequest, ({ path, seq, token, result }) => ({
      kind: 'completeEntry',
      ...{ path: keyOf(path), seq, token, result },
    })),
    failEntry: method('FailEntry', FailEntryRequest, ({ path, seq, token, why, isFinal }) => ({
      kind: 'failEntry',
      ...{ path: keyOf(path), seq, token, why, isRetried: !isFinal },
    })),
    requeueEntry: method('RequeueEntry', RequeueEntryRequest, ({ path, seq }) => ({
      kind: 'requeueEntry',
      ...{ path: keyOf(path), seq },
    })),
    removeEntry: method('RemoveEntry', RemoveEntryRequest, ({ path, seq }) => ({
      kind: 'removeEntry',
      ...{ path: keyOf(path), seq },
    })),
    deleteQueue: method('DeleteQueue', DeleteQueueRequest, ({ path }) => ({ kind: 'deleteQueue', path: keyOf(path) })),
  };
}

/** Waiting is done here, in the order of those who wait at this agent. */
function claimMethod(cell: CellPort): UnaryMethod<ClaimEntryRequest, QueueResponse> {
  return {
    name: 'ClaimEntry',
    request: ClaimEntryRequest,
    response: QueueResponse,
    async handle({ path: bytes, worker, leaseTtlMs, waitMs, retrySequence, options }, call) {
      const path = keyOf(bytes);
      const command = { kind: 'claimEntry', path, worker, leaseTtlMs } as const;
      const written = await claimPatiently(
        cell,
        { command, waitMs, retrySequence, options },
        call,
        (first) => queueOutcome(first).state === 'empty',
        (_, signal) => whenEntryClaimable(cell, path, worker, signal),
      );
      return queueResponse(written);
    },
  };
}
