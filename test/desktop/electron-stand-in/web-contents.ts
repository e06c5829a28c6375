import { EventEmitter } from 'node:events';
import type { Page } from 'playwright-core';
import { app, preventable } from './app.ts';
import { ipcMain } from './ipc-main.ts';
import { carry, type MessagePortMain, uncarry } from './message-channel.ts';
import { type FromPage, RECEIVER, type ToPage } from './page-side.ts';
import { session, toApp, toChromium } from './session.ts';
import { record } from './test-channel.ts';

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

/** A page as Electron shows it to the app: navigation that can be denied, frames that talk, ports. */
export class WebContents extends EventEmitter {
  readonly session = session.defaultSession;
  readonly mainFrame: { readonly parent: null; readonly url: string; postMessage: WebContents['postMessage'] };
  readonly #page: Promise<Page>;
  #url = '';
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  /** Addresses that the app itself asked for: those are not the page's navigation. */
  readonly #asked = new Set<string>();
  readonly #ports = new Map<number, { readonly port: MessagePortMain; readonly receive: (data: unknown) => void }>();
  #nextPort = 1;
  readonly #toPage: ToPage[] = [];
  #isSending = false;

  readonly #preferences: Readonly<Record<string, unknown>>;

  constructor(page: Promise<Page>, preferences: Readonly<Record<string, unknown>>) {
    super();
    this.#page = page;
    this.#preferences = preferences;
    const contents = this;
    this.mainFrame = {
      parent: null,
      get url() {
        return contents.#url;
      },
      postMessage: (channel, message, ports) => this.postMessage(channel, message, ports),
    };
    app.emit('web-contents-created', preventable(), this);
  }

  getURL(): string {
    return this.#url;
  }

  getLastWebPreferences(): Readonly<Record<string, unknown>> {
    return this.#preferences;
  }

  reload(): void {
    void this.#page.then((page) => {
      this.#asked.add(page.url().split('#')[0]!);
      return page.reload();
    });
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  openHandlerAllows(url: string): boolean {
    return this.#openHandler({ url: toApp(url) }).action === 'allow';
  }

  async loadURL(url: string): Promise<void> {
    const address = toChromium(url);
    const page = await this.#page;
    this.#asked.add(address.split('#')[0]!);
    await page.goto(address);
    this.#url = url;
  }

  /** A navigation of the main frame, on its way: whether it may go on. */
  mayNavigate(address: string): boolean {
    if (this.#asked.delete(address.split('#')[0]!)) {
      this.#left();
      return true;
    }
    const event = { ...preventable(), url: toApp(address), isMainFrame: true };
    this.emit('will-frame-navigate', event);
    this.emit('will-navigate', event, event.url);
    if (event.defaultPrevented) record('denied', { what: 'navigation', url: event.url });
    else this.#left();
    return !event.defaultPrevented;
  }

  postMessage(channel: string, _message: null, transferred: readonly MessagePortMain[]): void {
    const ports = transferred.map((port) => {
      const id = this.#nextPort++;
      const receive = port.giveAway((data) => this.#send({ kind: 'portMessage', port: id, data: carry(data) }));
      this.#ports.set(id, { port, receive });
      return id;
    });
    this.#send({ kind: 'event', channel, ports });
  }

  fromPage(message: FromPage): void {
    if (message.kind === 'send') {
      ipcMain.emit(message.channel, { sender: this, senderFrame: this.mainFrame });
      return;
    }
    record('port', { direction: 'from page' });
    this.#ports.get(message.port)?.receive(uncarry(message.data));
  }

  /** What a page had goes with it. */
  #left(): void {
    for (const { port } of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  closed(): void {
    this.#left();
    this.emit('destroyed');
  }

  #send(message: ToPage): void {
    if (message.kind === 'portMessage') record('port', { direction: 'to page' });
    this.#toPage.push(message);
    if (!this.#isSending) void this.#sendAll();
  }

  /** In order, many at a time. */
  async #sendAll(): Promise<void> {
    this.#isSending = true;
    const page = await this.#page;
    while (this.#toPage.length > 0) {
      const messages = this.#toPage.splice(0);
      // The page may be on its way to somewhere else, or gone: as with ports, what is said to it is lost.
      await page
        .evaluate(
          ([receiver, list]) => (globalThis as unknown as Record<string, (list: unknown) => void>)[receiver]!(list),
          [RECEIVER, messages] as const,
        )
        .catch(() => undefined);
    }
    this.#isSending = false;
  }
}
