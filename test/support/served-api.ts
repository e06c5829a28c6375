import {
  type CallOptions,
  type ChannelCredentials,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { type Api, createApi, SERVER_OPTIONS } from '../../src/agent/api/index.ts';
import type { SnapshotPort } from '../../src/agent/api/ports.ts';
import { createObservability, type Logger, type Observability } from '../../src/agent/observe/index.ts';
import { CoordinationServiceClient } from '../../src/gen/synod/v1/coordination_service.ts';
import { ErrorDetail, UserServiceClient } from '../../src/gen/synod/v1/user.ts';
import { LoneCell } from './lone-cell.ts';

export const SILENT_LOGGER: Logger = { level: 'info', info: () => {}, warn: () => {}, error: () => {} };

export interface ServedApi {
  readonly cell: LoneCell;
  readonly api: Api;
  readonly observability: Observability;
  readonly address: string;
  readonly httpPort: number;
  readonly client: UserServiceClient;
  readonly coordination: CoordinationServiceClient;
  readonly shutdowns: string[];
  readonly bugs: Error[];
  connect(channel?: ChannelCredentials): UserServiceClient;
  stop(): Promise<void>;
}

/** The whole API over real sockets on loopback, in front of a cell in memory. */
export async function serveApi(options: { snapshots?: SnapshotPort; cell?: LoneCell } = {}): Promise<ServedApi> {
  const cell = options.cell ?? new LoneCell();
  const observability = createObservability({ logger: SILENT_LOGGER, bootNonce: 'boot' });
  const shutdowns: string[] = [];
  const bugs: Error[] = [];
  const api = createApi({
    cell,
    agent: {
      name: 'Ada',
      version: '0.1.0',
      grpcAddress: '127.0.0.1:50101',
      httpAddress: '127.0.0.1:8081',
      stateDir: '/tmp/none',
      stateSizeBytes: 1_000,
      journalSizeBytes: 2_000,
      uptimeMs: 61_000,
    },
    snapshots: options.snapshots ?? { open: () => Promise.reject(new Error('there are no snapshots here')) },
    links: { roundTripMs: () => 0.4 },
    shutdown: (reason) => shutdowns.push(reason),
    observer: observability.calls,
    onBug: (error) => bugs.push(error),
    metrics: observability.metrics,
  });
  const server = new Server(SERVER_OPTIONS);
  api.addTo(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const address = `127.0.0.1:${port}`;
  const httpPort = await api.startHttp('127.0.0.1', 0);
  const clients: UserServiceClient[] = [];
  const connect = (channel = credentials.createInsecure()): UserServiceClient => {
    const client = new UserServiceClient(address, channel, { 'grpc.use_local_subchannel_pool': 1 });
    clients.push(client);
    return client;
  };
  const coordination = new CoordinationServiceClient(address, credentials.createInsecure());
  return {
    cell,
    api,
    coordination,
    observability,
    address,
    httpPort,
    client: connect(),
    shutdowns,
    bugs,
    connect,
    async stop() {
      for (const client of clients) client.close();
      coordination.close();
      server.forceShutdown();
      await api.stop();
      await observability.stop();
    },
  };
}

/** The details that a refusal carries. */
export function detailOf(error: ServiceError): ErrorDetail {
  const packed = error.metadata.get('synod-error-bin')[0];
  if (!(packed instanceof Uint8Array)) throw new Error(`no details in: ${error.message}`);
  return ErrorDetail.decode(packed);
}

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ServiceError };

/** One unary call as a value, so that a test reads in one line. */
export function ask<Client extends UserServiceClient | CoordinationServiceClient, Request, Response>(
  client: Client,
  method: (
    this: Client,
    request: Request,
    metadata: Metadata,
    options: Partial<CallOptions>,
    callback: (error: ServiceError | null, response: Response) => void,
  ) => unknown,
  request: Request,
  options: Partial<CallOptions> = {},
): Promise<Answer<Response>> {
  return new Promise((resolve) => {
    method.call(client, request, new Metadata(), options, (error, value) =>
      resolve(error ? { ok: false, error } : { ok: true, value }),
    );
  });
}
