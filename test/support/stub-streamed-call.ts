import type { ServerDuplexStream, ServiceError } from '@grpc/grpc-js';
import {
  type CallsRequest,
  type CallsResponse,
  ErrorDetail,
  type StreamedAnswer,
  type UserServiceServer,
  UserServiceService,
} from '../../src/gen/synod/v1/user.ts';

type StreamedHandler = (
  call: { readonly request: unknown },
  callback: (error: Partial<ServiceError> | null, response?: unknown) => void,
) => void;

/** A call on a stream of calls goes the way of one of its own: through the handler of its method. */
export function streamed(
  stream: ServerDuplexStream<CallsRequest, CallsResponse>,
  service: UserServiceServer,
  id: number,
  method: string,
  bytes: Buffer,
): void {
  const definition = Object.values(UserServiceService).find(({ path }) => path.endsWith(`/${method}`));
  const name = Object.keys(UserServiceService).find((key) => key.toLowerCase() === method.toLowerCase());
  if (definition === undefined || name === undefined) throw new Error(`no stub of ${method}`);
  const handlers = service as unknown as Record<string, StreamedHandler>;
  handlers[name]?.({ request: definition.requestDeserialize(bytes) }, (error, response) => {
    const packed = error?.metadata?.get('synod-error-bin')[0];
    if (error !== null && packed === undefined) {
      stream.emit('error', error);
      return;
    }
    const kind: StreamedAnswer['kind'] =
      error === null
        ? { $case: 'response', value: (definition.responseSerialize as (message: unknown) => Buffer)(response) }
        : { $case: 'error', value: ErrorDetail.decode(packed as Buffer) };
    stream.write({ answers: [{ id, kind }] });
  });
}
