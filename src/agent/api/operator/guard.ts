import { AsyncIteratorClass } from '@orpc/server';
import type { ProcedureMeta } from '../../../contract/index.ts';
import { callTimeoutMs } from '../timeouts.ts';
import type { CallContext } from '../unary-call.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Idempotency, idempotencyOf, RememberedAnswers } from './idempotency.ts';
import { isReadMethod } from './method-examples.ts';
import { OperatorError } from './operator-error.ts';
import { perAgent } from './per-agent.ts';
import type { OperatorPorts } from './ports.ts';
import { issuedRequest, RecordedCall } from './recorded-call.ts';

/** A call at the door. */
export interface GuardedCall {
  readonly ports: OperatorPorts | undefined;
  readonly path: readonly string[];
  readonly effect: ProcedureMeta['effect'];
  readonly viewerId: string;
  readonly peer: string;
  readonly input: unknown;
  readonly idempotencyKey?: string;
  readonly signal: AbortSignal | undefined;
}

/** What the guard adds to what a handler knows of its call. */
export interface Admitted extends CallContext {
  /** Ends when the viewer goes away, or an operator cancels the call. */
  readonly signal: AbortSignal;
  readonly messageId: string;
  /** Of a write that may be repeated. */
  readonly idempotency?: Idempotency;
}

export const NOT_STARTED = 'no agent runs in this app yet: choose how to begin';

const TIMEOUT_MS = callTimeoutMs(Number.POSITIVE_INFINITY);
const rememberedAnswers = perAgent(() => new RememberedAnswers());
const NEVER = new AbortController().signal;

/**
 * Every call passes here: it is refused in read-only mode when it changes something, shows up among the calls, and what
 * it throws becomes an error of the contract.
 */
export async function guarded<R extends { readonly output: unknown }>(
  call: GuardedCall,
  next: (admitted: Admitted) => R | PromiseLike<R>,
): Promise<R> {
  const { ports, path, idempotencyKey, input, signal = NEVER } = call;
  const effect = effectOf(call);
  const method = path.join('.');
  if (ports === undefined) {
    try {
      if (path[0] !== 'app') throw new OperatorError('AGENT_NOT_STARTED', NOT_STARTED);
      return await next({ ...waitingFor(signal, NEVER), messageId: '', usesQuorum: () => undefined });
    } catch (error) {
      throw failureOf(error, method, undefined).error;
    }
  }
  const recorded = new RecordedCall(ports, call);
  const fail = (thrown: unknown): Failure['error'] => {
    const failure = failureOf(thrown, method, ports);
    recorded.failed(failure);
    return failure.error;
  };
  try {
    if (ports.ending?.aborted) throw new OperatorError('AGENT_NOT_STARTED', 'this agent is ending');
    if (effect !== 'read') refuseWhenReadOnly(ports, method);
    const idempotency =
      idempotencyKey === undefined || effect === 'read' ? undefined : idempotencyOf(idempotencyKey, method, input);
    const over = new AbortController();
    const admitted: Admitted = {
      ...waitingFor(AbortSignal.any([signal, recorded.signal, ports.ending ?? NEVER]), over.signal),
      messageId: recorded.messageId,
      usesQuorum: (quorum) => recorded.usesQuorum(quorum),
      idempotency,
    };
    const run = async (): Promise<R> => {
      try {
        return await next(admitted);
      } finally {
        over.abort();
      }
    };
    const canRepeat = ({ output }: R): boolean => !isIterator(output);
    const answer = idempotency === undefined ? run() : rememberedAnswers(ports).once(idempotency, run, canRepeat);
    const result = await Promise.race([answer, recorded.cancelled]);
    const { output } = result;
    if (!isIterator(output)) {
      recorded.succeeded(output);
      return result;
    }
    // What a stream goes on doing is refused from then on. A write on its way was admitted before.
    const heedless =
      effect === 'read' ? () => undefined : ports.readOnly.whenOn(() => recorded.endEarly(readOnlyRefusal(ports)));
    return { ...result, output: watched(output, admitted.signal, recorded, fail, heedless) };
  } catch (error) {
    throw fail(error);
  }
}

/** A call of a viewer has no deadline of its own: it ends with the viewer. Once it is `over` nobody listens any more. */
function waitingFor(
  signal: AbortSignal,
  over: AbortSignal,
): Pick<Admitted, 'signal' | 'timeoutMs' | 'remainingMs' | 'room' | 'whenAbandoned'> {
  return {
    signal,
    timeoutMs: TIMEOUT_MS,
    remainingMs: Number.POSITIVE_INFINITY,
    room: () => undefined,
    whenAbandoned: (listener) => signal.addEventListener('abort', listener, { once: true, signal: over }),
  };
}

/** Issued requests read or write, as their methods do. */
function effectOf({ path, effect, input }: GuardedCall): ProcedureMeta['effect'] {
  const issued = issuedRequest(path, input);
  return issued !== undefined && isReadMethod(issued.method) ? 'read' : effect;
}

/** Read-only mode can be ended by whoever may call this agent, unless the agent was started so. */
function refuseWhenReadOnly({ readOnly }: OperatorPorts, method: string): void {
  if (!readOnly.isOn || (method === 'cell.setReadOnly' && !readOnly.isFixed)) return;
  throw readOnlyRefusal({ readOnly });
}

function readOnlyRefusal({ readOnly }: Pick<OperatorPorts, 'readOnly'>): OperatorError {
  const remedy = readOnly.isFixed ? 'start it without --read-only' : 'switch that off in its settings';
  return new OperatorError('READ_ONLY', `this agent is read-only for operators: ${remedy}, or ask another agent`);
}

/** `closed` is called once it is over, however it ends. */
function watched(
  events: AsyncIterator<unknown>,
  signal: AbortSignal,
  recorded: RecordedCall,
  fail: (thrown: unknown) => Error,
  closed: () => void,
): AsyncIteratorClass<unknown, unknown, void> {
  let isComplete = false;
  // Whoever goes away before the first event was asked for never asks for one.
  const abandoned = (): void => {
    recorded.streamEnded(false);
    closed();
  };
  if (signal.aborted) abandoned();
  else signal.addEventListener('abort', abandoned, { once: true });
  return new AsyncIteratorClass<unknown, unknown, void>(
    async () => {
      try {
        const result = await events.next();
        // The signal has ended it: this viewer is told why.
        if (result.done === true && recorded.endedBy !== undefined) throw recorded.endedBy;
        isComplete = result.done === true;
        return result;
      } catch (error) {
        throw fail(error);
      }
    },
    async () => {
      // It depends on the end of the agent too, which would hold it for as long.
      signal.removeEventListener('abort', abandoned);
      recorded.streamEnded(isComplete);
      closed();
      await events.return?.();
    },
  );
}

function isIterator(output: unknown): output is AsyncIterator<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}
