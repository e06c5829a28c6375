import type { Route } from 'playwright-core';
import { record } from './test-channel.ts';

/**
 * Chromium knows only its own schemes. Those of the app are served as `https` with the same host, which has the same
 * rights: a secure origin of its own. The app itself never sees the difference.
 */
const schemes = new Set<string>();
const hosts = new Map<string, string>();
const handlers = new Map<string, (request: Request | StandInRequest) => Response | Promise<Response>>();

interface StandInRequest {
  readonly url: string;
  readonly method: string;
}

/** The address for Chromium. */
export function toChromium(url: string): string {
  const { protocol: scheme, host } = new URL(url);
  if (!schemes.has(scheme)) return url;
  hosts.set(host, scheme);
  return url.replace(`${scheme}//`, 'https://');
}

/** The address as the app knows it. */
export function toApp(url: string): string {
  if (!URL.canParse(url)) return url;
  const scheme = hosts.get(new URL(url).host);
  return scheme === undefined ? url : url.replace(/^https:\/\//, `${scheme}//`);
}

export const protocol = {
  registerSchemesAsPrivileged(list: readonly { readonly scheme: string }[]): void {
    for (const { scheme } of list) schemes.add(`${scheme}:`);
  },
  handle(scheme: string, handler: (request: StandInRequest) => Response | Promise<Response>): void {
    handlers.set(`${scheme}:`, handler);
  },
};

type BeforeRequest = (
  details: { readonly url: string },
  answer: (reply: { readonly cancel?: boolean }) => void,
) => void;
type PermissionRequest = (contents: unknown, permission: string, answer: (granted: boolean) => void) => void;

class Session {
  readonly protocol = protocol;
  #beforeRequest: BeforeRequest | undefined;
  permissionRequest: PermissionRequest | undefined;

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest): void => {
      this.#beforeRequest = listener;
    },
  };

  setPermissionRequestHandler(handler: PermissionRequest): void {
    this.permissionRequest = handler;
  }

  setPermissionCheckHandler(): void {}

  setDevicePermissionHandler(): void {}

  /** Serves a request of a page, or denies it: nothing reaches a network from here. */
  async serve(route: Route): Promise<void> {
    const request = route.request();
    const url = toApp(request.url());
    const handler = handlers.get(new URL(url).protocol);
    if (handler === undefined || (await this.#isCancelled(url))) {
      record('denied', { what: 'request', url });
      await route.abort();
      return;
    }
    const response = await handler({ url, method: request.method() });
    record('served', { url, status: response.status });
    const body = Buffer.from(await response.arrayBuffer());
    await route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  }

  #isCancelled(url: string): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    if (this.#beforeRequest === undefined) resolve(false);
    else this.#beforeRequest({ url }, ({ cancel }) => resolve(cancel === true));
    return promise;
  }
}

export const session = { defaultSession: new Session() };
