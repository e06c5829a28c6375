import type { Carried } from './message-channel.ts';

/** What a page says to its window. */
export type FromPage =
  | { readonly kind: 'send'; readonly channel: string }
  | { readonly kind: 'portMessage'; readonly port: number; readonly data: Carried };

/** What a window says to its page. */
export type ToPage =
  | { readonly kind: 'event'; readonly channel: string; readonly ports: readonly number[] }
  | { readonly kind: 'portMessage'; readonly port: number; readonly data: Carried };

interface PagePort {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(data: unknown): void;
}

/** Of the page: this file is otherwise compiled for Node. */
declare const window: object & { readonly top: unknown };
declare const location: { readonly protocol: string };
declare const MessageChannel: new () => { readonly port1: PagePort; readonly port2: PagePort };

export const BINDING = '__electronStandInSend';
export const RECEIVER = '__electronStandInReceive';

/**
 * Runs in the page before anything else there: gives the preload script, whose source it gets, the two things of `electron`
 * that a sandboxed one may use, and bridges its ports. Sent to the page as text: it can use nothing from around it.
 */
export function pageSide({ preload, binding, receiver }: { preload: string; binding: string; receiver: string }): void {
  if (window !== window.top || location.protocol !== 'https:') return;
  const world = window as unknown as Record<string, unknown>;
  const send = world[binding] as (message: unknown) => Promise<void>;
  // The page itself must not find it.
  delete world[binding];
  type Listener = (event: { ports: PagePort[] }) => void;
  const listeners = new Map<string, Set<Listener>>();
  const ports = new Map<number, PagePort>();

  const toCarried = (data: unknown): unknown => {
    if (typeof data === 'string') return { text: data };
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
    if (!(bytes instanceof Uint8Array)) throw new Error('the stand-in carries text and bytes only');
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { base64: btoa(binary) };
  };
  const fromCarried = (data: { text?: string; base64?: string }): unknown =>
    data.text ?? Uint8Array.from(atob(data.base64 ?? ''), (character) => character.charCodeAt(0));

  const bridged = (id: number): PagePort => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => void send({ kind: 'portMessage', port: id, data: toCarried(data) });
    ports.set(id, port1);
    return port2;
  };

  const on = (channel: string, listener: Listener): void => {
    listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
  };
  const ipcRenderer = {
    send: (channel: string) => void send({ kind: 'send', channel }),
    on,
    once: (channel: string, listener: Listener) => {
      const one: Listener = (event) => {
        listeners.get(channel)?.delete(one);
        listener(event);
      };
      on(channel, one);
    },
  };

  const receive = (
    messages: readonly { kind: string; channel: string; ports: number[]; port: number; data: object }[],
  ) => {
    for (const message of messages) {
      if (message.kind === 'portMessage') ports.get(message.port)?.postMessage(fromCarried(message.data));
      else for (const listener of listeners.get(message.channel) ?? []) listener({ ports: message.ports.map(bridged) });
    }
  };
  Object.defineProperty(window, receiver, { value: receive });
  const modules: Readonly<Record<string, unknown>> = { electron: { ipcRenderer } };
  const require = (name: string): unknown => {
    if (name in modules) return modules[name];
    throw new Error(`module not found: ${name}`);
  };
  new Function('require', 'module', 'exports', preload)(require, { exports: {} }, {});
}
