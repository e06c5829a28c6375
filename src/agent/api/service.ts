import type { ChannelOptions, Server, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import {
  BatchRequest,
  BatchResponse,
  RenewRequest,
  RenewResponse,
  SaveSnapshotRequest,
  SaveSnapshotResponse,
  UserServiceService,
  WatchRequest,
  WatchResponse,
} from '../../gen/synod/v1/user.ts';
import { batchHandler } from './batch.ts';
import { FailureReporter } from './failures.ts';
import { memberMethods } from './members.ts';
import type { ApiPorts } from './ports.ts';
import { readMethods } from './reads.ts';
import { renewHandler } from './renewals.ts';
import { sessionMethods } from './sessions.ts';
import { saveSnapshotHandler } from './snapshot.ts';
import { statusMethods } from './status.ts';
import { type UnaryMethod, unaryHandler } from './unary-call.ts';
import { watchHandler } from './watch.ts';
import { writeMethods } from './writes.ts';

export const USER_SERVICE_NAME = 'synod.v1.UserService';

/**
 * For whoever makes the gRPC server that the API is added to. Channelz bookkeeping alone costs a third of a unary call.
 * A batch of operations may hold several values of the largest size.
 */
export const SERVER_OPTIONS: ChannelOptions = {
  'grpc.enable_channelz': 0,
  'grpc.max_concurrent_streams': 1_000,
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
  'grpc.max_send_message_length': -1,
};

export function addUserService(server: Server, ports: ApiPorts): void {
  const { cell, observer } = ports;
  const failures = new FailureReporter(cell, ports.onBug);
  const unary = {
    ...readMethods(cell),
    ...writeMethods(cell),
    ...sessionMethods(cell),
    ...memberMethods(cell, ports.links),
    ...statusMethods(ports),
  };
  const implementation: UntypedServiceImplementation = {
    batch: batchHandler(cell, observer.method('Batch', BatchRequest.decode, BatchResponse.decode), failures),
    watch: watchHandler(cell, observer.method('Watch', WatchRequest.decode, WatchResponse.decode), failures),
    renew: renewHandler(cell, observer.method('Renew', RenewRequest.decode, RenewResponse.decode), failures),
    saveSnapshot: saveSnapshotHandler(
      ports.snapshots,
      observer.method('SaveSnapshot', SaveSnapshotRequest.decode, SaveSnapshotResponse.decode),
      failures,
    ),
  };
  for (const [name, method] of Object.entries(unary) as [string, UnaryMethod<unknown, unknown>][]) {
    const methodObserver = observer.method(method.name, method.request.decode, method.response.decode);
    implementation[name] = unaryHandler(method, methodObserver, failures);
  }
  server.addService(rawDefinition(), implementation);
}

/**
 * The service with messages as bytes. Decoding is done by the handlers, so that garbage gets a precise answer, and the
 * log keeps the bytes instead of making them again.
 */
function rawDefinition(): ServiceDefinition {
  const same = (bytes: Buffer): Buffer => bytes;
  const raw = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
  return Object.fromEntries(
    Object.entries(UserServiceService).map(([name, { path, requestStream, responseStream }]) => [
      name,
      { path, requestStream, responseStream, ...raw },
    ]),
  );
}
