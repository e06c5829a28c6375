import type { Server, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import { WatchBarrierRequest, WatchBarrierResponse } from '../../../gen/synod/v1/barriers.ts';
import { CoordinationServiceService } from '../../../gen/synod/v1/coordination_service.ts';
import { ObserveElectionRequest, ObserveElectionResponse } from '../../../gen/synod/v1/elections.ts';
import { WatchLockRequest, WatchLockResponse } from '../../../gen/synod/v1/locks.ts';
import { WatchOnceRequest, WatchOnceResponse } from '../../../gen/synod/v1/once.ts';
import { WatchProposalRequest, WatchProposalResponse } from '../../../gen/synod/v1/proposals.ts';
import { WatchQueueRequest, WatchQueueResponse } from '../../../gen/synod/v1/queues.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { FailureReporter } from '../failures.ts';
import type { ApiPorts, MethodObserver, PayloadDecoder } from '../ports.ts';
import { rawDefinition } from '../raw-definition.ts';
import { type CallServer, type UnaryMethod, unaryHandler } from '../unary-call.ts';
import { barrierMethods } from './barrier-calls.ts';
import { watchBarrierHandler } from './barrier-watch.ts';
import { counterMethods } from './counter-calls.ts';
import { electionMethods, observeElectionHandler } from './election-calls.ts';
import { lockMethods } from './lock-calls.ts';
import { watchLockHandler } from './lock-watch.ts';
import { onceMethods } from './once-calls.ts';
import { watchOnceHandler } from './once-watch.ts';
import { proposalMethods } from './proposal-calls.ts';
import { watchProposalHandler } from './proposal-watch.ts';
import { queueMethods } from './queue-calls.ts';
import { queueReadMethods } from './queue-reads.ts';
import { watchQueueHandler } from './queue-watch.ts';

/** Every method with one request and one answer, by its name in the service. */
export function coordinationMethods({ cell }: ApiPorts): Readonly<Record<string, UnaryMethod<unknown, unknown>>> {
  const methods = {
    ...lockMethods(cell),
    ...counterMethods(cell),
    ...electionMethods(cell),
    ...barrierMethods(cell),
    ...proposalMethods(cell),
    ...onceMethods(cell),
    ...queueMethods(cell),
    ...queueReadMethods(cell),
  };
  return Object.fromEntries(Object.entries(methods) as [string, UnaryMethod<unknown, unknown>][]);
}

type Watcher = (
  cell: CellPort,
  observer: MethodObserver,
  failures: FailureReporter,
) => (stream: ServerWritableStream<Buffer, Buffer>) => Promise<void>;

export const COORDINATION_SERVICE_NAME = 'synod.v1.CoordinationService';

export function addCoordinationService(
  server: Server,
  ports: ApiPorts,
  servers: ReadonlyMap<string, CallServer>,
): void {
  const { cell, observer } = ports;
  const failures = new FailureReporter(cell, ports.onBug);
  const watched = (
    name: string,
    handler: Watcher,
    request: { readonly decode: PayloadDecoder },
    response: { readonly decode: PayloadDecoder },
  ) => handler(cell, observer.method(name, request.decode, response.decode), failures);
  const implementation: UntypedServiceImplementation = {
    watchLock: watched('WatchLock', watchLockHandler, WatchLockRequest, WatchLockResponse),
    observeElection: watched(
      'ObserveElection',
      observeElectionHandler,
      ObserveElectionRequest,
      ObserveElectionResponse,
    ),
    watchBarrier: watched('WatchBarrier', watchBarrierHandler, WatchBarrierRequest, WatchBarrierResponse),
    watchProposal: watched('WatchProposal', watchProposalHandler, WatchProposalRequest, WatchProposalResponse),
    watchOnce: watched('WatchOnce', watchOnceHandler, WatchOnceRequest, WatchOnceResponse),
    watchQueue: watched('WatchQueue', watchQueueHandler, WatchQueueRequest, WatchQueueResponse),
  };
  for (const [name, { name: method }] of Object.entries(coordinationMethods(ports))) {
    implementation[name] = unaryHandler(servers.get(method) as CallServer);
  }
  server.addService(rawDefinition(CoordinationServiceService), implementation);
}
