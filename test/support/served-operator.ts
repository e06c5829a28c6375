import { createORPCClient } from '@orpc/client';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import {
  type Api,
  type AppPort,
  createApi,
  createOperatorRouter,
  type OperatorPorts,
  operatorRoutes,
  servePort,
} from '../../src/agent/api/index.ts';
import { readOnlySwitch } from '../../src/agent/api/operator/read-only-switch.ts';
import { createObservability, type Observability } from '../../src/agent/observe/index.ts';
import type { OperatorClient } from '../../src/contract/index.ts';
import { httpLink } from './http-link.ts';
import { LoneCell } from './lone-cell.ts';
import { SILENT_LOGGER } from './served-api.ts';

export type Transport = 'http' | 'port';

export interface ServedOperator {
  readonly cell: LoneCell;
  readonly api: Api;
  readonly ports: OperatorPorts;
  readonly observability: Observability;
  readonly httpPort: number;
  readonly url: string;
  readonly bugs: Error[];
  /** What a page has. */
  client(transport: Transport, headers?: Readonly<Record<string, string>>): OperatorClient;
  stop(): Promise<void>;
}

export interface OperatorOptions {
  /** Several agents of one cell share it. */
  readonly cell?: LoneCell;
  readonly readOnly?: boolean;
  readonly pageDir?: string;
  readonly app?: AppPort;
  /** The app has not started its agent yet. */
  readonly isAgentMissing?: boolean;
}

/** The whole operator API over real sockets and ports, in front of a cell in memory. */
export async function serveOperator(options: OperatorOptions = {}): Promise<ServedOperator> {
  const { cell = new LoneCell(), pageDir, app } = options;
  const observability = createObservability({ logger: SILENT_LOGGER, bootNonce: 'boot' });
  const bugs: Error[] = [];
  const ports = portsOf(cell, observability, bugs, options.readOnly ?? false);
  const router = createOperatorRouter(() => (options.isAgentMissing ? undefined : ports), app);
  const api = createApi({
    ...ports.api,
    metrics: observability.metrics,
    routes: operatorRoutes({ router, pageDir, version: '0.1.0' }),
  });
  const httpPort = await api.startHttp('127.0.0.1', 0);
  const url = `http://127.0.0.1:${httpPort}`;
  const channels: InstanceType<typeof MessageChannel>[] = [];
  return {
    cell,
    api,
    ports,
    observability,
    httpPort,
    url,
    bugs,
    client(transport, headers = {}) {
      if (transport === 'http') return createORPCClient(httpLink(`${url}/rpc`, headers));
      const channel = new MessageChannel();
      channels.push(channel);
      servePort(channel.port1, router);
      channel.port2.start();
      return createORPCClient(new PortLink({ port: channel.port2, headers }));
    },
    async stop() {
      for (const { port1 } of channels) port1.close();
      await api.stop();
      await observability.stop();
    },
  };
}

function portsOf(cell: LoneCell, observability: Observability, bugs: Error[], isFixed: boolean): OperatorPorts {
  return {
    api: {
      cell,
      agent: {
        name: 'Ada',
        version: '0.1.0',
        grpcAddress: '127.0.0.1:50101',
        httpAddress: '127.0.0.1:8081',
        stateDir: '/nowhere/at/all',
        stateSizeBytes: 1_000,
        journalSizeBytes: 2_000,
        uptimeMs: 61_000,
      },
      snapshots: { open: () => Promise.reject(new Error('there are no snapshots here')) },
      links: { roundTripMs: () => 0.4 },
      shutdown: () => undefined,
      observer: observability.calls,
      onBug: (error) => bugs.push(error),
    },
    observe: observability,
    journal: {
      bounds: () => ({ floor: 1, end: 0, chosenThrough: 0, applied: 0 }),
      list: () => [],
      entry: () => undefined,
    },
    logs: {
      query: () => Promise.reject(new Error('there are no other participants here')),
      watch: () => {
        throw new Error('there are no other participants here');
      },
      detail: () => Promise.reject(new Error('there are no other participants here')),
      countdowns: () => Promise.reject(new Error('there are no other participants here')),
    },
    listings: cell.store,
    links: () => [],
    settings: () => [],
    isInsecure: false,
    readOnly: readOnlySwitch(isFixed),
  };
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly data: {
    readonly reason: string;
    readonly effect: string;
    readonly floor: number;
    readonly resumeFrom: number;
  };
}

/** The refusal that a call must end with. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { code, message, data } = error as Refusal;
    return { code, message, data };
  }
  throw new Error('it was not refused');
}
