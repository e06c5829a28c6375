import type { IncomingMessage, ServerResponse } from 'node:http';

export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Exact, or everything below when it ends with `/*`. */
  readonly path: string;
  /** A page for people: links from elsewhere may lead to it. */
  readonly isPage?: boolean;
  /** Answers, or throws; `url` is the parsed target. */
  readonly handle: (exchange: HttpExchange) => void | Promise<void>;
}

export interface HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Exact paths before patterns, longer patterns before shorter ones. */
export class HttpRoutes {
  readonly #exact = new Map<string, HttpRoute[]>();
  readonly #below: { readonly prefix: string; readonly routes: HttpRoute[] }[] = [];

  constructor(routes: readonly HttpRoute[]) {
    for (const route of routes) this.#add(route);
    this.#below.sort((a, b) => b.prefix.length - a.prefix.length);
  }

  /** Every route for the path, whatever its method. */
  find(path: string): readonly HttpRoute[] {
    return this.#exact.get(path) ?? this.#below.find(({ prefix }) => path.startsWith(prefix))?.routes ?? [];
  }

  #add(route: HttpRoute): void {
    if (!route.path.endsWith('/*')) {
      const routes = this.#exact.get(route.path);
      if (routes === undefined) this.#exact.set(route.path, [route]);
      else routes.push(route);
      return;
    }
    const prefix = route.path.slice(0, -1);
    const existing = this.#below.find((candidate) => candidate.prefix === prefix);
    if (existing === undefined) this.#below.push({ prefix, routes: [route] });
    else existing.routes.push(route);
  }
}
