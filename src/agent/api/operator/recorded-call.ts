import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { ProcedureMeta } from '../../../contract/index.ts';
import { CellError } from '../../host/cell-port.ts';
import type { ObservedCall } from '../ports.ts';
import { callName } from './call-names.ts';
import type { Failure } from './failure.ts';
import { EXAMPLES } from './method-examples.ts';
import type { OperatorError } from './operator-error.ts';
import type { OperatorPorts } from './ports.ts';

export interface CallOrigin {
  readonly path: readonly string[];
  readonly effect: ProcedureMeta['effect'];
  readonly viewerId: string;
  readonly peer: string;
  readonly input: unknown;
}

const NONCE = randomBytes(4).toString('hex');
let lastNumber = 0;

/**
 * A call as the list of calls and the log of messages show it. Reads belong to whoever looks: their ids say so, and their
 * answers are not kept, because they would push out the messages that somebody looks at.
 */
export class RecordedCall {
  readonly messageId: string;
  readonly cancelled: Promise<never>;
  /** Why the call was ended although its viewer is there, once it was. */
  endedBy: CellError | OperatorError | undefined;
  readonly #observed: ObservedCall;
  readonly #isRead: boolean;
  readonly #isIssued: boolean;
  readonly #abort = new AbortController();
  #reject: (error: Error) => void = () => undefined;

  constructor(ports: OperatorPorts, origin: CallOrigin) {
    const { path, effect, viewerId, peer, input } = origin;
    const issued = issuedRequest(path, input);
    // What somebody issues is meant to be seen.
    const isRead = effect === 'read' && issued === undefined;
    lastNumber += 1;
    this.#isRead = isRead;
    this.#isIssued = issued !== undefined;
    this.messageId = isRead ? `viewer-${viewerId}-${lastNumber}` : `operator-${NONCE}-${lastNumber}`;
    const observer = ports.api.observer.method(issued?.method ?? callName(path), decodeJson, decodeJson);
    this.cancelled = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    // Most calls are never cancelled, and some have ended when they are.
    this.cancelled.catch(() => undefined);
    this.#observed = observer.began(peer, this.messageId, encodeJson(issued === undefined ? input : issued.request), {
      cancel: () => this.endEarly(new CellError('CANCELLED', 'an operator cancelled the call', { effect: 'unknown' })),
    });
  }

  endEarly(why: CellError | OperatorError): void {
    this.endedBy = why;
    this.#reject(why);
    this.#abort.abort();
  }

  usesQuorum(quorum: string): void {
    this.#observed.quorum = quorum;
  }

  /** Ends when the call is ended early. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  succeeded(output: unknown): void {
    const told = this.#isIssued ? (output as { readonly reply: unknown }).reply : output;
    const { slot } = (told ?? {}) as { readonly slot?: unknown };
    this.#observed.ended(status.OK, typeof slot === 'number' ? slot : 0, this.#isRead ? undefined : encodeJson(told));
  }

  streamEnded(isComplete: boolean): void {
    this.#observed.ended(isComplete ? status.OK : status.CANCELLED, 0, undefined);
  }

  failed({ code, error }: Failure): void {
    this.#observed.ended(code, error.data.slot, undefined);
  }
}

/** A request of a client that an operator issues: it counts and is shown under its own name. */
export function issuedRequest(path: readonly string[], input: unknown): IssuedRequest | undefined {
  if (path.join('.') !== 'requests.issue') return undefined;
  const { method, request } = (input ?? {}) as Partial<Record<keyof IssuedRequest, unknown>>;
  // A method that is none must not make a name in the statistics.
  return typeof method === 'string' && Object.hasOwn(EXAMPLES, method) ? { method, request } : undefined;
}

interface IssuedRequest {
  readonly method: string;
  readonly request: unknown;
}

function encodeJson(value: unknown): Buffer | undefined {
  return value === undefined ? undefined : Buffer.from(JSON.stringify(value));
}

function decodeJson(payload: Uint8Array): unknown {
  return JSON.parse(Buffer.from(payload).toString('utf8'));
}
