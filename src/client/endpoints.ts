import { credentials } from '@grpc/grpc-js';
import { UserServiceClient } from '../gen/synod/v1/user.ts';
import { SynodError } from './errors.ts';

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

export interface Endpoint {
  readonly address: string;
  readonly stub: UserServiceClient;
}

/**
 * `host:port`, `:port` (loopback), `[v6]:port`, with or without a `http://` in front.
 * @throws SynodError INVALID_ARGUMENT that says what is wrong
 */
export function parseEndpoint(text: string): string {
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
  readonly #endpoints: readonly { readonly address: string; stub: UserServiceClient | undefined }[];
  #index = 0;
  #closed = false;

  constructor(addresses: readonly string[]) {
    const unique = [...new Set(addresses.map(parseEndpoint))];
    if (unique.length === 0)
      throw new SynodError('INVALID_ARGUMENT', 'no endpoint given: at least one HOST:PORT is needed');
    this.#endpoints = unique.map((address) => ({ address, stub: undefined }));
  }

  get size(): number {
    return this.#endpoints.length;
  }

  get addresses(): readonly string[] {
    return this.#endpoints.map(({ address }) => address);
  }

  /** @throws SynodError CLOSED */
  current(): Endpoint {
    return this.#connected(this.#index);
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

  close(): void {
    this.#closed = true;
    for (const endpoint of this.#endpoints) endpoint.stub?.close();
  }

  #connected(index: number): Endpoint {
    if (this.#closed) throw new SynodError('CLOSED', 'this client was closed');
    const endpoint = this.#endpoints[index]!;
    endpoint.stub ??= new UserServiceClient(endpoint.address, credentials.createInsecure(), CHANNEL_OPTIONS);
    return endpoint as Endpoint;
  }
}
