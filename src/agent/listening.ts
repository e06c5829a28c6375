import type { Server } from '@grpc/grpc-js';
import { AgentError } from './agent-error.ts';
import type { AgentLogger, AgentOptions } from './agent-options.ts';
import type { Api } from './api/index.ts';
import { guardedListener } from './peer/guarded-listener.ts';
import {
  type Address,
  AddressError,
  advertisedAddress,
  bindRefusal,
  formatAddress,
  type ListenedPort,
  listenOnFreePort,
  parseAddress,
} from './peer/ports.ts';
import { QuietLog } from './peer/quiet-log.ts';

const GRPC_ADDR = '127.0.0.1:50101';
const HTTP_ADDR = '127.0.0.1:8081';
/** Connections of clients and peers at once; each costs a socket and little more. */
const CONNECTIONS_MAX = 10_000;

/** Where an agent can be reached. */
export interface Listening {
  /** What others dial. */
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly grpcListened: ListenedPort;
  readonly httpListened: ListenedPort;
  close(): void;
}

/** Addresses as a user gave them. @throws AgentError naming the one that is wrong, and how to write it */
export function parsePeers(texts: readonly string[]): Address[] {
  return texts.map((text) => parse(text, 'connect'));
}

/** Before anything is touched. @throws AgentError */
export function checkAddresses(
  options: Pick<AgentOptions, 'grpcAddr' | 'httpAddr' | 'advertiseGrpcAddr' | 'peers' | 'insecure'>,
): void {
  checked(options.grpcAddr ?? GRPC_ADDR, options.insecure ?? false);
  checked(options.httpAddr ?? HTTP_ADDR, options.insecure ?? false);
  if (options.advertiseGrpcAddr !== undefined) parse(options.advertiseGrpcAddr, 'connect');
  parsePeers(options.peers ?? []);
}

/** @throws AgentError when an address is wrong, must not be bound, or no port is free. */
export async function listen(options: {
  server: Server;
  api: Api;
  grpcAddr: string | undefined;
  httpAddr: string | undefined;
  advertiseGrpcAddr: string | undefined;
  /** Used first, when the same ports are asked for as then. */
  lastGrpc: ListenedPort | undefined;
  lastHttp: ListenedPort | undefined;
  isInsecure: boolean;
  logger: AgentLogger;
}): Promise<Listening> {
  const { server, api, isInsecure, logger } = options;
  const grpc = checked(options.grpcAddr ?? GRPC_ADDR, isInsecure);
  const http = checked(options.httpAddr ?? HTTP_ADDR, isInsecure);
  const say = (text: string): void => logger.info({}, text);
  const log = { info: say, warn: (text: string) => logger.warn({}, text) };
  const quietLog = new QuietLog(log, () => performance.now());
  const guard = guardedListener({ server, log: quietLog, connectionsMax: CONNECTIONS_MAX });
  try {
    // gRPC last: from then on peers and clients may call, and everything must be in its place.
    const boundHttp = await listenOnFreePort({
      requested: http,
      last: options.lastHttp,
      bind: ({ host, port }) => api.startHttp(host, port),
      say,
      what: 'HTTP',
    });
    const boundGrpc = await listenOnFreePort({
      requested: grpc,
      last: options.lastGrpc,
      bind: (address) => guard.listen(address),
      say,
      what: 'gRPC',
    });
    const { advertiseGrpcAddr } = options;
    const dialled =
      advertiseGrpcAddr === undefined ? advertisedAddress(boundGrpc) : parse(advertiseGrpcAddr, 'connect');
    return {
      grpcAddress: formatAddress(dialled),
      httpAddress: formatAddress(advertisedAddress(boundHttp)),
      grpcListened: { requested: grpc.port, bound: boundGrpc.port },
      httpListened: { requested: http.port, bound: boundHttp.port },
      close: () => guard.close(),
    };
  } catch (error) {
    guard.close();
    if (error instanceof AddressError) throw new AgentError(error.message, error);
    throw error;
  }
}

function checked(text: string, isInsecure: boolean): Address {
  const address = parse(text, 'listen');
  const refusal = bindRefusal(address, isInsecure);
  if (refusal !== undefined) throw new AgentError(refusal);
  return address;
}

function parse(text: string, use: 'connect' | 'listen'): Address {
  try {
    return parseAddress(text, use);
  } catch (error) {
    if (error instanceof AddressError) throw new AgentError(error.message, error);
    throw error;
  }
}
