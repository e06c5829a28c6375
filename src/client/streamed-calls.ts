import type { CallOptions, ClientUnaryCall, Metadata, ServiceError } from '@grpc/grpc-js';
import { invalidArgument } from './arguments.ts';
import { CallStream } from './call-stream.ts';
import type { Stub } from './endpoints.ts';

interface Method {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (request: never) => Buffer;
  readonly responseDeserialize: (response: Buffer) => unknown;
}

type Callback = (error: Error | null, response?: unknown) => void;
type Unary = (
  request: unknown,
  metadata: Metadata,
  options: Partial<CallOptions>,
  callback: Callback,
) => Pick<ClientUnaryCall, 'cancel'>;

/**
 * The same stub, with every method of one request and one answer over a stream of calls: it costs both sides a fraction
 * of a call of its own. Methods with streams stay as they are.
 */
export function withStreamedCalls(stub: Stub, services: Readonly<Record<string, Method>>): Stub {
  const calls = new CallStream(() => stub.calls());
  const streamed = Object.create(stub) as Record<string, Unary>;
  for (const [name, method] of Object.entries(services)) {
    if (method.requestStream || method.responseStream) continue;
    const alone = (stub as unknown as Record<string, Unary>)[name] as Unary;
    const methodName = method.path.slice(method.path.lastIndexOf('/') + 1);
    streamed[name] = (request, metadata, options, callback) => {
      const message = method.requestSerialize(request as never);
      checkSize(message.length);
      if (calls.isFull) return alone.call(stub, request, metadata, options, callback);
      const deadlineMs = options.deadline === undefined ? Number.POSITIVE_INFINITY : Number(options.deadline);
      const cancel = calls.call(
        methodName,
        message,
        Math.min(Math.max(1, deadlineMs - Date.now()), TIMER_MS_MAX),
        (error, response) => {
          if (error !== null) callback(error as ServiceError);
          else callback(null, method.responseDeserialize(response as Buffer));
        },
      );
      return { cancel };
    };
  }
  const close = (): void => {
    calls.close();
    stub.close();
  };
  return Object.assign(streamed as unknown as Stub, { close });
}

/** As many bytes as an agent takes. More than a connection takes would end the stream, with every other call on it. */
const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024;

/** @throws SynodError INVALID_ARGUMENT */
export function checkSize(sizeBytes: number): void {
  if (sizeBytes <= REQUEST_BYTES_MAX) return;
  throw invalidArgument(`a request has at most ${REQUEST_BYTES_MAX} bytes, this one has ${sizeBytes}`);
}

/** Timers take no more; a call that may take weeks asks again. */
const TIMER_MS_MAX = 2 ** 31 - 1;
