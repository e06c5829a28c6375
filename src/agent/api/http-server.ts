import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { httpStatusOf } from './errors.ts';
import { HttpRefusal } from './http-body.ts';
import { isForeignPage, isNavigation } from './http-origin.ts';
import { type HttpRoute, HttpRoutes } from './http-routes.ts';

export interface HttpServerOptions {
  readonly routes: readonly HttpRoute[];
  /** Host names beside `localhost` and IP addresses under which this agent may be called. */
  readonly allowedHosts: readonly string[];
  readonly onBug: (error: Error, where: string) => void;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const HEADER_BYTES_MAX = 16 * 1024;
const CONNECTIONS_MAX = 1_000;

/** Said with every answer: nothing here is a page that others may embed, guess the type of, or keep. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** Dispatches to a table of routes. Answers of its own are JSON: `{ error: { reason, message } }`. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #routes: HttpRoutes;
  readonly #server: Server;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#routes = new HttpRoutes(options.routes);
    this.#server = createServer(
      { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: HEADER_BYTES_MAX },
      (request, response) => this.#handle(request, response),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves to the port it got. Rejects with code `EADDRINUSE` when it is taken; it can then be called again. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void => reject(error);
      this.#server.once('error', failed);
      this.#server.listen(port, host, () => {
        this.#server.off('error', failed);
        this.#server.on('error', (error) => this.#options.onBug(error, 'HTTP server'));
        resolve((this.#server.address() as { port: number }).port);
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      await this.#dispatch(request, response);
    } catch (error) {
      // Whoever asked has gone away: nobody is left to be told.
      if (response.destroyed) return;
      const status = error instanceof HttpRefusal ? error.status : httpStatusOf(error);
      if (status >= 500) this.#options.onBug(error as Error, `${request.method} ${request.url}`);
      const message = status >= 500 ? 'the agent failed; its log says why' : (error as Error).message;
      // What is left of a body that is too large is not read as another request.
      if (status === 413) response.setHeader('connection', 'close');
      if (response.headersSent) response.destroy();
      else sendError(response, status, reasonOf(error), message);
    }
  }

  async #dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = request.headers.host ?? '';
    if (!this.#isOwnHost(host)) {
      // A name that some web page's owner points here: the browser believes that the page may talk to us.
      sendError(response, 403, 'FOREIGN_HOST', `this agent does not answer under the name "${host.slice(0, 80)}"`);
      return;
    }
    const url = parseTarget(request.url ?? '/');
    if (url === undefined) {
      sendError(response, 400, 'INVALID_ARGUMENT', 'the path of the request cannot be read');
      return;
    }
    const routes = this.#routes.find(url.pathname);
    if (routes.length === 0) {
      sendError(response, 404, 'NOT_FOUND', `there is nothing at ${url.pathname.slice(0, 200)}`);
      return;
    }
    // HEAD is a GET of which Node leaves out the body.
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const route = routes.find((candidate) => candidate.method === method);
    if (route === undefined) {
      const allowed = [...new Set(routes.map((candidate) => candidate.method))].join(', ');
      response.setHeader('allow', allowed);
      sendError(response, 405, 'METHOD_NOT_ALLOWED', `${url.pathname.slice(0, 200)} takes ${allowed}`);
      return;
    }
    if (isForeignPage(request.headers) && !(route.isPage && isNavigation(request.headers))) {
      sendError(response, 403, 'FOREIGN_ORIGIN', 'this agent does not answer pages of other origins');
      return;
    }
    await route.handle({ request, response, url });
  }

  /** Rebinding needs a name: an address cannot be made to point elsewhere. */
  #isOwnHost(host: string): boolean {
    const name = host.replace(/:\d*$/, '').toLowerCase();
    const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
    if (isIP(bare) !== 0 || bare === 'localhost' || bare.endsWith('.localhost')) return true;
    return this.#options.allowedHosts.some((allowed) => allowed.toLowerCase() === bare);
  }
}

function parseTarget(target: string): URL | undefined {
  return target.startsWith('/') && URL.canParse(target, 'http://agent') ? new URL(target, 'http://agent') : undefined;
}

function reasonOf(error: unknown): string {
  const { reason } = error as { reason?: unknown };
  return typeof reason === 'string' ? reason : 'INTERNAL';
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendError(response: ServerResponse, status: number, reason: string, message: string): void {
  sendJson(response, status, { error: { reason, message } });
}
