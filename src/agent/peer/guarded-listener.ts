import { createServer, type Socket } from 'node:net';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import type { Address } from './ports.ts';
import type { QuietLog } from './quiet-log.ts';

/** What every HTTP/2 client says first (RFC 9113, section 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const FIRST_BYTES_MS = 10_000;

export interface GuardedListenerOptions {
  readonly server: Server;
  readonly log: QuietLog;
  /** Beyond it connections are closed at once. */
  readonly connectionsMax: number;
}

export interface GuardedListener {
  /** Resolves to the bound port; rejects with the error of `listen` (`EADDRINUSE`, ...). May be tried again. */
  listen(address: Address): Promise<number>;
  close(): void;
}

/**
 * Takes the connections of a gRPC server, so that what is not gRPC is turned away with one line in the log instead of
 * an error deep inside HTTP/2, and so that small answers are not held back by Nagle's algorithm.
 */
export function guardedListener({ server, log, connectionsMax }: GuardedListenerOptions): GuardedListener {
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const waiting = new Set<Socket>();
  const listener = createServer({ noDelay: true, pauseOnConnect: false }, (socket) => {
    const from = socket.remoteAddress ?? 'somewhere';
    waiting.add(socket);
    const leave = (): void => {
      waiting.delete(socket);
      socket.setTimeout(0);
      socket.removeListener('readable', onReadable);
      socket.removeListener('timeout', onTimeout);
    };
    const onTimeout = (): void => {
      socket.destroy();
    };
    const onReadable = (): void => {
      const first = socket.read() as Buffer | null;
      if (first === null) return;
      const length = Math.min(first.length, PREFACE.length);
      leave();
      if (!first.subarray(0, length).equals(PREFACE.subarray(0, length))) {
        log.warn(`garbage ${from}`, `turned away a connection from ${from}: it does not speak gRPC${hint(first)}`);
        socket.destroy();
        return;
      }
      socket.unshift(first);
      injector.injectConnection(socket);
    };
    // A reset is the peer's business; the link that used the connection notices it by itself.
    socket.on('error', () => {});
    socket.on('close', leave);
    socket.setTimeout(FIRST_BYTES_MS, onTimeout);
    socket.on('readable', onReadable);
  });
  listener.maxConnections = connectionsMax;
  listener.on('drop', () => {
    log.warn('drop', `turned away a connection: ${connectionsMax} are open already`);
  });

  return {
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        listener.once('error', reject);
        listener.listen({ host, port }, () => {
          listener.removeListener('error', reject);
          const bound = listener.address();
          resolve(bound !== null && typeof bound === 'object' ? bound.port : port);
        });
      }),
    close: () => {
      listener.close();
      for (const socket of waiting) socket.destroy();
      injector.destroy();
    },
  };
}

function hint(first: Buffer): string {
  if (/^(GET|POST|HEAD|PUT|OPTIONS) /.test(first.toString('latin1', 0, 8))) {
    return ' but HTTP/1.1; the dashboard and REST are on the HTTP port';
  }
  return first[0] === 0x16 ? ' but TLS, which is not supported yet' : '';
}
