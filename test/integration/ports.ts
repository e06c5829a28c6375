import { createServer } from 'node:net';

/** Test files run beside each other in so many processes at most, which must not give out the same port. */
const SHARES = 4;
/** Below the range from which systems draw ports for outgoing connections: a port stays free while its agent is down. */
const COUNT = 15_000 / SHARES;
const FIRST = 15_000 + (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES) * COUNT;
const given = new Set<number>();

/** A port of loopback that nobody listens on, and that no other caller in this process gets. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (!given.has(port) && (await isFree(port))) {
      given.add(port);
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
