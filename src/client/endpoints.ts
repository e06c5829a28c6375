import { type ClientOptions, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { type CoordinationServiceClient, CoordinationServiceService } from '../gen/synod/v1/coordination_service.ts';
import { type UserServiceClient, UserServiceService } from '../gen/synod/v1/user.ts';
import { given, invalidArgument, list } from './arguments.ts';
import { SynodError } from './errors.ts';
import { withStreamedCalls } from './streamed-calls.ts';

/** Requests are at most 1.5 MiB, answers a page; snapshots travel in chunks. */
const MESSAGE_BYTES_MAX = 32 * 1024 * 1024;

const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
  'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // A stopped agent keeps its connections open and says nothing: only a ping tells.
  'grpc.keepalive_time_ms': 5_000,
  'grpc.keepalive_timeout_ms': 3_000,
  'grpc.keepalive_permit_without_calls': 0,
  // Repeats are this library's business: it knows which are safe, and asks other agents.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Agents are asked directly; most are on this machine.
  'grpc.enable_http_proxy': 0,
};

/** Both services over one connection; no method of one has the name of one of the other. */
export type Stub = UserServiceClient & CoordinationServiceClient;

const SERVICES = { ...UserServiceService, ...CoordinationServiceService };

const StubClient = makeGenericClientConstructor(SERVICES, 'synod.v1') as unknown as new (
  address: string,
  channel: ReturnType<typeof credentials.createInsecure>,
  options: ClientOptions,
) => Stub;

export interface Endpoint {
  readonly address: string;
  readonly stub: Stub;
}

/** An agent to open one stream at. Whoever took it gives it back when the stream has ended. */
export interface StreamEndpoint extends Endpoint {
  /** Fires when this agent turns out to be cut off from the cell, and tells nothing new any more. */
  readonly left: AbortSignal;
  release(): void;
}

/**
 * An agent takes a thousand streams over one connection, and keeps the next ones waiting without a word. Streams that stay
 * open therefore have connections of their own, as many as it takes, so that no call ever waits behind them.
 */
const STREAMS_PER_CONNECTION = 500;
const STREAM_CHANNEL_OPTIONS = { ...CHANNEL_OPTIONS, 'grpc.use_local_subchannel_pool': 1 };

interface StreamConnection {
  readonly stub: Stub;
  streams: number;
}

interface Reached {
  readonly address: string;
  stub: Stub | undefined;
  readonly forStreams: StreamConnection[];
  left: AbortController;
}

/**
 * `host:port`, `:port` (loopback), `[v6]:port`, with or without a `http://` in front.
 * @throws SynodError INVALID_ARGUMENT that says what is wrong
 */
export function parseEndpoint(text: string): string {
  if (typeof text !== 'string') throw invalidArgument(`an endpoint is text, HOST:PORT, not ${given(text)}`);
  const bare = text
    .trim()
    .replace(/^(http|grpc):\/\//, '')
    .replace(/\/$/, '');
  const parts = /^(.*):(\d{1,5})$/.exec(bare);
  const host = parts?.[1] === '' ? '127.0.0.1' : parts?.[1];
  const port = Number(parts?.[2]);
  const bracketed = host !== undefined && /^\[[0-9a-fA-F:.]+\]$/.test(host);
  if (host === undefined || !(bracketed || /^[A-Za-z0-9._-]+$/.test(host)) || port < 1 || port > 65_535) {
    throw new SynodError(
      'INVALID_ARGUMENT',
      `"${text}" is not an address: expected HOST:PORT, such as 127.0.0.1:50101`,
    );
  }
  return `${host}:${port}`;
}

/** The agents this client may ask, and the one it asks now. */
export class EndpointPool {
  readonly #endpoints: readonly Reached[];
  readonly #end = new AbortController();
  #index = 0;

  constructor(addresses: readonly string[]) {
    const unique = [...new Set(list(addresses, 'endpoints').map(parseEndpoint))];
    if (unique.length === 0)
      throw new SynodError('INVALID_ARGUMENT', 'no endpoint given: at least one HOST:PORT is needed');
    this.#endpoints = unique.map((address) => ({
      ...{ address, stub: undefined, forStreams: [] },
      left: new AbortController(),
    }));
  }

  /** Fires when this client was closed: what is open ends then. */
  get closed(): AbortSignal {
    return this.#end.signal;
  }

  get size(): number {
    return this.#endpoints.length;
  }

  get addresses(): readonly string[] {
    return this.#endpoints.map(({ address }) => address);
  }

  /** Of the agent that is asked now. */
  get address(): string {
    return this.#endpoints[this.#index]!.address;
  }

  /** @throws SynodError CLOSED */
  current(): Endpoint {
    return this.#connected(this.#index);
  }

  /** For a stream that stays open. @throws SynodError CLOSED */
  forStream(): StreamEndpoint {
    this.closed.throwIfAborted();
    const { address, forStreams, left } = this.#endpoints[this.#index]!;
    let connection = forStreams.find(({ streams }) => streams < STREAMS_PER_CONNECTION);
    if (connection === undefined) {
      connection = { stub: stubFor(address, STREAM_CHANNEL_OPTIONS), streams: 0 };
      forStreams.push(connection);
    }
    const used = connection;
    used.streams += 1;
    return { address, stub: used.stub, left: left.signal, release: () => leave(forStreams, used) };
  }

  /** @throws SynodError INVALID_ARGUMENT when it is not one of this pool's */
  at(address: string): Endpoint {
    const index = this.#endpoints.findIndex((endpoint) => endpoint.address === address);
    if (index < 0) throw new SynodError('INVALID_ARGUMENT', `${address} is not one of this client's endpoints`);
    return this.#connected(index);
  }

  /** The endpoint failed. Calls that failed together move on by one, not by one each. */
  moveOnFrom(address: string): void {
    if (this.#endpoints[this.#index]!.address === address) this.#index = (this.#index + 1) % this.#endpoints.length;
  }

  /** The endpoint keeps nothing alive: whoever waits there for what the cell decides would not hear of it either. */
  leave(address: string): void {
    this.moveOnFrom(address);
    const endpoint = this.#endpoints.find((each) => each.address === address);
    if (endpoint === undefined || this.size === 1) return;
    endpoint.left.abort();
    endpoint.left = new AbortController();
  }

  close(): void {
    this.#end.abort(new SynodError('CLOSED', 'this client was closed'));
    for (const { stub, forStreams } of this.#endpoints) {
      stub?.close();
      for (const connection of forStreams) connection.stub.close();
    }
  }

  #connected(index: number): Endpoint {
    this.closed.throwIfAborted();
    const endpoint = this.#endpoints[index]!;
    endpoint.stub ??= withStreamedCalls(stubFor(endpoint.address, CHANNEL_OPTIONS), SERVICES);
    return endpoint as Endpoint;
  }
}

function stubFor(address: string, options: ClientOptions): Stub {
  return new StubClient(address, credentials.createInsecure(), options);
}

/** The first connection stays for the streams to come. */
function leave(connections: StreamConnection[], connection: StreamConnection): void {
  connection.streams -= 1;
  const index = connections.indexOf(connection);
  if (connection.streams > 0 || index <= 0) return;
  connections.splice(index, 1);
  connection.stub.close();
}
