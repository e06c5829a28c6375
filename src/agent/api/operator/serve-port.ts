import { RPCHandler } from '@orpc/server/message-port';
import type { OperatorContext } from './builder.ts';
import { callHeaders, readableFailures } from './interceptors.ts';
import { PagePace, pacedPort } from './page-pace.ts';
import type { OperatorRouter } from './router.ts';

/** One end of a channel to a page: a MessagePort of the web, of Node or of Electron. */
export type WindowPort = Parameters<RPCHandler<OperatorContext>['upgrade']>[0] & { start?(): void };

let windows = 0;

/** Answers a window over its port until either end closes it. */
export function servePort(port: WindowPort, router: OperatorRouter): void {
  windows += 1;
  const pace = new PagePace();
  const handler = new RPCHandler(router, {
    rootInterceptors: [callHeaders],
    interceptors: [readableFailures],
    // It is asked before each message is sent, and waited for. Nothing is ever transferred.
    experimental_transfer: () => pace.room().then(() => undefined),
  });
  handler.upgrade(pacedPort(port, pace), {
    context: { transport: 'port', viewerId: `window-${windows}`, peer: 'window' },
  });
  port.start?.();
}
