import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenAPIHandler } from '@orpc/openapi/node';
import { RPCHandler } from '@orpc/server/node';
import { experimental_ZodSmartCoercionPlugin as CoercionPlugin } from '@orpc/zod/zod4';
import { HttpRefusal, readJson } from '../http-body.ts';
import type { HttpExchange, HttpRoute } from '../http-routes.ts';
import { sendError, sendJson } from '../http-server.ts';
import type { OperatorContext } from './builder.ts';
import { callHeaders, readableFailures } from './interceptors.ts';
import { openApiDocument } from './openapi.ts';
import { pageRoutes } from './page-files.ts';
import type { OperatorRouter } from './router.ts';

export interface OperatorHttpOptions {
  readonly router: OperatorRouter;
  /** Where the built page lies. */
  readonly pageDir?: string;
  readonly version: string;
}

const RPC = '/rpc';
const REST = '/api/v1';
const OPENAPI = '/api/openapi.json';

/** Comments that keep an idle stream of events open, and tell both ends when the other one is gone. */
const STREAMS = { eventIteratorKeepAliveEnabled: true, eventIteratorKeepAliveInterval: 5_000 } as const;

/** What the window and scripts ask over HTTP, and the page itself. */
export function operatorRoutes(options: OperatorHttpOptions): HttpRoute[] {
  const { router } = options;
  const interceptors = { rootInterceptors: [callHeaders], interceptors: [readableFailures] };
  const rpc = new RPCHandler(router, { ...interceptors, ...STREAMS });
  const rest = new OpenAPIHandler(router, { ...interceptors, ...STREAMS, plugins: [new CoercionPlugin()] });
  const answer =
    (handler: Handler, prefix: `/${string}`, transport: 'http' | 'rest') =>
    async ({ request, response, url }: HttpExchange): Promise<void> => {
      checkEncoding(url);
      await takeBody(request, url, transport);
      const { matched } = await handler.handle(request, response, { prefix, context: contextOf(request, transport) });
      if (!matched) sendError(response, 404, 'NOT_FOUND', nothingAt(request, url));
    };
  const answerRpc = answer(rpc, RPC, 'http');
  const answerRest = answer(rest, REST, 'rest');
  return [
    ...(['GET', 'POST'] as const).map((method) => ({ method, path: `${RPC}/*`, handle: answerRpc })),
    ...(['GET', 'POST', 'PUT', 'DELETE'] as const).map((method) => ({ method, path: `${REST}/*`, handle: answerRest })),
    {
      method: 'GET',
      path: OPENAPI,
      handle: async ({ response }) => sendJson(response, 200, await openApiDocument(router, options.version)),
    },
    ...pageRoutes(options.pageDir),
  ];
}

interface Handler {
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    options: { prefix: `/${string}`; context: OperatorContext },
  ): Promise<{ matched: boolean }>;
}

/** Names the method too: what is there for another one is nothing for this. */
function nothingAt({ method }: IncomingMessage, { pathname }: URL): string {
  return `there is no ${method} ${pathname.slice(0, 200)}: ${OPENAPI} describes what there is`;
}

/** Reads the body here, where it is bounded. A DELETE may as well say in its query what it is about. */
async function takeBody(request: IncomingMessage, url: URL, transport: 'http' | 'rest'): Promise<void> {
  // Node leaves out the body of the answer to a HEAD by itself.
  if (request.method === 'HEAD') request.method = 'GET';
  if (request.method === 'GET') return;
  let body = await readJson(request);
  if (body === undefined && transport === 'rest' && request.method === 'DELETE') {
    body = fieldsOf(url.searchParams);
  }
  // Where the handler looks first.
  (request as { body?: unknown }).body = body ?? (transport === 'rest' ? {} : { json: undefined });
}

/** @throws HttpRefusal for bytes that are no UTF-8: as text they would name another key */
function checkEncoding({ pathname, search }: URL): void {
  for (const [encoded] of `${pathname}${search}`.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    try {
      decodeURIComponent(encoded);
    } catch {
      const text = `${encoded.slice(0, 80)} in the address is no UTF-8: name such a key in the JSON of POST ${RPC}`;
      throw new HttpRefusal(400, 'INVALID_ARGUMENT', text);
    }
  }
}

/** @throws HttpRefusal */
function fieldsOf(query: URLSearchParams): Readonly<Record<string, string>> {
  const names = [...query.keys()];
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice === undefined) return Object.fromEntries(query);
  throw new HttpRefusal(400, 'INVALID_ARGUMENT', `${twice.slice(0, 80)} is given twice: say once which is meant`);
}

function contextOf({ socket }: IncomingMessage, transport: 'http' | 'rest'): OperatorContext {
  const { remoteAddress = '', remotePort = 0 } = socket;
  return { transport, viewerId: `${remoteAddress}:${remotePort}`, peer: `${remoteAddress}:${remotePort}` };
}
