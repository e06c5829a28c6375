import { RPCLink } from '@orpc/client/fetch';

/**
 * Carries calls of a client over HTTP. Node's `fetch` forgets the signal of a `Request` as soon as nobody holds that object
 * any more, so aborting would not end a stream that is older than the last garbage collection: the signal is given beside it.
 */
export function httpLink(url: string, headers: Readonly<Record<string, string>> = {}): RPCLink<Record<never, never>> {
  return new RPCLink({
    url,
    headers,
    fetch: (request, init, { signal }) => fetch(request, signal === undefined ? init : { ...init, signal }),
  });
}
