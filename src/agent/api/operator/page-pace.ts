import { PAGE_RECEIVED } from '../../../contract/window.ts';
import type { WindowPort } from './serve-port.ts';

/** So many messages may be on their way to a page. Several times as many as the page receives before it says so. */
const UNREAD_MAX = 64;

/**
 * What is on its way to a page. A page that stands still, frozen or stopped in a debugger, would let everything that streams
 * tell pile up between the processes. So what is said waits for the page, and streams hold back or are cut off as they are
 * over HTTP.
 */
export class PagePace {
  #sent = 0;
  #received = 0;
  /** A page that never says what it received is not waited for. */
  #isTold = false;
  #isClosed = false;
  #waiting: (() => void)[] = [];

  /** Resolves when one more message may be sent. */
  room(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#go();
    });
  }

  /** True: the page said how much it has received so far, and the message was only that. */
  heard(data: unknown): boolean {
    if (typeof data !== 'string' || !data.startsWith(PAGE_RECEIVED)) return false;
    this.#isTold = true;
    this.#received = Math.max(this.#received, Number(data.slice(PAGE_RECEIVED.length)) || 0);
    this.#go();
    return true;
  }

  /** Nothing arrives any more; nobody waits for it. */
  close(): void {
    this.#isClosed = true;
    this.#go();
  }

  #go(): void {
    const isFree = (): boolean => this.#isClosed || !this.#isTold || this.#sent - this.#received < UNREAD_MAX;
    while (this.#waiting.length > 0 && isFree()) {
      this.#sent += 1;
      this.#waiting.shift()!();
    }
  }
}

/** The same port for whoever answers the page: without what the page says to the pace. */
export function pacedPort(port: WindowPort, pace: PagePace): WindowPort {
  const listen = (event: string, listener: (event: { data: unknown }) => void): void => {
    if ('addEventListener' in port) port.addEventListener(event, listener as (event: unknown) => void);
    else if ('on' in port) port.on(event, listener as (event: unknown) => void);
  };
  listen('close', () => pace.close());
  return {
    postMessage: (data: unknown) => port.postMessage(data),
    on: (event: string, listener: (event?: { data: unknown }) => void) =>
      listen(event, (said) => {
        if (event !== 'message' || !pace.heard(said.data)) listener(said);
      }),
  };
}
