import {
  AbandonOnceRequest,
  ClaimOnceRequest,
  ForgetOnceRequest,
  ListOnceRequest,
  ListOnceResponse,
  OnceResponse,
  ReadOnceRequest,
  ReadOnceResponse,
  RecordOnceRequest,
  ResolveOnceRequest,
} from '../../../gen/synod/v1/once.ts';
import type { WriteOptions } from '../../../gen/synod/v1/user.ts';
import type { CellPort } from '../../host/cell-port.ts';
import type { Command } from '../../machine/commands.ts';
import type { OnceRecord } from '../../machine/once-types.ts';
import { asBuffer, type MessageType } from '../encoding.ts';
import { invalid } from '../errors.ts';
import { clampLimit } from '../pages.ts';
import { whenReadable } from '../read-barrier.ts';
import type { UnaryMethod } from '../unary-call.ts';
import { actorOf, pathKey } from '../validation.ts';
import { keyOf } from '../wire.ts';
import { write } from '../writes.ts';
import { claimPatiently, whenOnceFree } from './claim-waiting.ts';
import { onceMessage, onceOutcome, onceResponse, onceResult, onceView, onceViews } from './once-view.ts';

const LIMIT_DEFAULT = 1_000;
const LIMIT_MAX = 10_000;
const STATES: readonly OnceRecord['state'][] = ['open', 'claimed', 'done', 'unknown'];

export function onceMethods(cell: CellPort) {
  const method = <Request extends { path: Buffer; options: WriteOptions | undefined }>(
    name: string,
    request: MessageType<Request>,
    command: (request: Request) => Command,
  ): UnaryMethod<Request, OnceResponse> => ({
    name,
    request,
    response: OnceResponse,
    handle: async (message, call) => onceResponse(await write(cell, command(message), message.options, call)),
  });
  return {
    claimOnce: claimMethod(cell),
    recordOnce: method('RecordOnce', RecordOnceRequest, ({ path, token, result }) => ({
      kind: 'recordOnce',
      ...{ path: keyOf(path), token, result },
    })),
    abandonOnce: method('AbandonOnce', AbandonOnceRequest, ({ path, token, why }) => ({
      kind: 'abandonOnce',
      ...{ path: keyOf(path), token, why },
    })),
    resolveOnce: method('ResolveOnce', ResolveOnceRequest, ({ path, isDone, result, by, why }) => ({
      kind: 'resolveOnce',
      ...{ path: keyOf(path), isDone, result, by, why },
    })),
    forgetOnce: method('ForgetOnce', ForgetOnceRequest, ({ path }) => ({ kind: 'forgetOnce', path: keyOf(path) })),
    readOnce: readMethod(cell),
    listOnce: listMethod(cell),
  };
}

/** Waiting is done here, on the record of the work. */
function claimMethod(cell: CellPort): UnaryMethod<ClaimOnceRequest, OnceResponse> {
  return {
    name: 'ClaimOnce',
    request: ClaimOnceRequest,
    response: OnceResponse,
    async handle({ path: bytes, asksOnDeath, owner, waitMs, retrySequence, options }, call) {
      const path = keyOf(bytes);
      const command = { kind: 'claimOnce', path, onDeath: asksOnDeath ? 'ask' : 'again', owner } as const;
      const sessionId = actorOf(options);
      const written = await claimPatiently(
        cell,
        { command, waitMs, retrySequence, options },
        call,
        (first) => onceOutcome(first).state === 'busy',
        (first, signal) => whenOnceFree(cell, path, { token: onceOutcome(first).token, sessionId }, signal),
      );
      return onceResponse(written);
    },
  };
}

function readMethod(cell: CellPort): UnaryMethod<ReadOnceRequest, ReadOnceResponse> {
  return {
    name: 'ReadOnce',
    request: ReadOnceRequest,
    response: ReadOnceResponse,
    handle({ path: bytes, options }, call) {
      const path = pathKey(bytes);
      return whenReadable(cell, options, call, () => {
        const { state } = cell;
        const view = onceView(state, path);
        const result = onceResult(state, path);
        return { work: view && onceMessage(view), result: result && asBuffer(result), slot: state.appliedSlot };
      });
    },
  };
}

function listMethod(cell: CellPort): UnaryMethod<ListOnceRequest, ListOnceResponse> {
  return {
    name: 'ListOnce',
    request: ListOnceRequest,
    response: ListOnceResponse,
    handle({ prefix, state: asked, after, limit, options }, call) {
      const state = asked === '' ? undefined : STATES.find((known) => known === asked);
      if (asked !== '' && state === undefined) {
        throw invalid(`work is ${STATES.join(', ')}, or any of these (empty), not "${asked.slice(0, 80)}"`);
      }
      const filter = { prefix: keyOf(prefix), state, after: keyOf(after) };
      return whenReadable(cell, options, call, () => {
        const page = onceViews(cell.state, { ...filter, limit: clampLimit(limit, LIMIT_DEFAULT, LIMIT_MAX) });
        return { works: page.works.map(onceMessage), more: page.more, slot: cell.state.appliedSlot };
      });
    },
  };
}
