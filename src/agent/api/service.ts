import type { ChannelOptions, Server, UntypedServiceImplementation } from '@grpc/grpc-js';
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
import { callsHandler } from './calls.ts';
import { FailureReporter } from './failures.ts';
import { memberMethods } from './members.ts';
import type { ApiPorts } from './ports.ts';
import { rawDefinition } from './raw-definition.ts';
import { readMethods } from './reads.ts';
import { renewHandler } from './renewals.ts';
import { sessionMethods } from './sessions.ts';
import { saveSnapshotHandler } from './snapshot.ts';
import { statusMethods } from './status.ts';
import { type CallServer, type UnaryMethod, unaryHandler } from './unary-call.ts';
import { watchHandler } from './watch.ts';
import { WatchEncoder } from './watch-messages.ts';
import { watchesHandler } from './watches.ts';
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

/** Every method with one request and one answer, by its name in the service. */
export function unaryMethods(ports: ApiPorts): Readonly<Record<string, UnaryMethod<unknown, unknown>>> {
  const { cell } = ports;
  const methods = {
    ...readMethods(cell),
    ...writeMethods(cell),
    ...sessionMethods(cell),
    ...memberMethods(cell, ports.links),
    ...statusMethods(ports),
  };
  return Object.fromEntries(Object.entries(methods) as [string, UnaryMethod<unknown, unknown>][]);
}

export function addUserService(server: Server, ports: ApiPorts, servers: ReadonlyMap<string, CallServer>): void {
  const { cell, observer } = ports;
  const failures = new FailureReporter(cell, ports.onBug);
  const watching = observer.method('Watch', WatchRequest.decode, WatchResponse.decode);
  const encoder = new WatchEncoder();
  const implementation: UntypedServiceImplementation = {
    calls: callsHandler(servers, failures),
    batch: batchHandler(cell, observer.method('Batch', BatchRequest.decode, BatchResponse.decode), failures),
    watch: watchHandler(cell, watching, failures, encoder),
    watches: watchesHandler(cell, watching, failures, encoder),
    renew: renewHandler(cell, observer.method('Renew', RenewRequest.decode, RenewResponse.decode), failures),
    saveSnapshot: saveSnapshotHandler(
      ports.snapshots,
      observer.method('SaveSnapshot', SaveSnapshotRequest.decode, SaveSnapshotResponse.decode),
      failures,
    ),
  };
  for (const [name, { name: method }] of Object.entries(unaryMethods(ports))) {
    implementation[name] = unaryHandler(servers.get(method) as CallServer);
  }
  server.addService(rawDefinition(UserServiceService), implementation);
}
