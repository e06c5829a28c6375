import { createORPCClient } from '@orpc/client';
import { RPCLink as HttpLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import type { OperatorClient } from '../../contract/index.ts';
import { PAGE_PORT, PAGE_READY, PAGE_RECEIVED, RECEIVED_EVERY, WINDOW_HOST } from '../../contract/window.ts';

export interface Transport {
  readonly kind: 'port' | 'http';
  readonly client: OperatorClient;
}

/** The only place that knows what carries the calls: a MessagePort in the app, HTTP in the browser. */
export async function openTransport(): Promise<Transport> {
  if (location.host === WINDOW_HOST) {
    const link = new PortLink({ port: await receivePort() });
    return { kind: 'port', client: createORPCClient<OperatorClient>(link) };
  }
  const link = new HttpLink({ url: new URL('/rpc', location.href) });
  return { kind: 'http', client: createORPCClient<OperatorClient>(link) };
}

/** The agent waits for a page that stands still, so that nothing piles up on the way. */
export function sayWhatIsReceived(port: MessagePort): void {
  let received = 0;
  port.addEventListener('message', () => {
    received += 1;
    if (received % RECEIVED_EVERY === 0) port.postMessage(`${PAGE_RECEIVED}${received}`);
  });
}

function receivePort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const receive = (event: MessageEvent): void => {
      const port = event.ports[0];
      if (event.source !== window || event.data !== PAGE_PORT || port === undefined) return;
      removeEventListener('message', receive);
      // With listeners added by addEventListener a port holds its messages back until it is started.
      port.start();
      sayWhatIsReceived(port);
      resolve(port);
    };
    addEventListener('message', receive);
    // The preload script may have been first: it hands the port over when the page says that it listens.
    postMessage(PAGE_READY, location.origin);
  });
}
