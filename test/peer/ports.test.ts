// Guards addresses as people write them, the refusal to bind beyond loopback, and the choice of a port.
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import {
  type Address,
  AddressError,
  advertisedAddress,
  bindRefusal,
  formatAddress,
  isLoopback,
  type ListenedPort,
  listenOnFreePort,
  parseAddress,
} from '../../src/agent/peer/ports.ts';
import { fc } from '../support/property.ts';

test.each([
  ['127.0.0.1:50101', '127.0.0.1', 50101],
  [':50101', '127.0.0.1', 50101],
  ['localhost:1', 'localhost', 1],
  ['[::1]:65535', '::1', 65535],
  ['node-3.example.org:80', 'node-3.example.org', 80],
])('%s is %s port %i', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
});

test.each([
  ['', '"" has no port'],
  ['50101', '"50101" has no port'],
  ['host:', '"" in "host:" is not a port number'],
  ['host:x1', '"x1" in "host:x1" is not a port number'],
  ['host:-1', '"-1" in "host:-1" is not a port number'],
  ['host:1e3', '"1e3" in "host:1e3" is not a port number'],
  ['host:65536', 'port 65536 in "host:65536" is out of range'],
  ['host:0', 'port 0 in "host:0" is out of range'],
  ['::1:80', 'several colons'],
  ['[zz]:80', 'is not an IPv6 address'],
  ['http://host:80', 'is a URL'],
  ['a b:80', 'is not a host name'],
  ['host/path:80', 'is not a host name'],
  ['-host:80', 'is not a host name'],
])('"%s" is refused: %s', (text, message) => {
  expect(() => parseAddress(text)).toThrow(AddressError);
  expect(() => parseAddress(text)).toThrow(message);
});

test('port 0 means any free port, for listening only', () => {
  expect(parseAddress(':0', 'listen')).toEqual({ host: '127.0.0.1', port: 0 });
});

test('any text is an address or a precise error, and an address survives being written', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.ipV4(),
        fc.domain().map((host) => `${host}:${7}`),
      ),
      (text) => {
        let address: Address;
        try {
          address = parseAddress(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AddressError);
          return;
        }
        expect(parseAddress(formatAddress(address))).toEqual(address);
      },
    ),
  );
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.4', false],
  ['localhost.example.org', false],
])('%s on loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
  const refusal = bindRefusal({ host, port: 50101 }, false);
  if (expected) expect(refusal).toBeUndefined();
  else expect(refusal).toMatch(/reached from other machines.*neither encrypted nor authenticated.*--insecure/s);
  expect(bindRefusal({ host, port: 50101 }, true)).toBeUndefined();
});

test('a wildcard is not advertised', () => {
  expect(advertisedAddress({ host: '0.0.0.0', port: 7 }).host).not.toBe('0.0.0.0');
  expect(advertisedAddress({ host: '127.0.0.1', port: 7 })).toEqual({ host: '127.0.0.1', port: 7 });
});

const requested = { host: '127.0.0.1', port: 50101 };

/** Binds nothing: the ports in `taken` are. */
async function choose(options: { requested?: Address; last?: ListenedPort; taken?: number[] }) {
  const tried: number[] = [];
  const said: string[] = [];
  const address = await listenOnFreePort({
    requested: options.requested ?? requested,
    last: options.last,
    what: 'gRPC',
    say: (text) => said.push(text),
    bind: async ({ port }) => {
      tried.push(port);
      if (options.taken?.includes(port)) throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
      return port === 0 ? 49_999 : port;
    },
  });
  return { port: address.port, tried, said };
}

test('the requested port is used silently when it is free', async () => {
  expect(await choose({})).toEqual({ port: 50101, tried: [50101], said: [] });
});

test('a taken port is replaced by the next free one, and that is said', async () => {
  const { port, said } = await choose({ taken: [50101, 50102] });
  expect(port).toBe(50103);
  expect(said).toEqual(['gRPC listens on 127.0.0.1:50103 instead of 127.0.0.1:50101, because 50101 is taken']);
});

test('the last port comes first, and next the requested one', async () => {
  const last = { requested: requested.port, bound: 50104 };
  expect((await choose({ last })).tried).toEqual([50104]);
  const { tried } = await choose({ last, taken: [50104, 50101] });
  expect(tried).toEqual([50104, 50101, 50102]);
});

test('the last port does not count when another one was asked for then', async () => {
  for (const port of [40_000, 50_102]) {
    expect((await choose({ last: { requested: port, bound: port } })).port).toBe(50_101);
  }
});

test('any free port: the last one again when it is free', async () => {
  const anyPort = { host: '127.0.0.1', port: 0 };
  expect((await choose({ requested: anyPort, last: { requested: 0, bound: 33_333 } })).port).toBe(33333);
  expect((await choose({ requested: anyPort, last: { requested: 0, bound: 33_333 }, taken: [33333] })).port).toBe(
    49_999,
  );
});

test('when every port of the range is taken it says so', async () => {
  const taken = Array.from({ length: 101 }, (_, index) => 50101 + index);
  await expect(choose({ taken })).rejects.toThrow(/port 50101 on 127.0.0.1 and the 100 after it are taken/);
});

test('other failures are explained, not repeated', async () => {
  const bind = async (): Promise<number> => Promise.reject(new Error('listen EADDRNOTAVAIL: 203.0.113.9'));
  const options = { requested: { host: '203.0.113.9', port: 1 }, what: 'HTTP', say: () => {}, bind };
  await expect(listenOnFreePort(options)).rejects.toThrow(
    'HTTP cannot listen on 203.0.113.9:1: this machine does not have the address 203.0.113.9',
  );
});

test('with real sockets, two listeners on one port end up beside each other', async () => {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    const bind = ({ host, port }: Address): Promise<number> =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host, port }, () => resolve((server.address() as { port: number }).port));
      });
    const bound = await listenOnFreePort({
      requested: { host: '127.0.0.1', port: ports[0] ?? 0 },
      what: 'gRPC',
      say: () => {},
      bind,
    });
    ports.push(bound.port);
  }
  expect(ports[1]).toBeGreaterThan(ports[0]!);
  for (const server of servers) server.close();
});
