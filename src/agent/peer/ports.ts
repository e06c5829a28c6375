import { networkInterfaces } from 'node:os';

/** A TCP address as people write it: `host:port`, `[v6]:port`, or `:port` for loopback. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A user's mistake in an address; the message says what to write instead. */
export class AddressError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AddressError';
  }
}

const LOOPBACK = '127.0.0.1';
const PORT_MAX = 65_535;
/** Taken ports are skipped this many times before giving up. */
const PORTS_TRIED_MAX = 100;

/**
 * @param use `listen` also takes port 0, which means any free one
 * @throws AddressError
 */
export function parseAddress(text: string, use: 'connect' | 'listen' = 'connect'): Address {
  const example = `write it as HOST:PORT, for example ${LOOPBACK}:50101, or as :PORT for this machine`;
  if (text.includes('://')) throw new AddressError(`"${text}" is a URL, not an address: ${example}`);
  const colon = text.lastIndexOf(':');
  if (colon < 0) throw new AddressError(`"${text}" has no port: ${example}`);
  const host = parseHost(text.slice(0, colon), text, example);
  const portText = text.slice(colon + 1);
  const port = Number(portText);
  if (!/^\d{1,6}$/.test(portText)) {
    throw new AddressError(`"${portText}" in "${text}" is not a port number: ${example}`);
  }
  const portMin = use === 'listen' ? 0 : 1;
  if (port < portMin || port > PORT_MAX) {
    throw new AddressError(`port ${port} in "${text}" is out of range: ports go from ${portMin} to ${PORT_MAX}`);
  }
  return { host, port };
}

function parseHost(host: string, text: string, example: string): string {
  if (host === '') return LOOPBACK;
  if (host.startsWith('[') && host.endsWith(']')) {
    const inner = host.slice(1, -1);
    if (!/^[0-9a-fA-F:.]+$/.test(inner) || !inner.includes(':')) {
      throw new AddressError(`"${host}" in "${text}" is not an IPv6 address: ${example}`);
    }
    return inner;
  }
  if (host.includes(':')) {
    throw new AddressError(`"${text}" has several colons: write an IPv6 address in brackets, as in [::1]:50101`);
  }
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(host) || host.length > 253) {
    throw new AddressError(`"${host}" in "${text}" is not a host name or IP address: ${example}`);
  }
  return host;
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Until there are TLS and join tokens, whoever reaches the port can read, write and vote.
 *
 * @returns why this address must not be bound, or undefined
 */
export function bindRefusal(address: Address, insecure: boolean): string | undefined {
  if (insecure || isLoopback(address.host)) return undefined;
  return (
    `will not listen on ${formatAddress(address)}: it can be reached from other machines, and connections are neither ` +
    'encrypted nor authenticated yet, so whoever reaches it can read and change everything. ' +
    `Use ${LOOPBACK}:${address.port}, or add --insecure if the network is trusted`
  );
}

/** What others should dial: a wildcard address becomes one of this machine's own. */
export function advertisedAddress(bound: Address): Address {
  if (bound.host !== '0.0.0.0' && bound.host !== '::') return bound;
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((address) => !address.internal && address.family === 'IPv4');
  return { host: outside?.address ?? LOOPBACK, port: bound.port };
}

/** A port that was asked for, and the one that it became. */
export interface ListenedPort {
  readonly requested: number;
  readonly bound: number;
}

export interface ListenOptions {
  readonly requested: Address;
  /** Where this agent listened last; tried first when the same port was asked for then. */
  readonly last?: ListenedPort | undefined;
  /** Binds, and resolves to the port it got. Rejects with `EADDRINUSE` (in code or message) when it is taken. */
  readonly bind: (address: Address) => Promise<number>;
  /** Told when another port than the requested one is used, in plain words. */
  readonly say: (text: string) => void;
  /** For the message: `gRPC`, `HTTP`. */
  readonly what: string;
}

/**
 * Binds the port that the same request led to last time, else the requested one, else the next free one after it.
 *
 * @throws AddressError when the host cannot be bound or no port of the range is free
 */
export async function listenOnFreePort(options: ListenOptions): Promise<Address> {
  const { requested, what } = options;
  for (const port of candidatePorts(requested, options.last)) {
    const address = { host: requested.host, port };
    try {
      const bound = { host: requested.host, port: await options.bind(address) };
      if (requested.port !== 0 && bound.port !== requested.port) {
        const why = bound.port === options.last?.bound ? 'as last time' : `because ${requested.port} is taken`;
        options.say(`${what} listens on ${formatAddress(bound)} instead of ${formatAddress(requested)}, ${why}`);
      }
      return bound;
    } catch (error) {
      if (!isTaken(error)) throw explainBindFailure(what, address, error);
    }
  }
  throw new AddressError(
    `${what} cannot listen: port ${requested.port} on ${requested.host} and the ${PORTS_TRIED_MAX} after it are taken; ` +
      'name another port',
  );
}

function candidatePorts(requested: Address, last: ListenedPort | undefined): number[] {
  const ports = last?.requested === requested.port ? [last.bound] : [];
  if (requested.port === 0) return [...ports, 0];
  for (let port = requested.port; port <= Math.min(requested.port + PORTS_TRIED_MAX, PORT_MAX); port++) {
    if (port !== ports[0]) ports.push(port);
  }
  return ports;
}

function isTaken(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'EADDRINUSE' || messageOf(error).includes('EADDRINUSE');
}

function explainBindFailure(what: string, address: Address, error: unknown): AddressError {
  const text = messageOf(error);
  const where = formatAddress(address);
  if (text.includes('EACCES')) {
    return new AddressError(`${what} may not listen on ${where}: ports below 1024 need privileges; name a higher one`);
  }
  if (text.includes('EADDRNOTAVAIL')) {
    return new AddressError(
      `${what} cannot listen on ${where}: this machine does not have the address ${address.host}`,
    );
  }
  if (text.includes('ENOTFOUND') || text.includes('Name resolution')) {
    return new AddressError(`${what} cannot listen on ${where}: the name ${address.host} is not known`);
  }
  return new AddressError(`${what} cannot listen on ${where}: ${text}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
