import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { BrowserContext, Frame, Page, Request, Route } from 'playwright-core';
import { app, preventable, windows } from './app.ts';
import { openChromium } from './chromium.ts';
import { BINDING, type FromPage, pageSide, RECEIVER } from './page-side.ts';
import { session } from './session.ts';
import { record } from './test-channel.ts';
import { WebContents } from './web-contents.ts';

interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Options extends Partial<Bounds> {
  readonly title?: string;
  readonly webPreferences: Readonly<Record<string, unknown>> & { readonly preload: string };
}

const byPage = new Map<Page, BrowserWindow>();

/** A window whose content is a page of Chromium, and whose frame is a few numbers. */
export class BrowserWindow extends EventEmitter {
  readonly webContents: WebContents;
  readonly options: Options;
  #bounds: Bounds;
  #isMaximized = false;
  #title: string;
  #isVisible = false;
  #isDestroyed = false;
  readonly #page: Promise<Page>;

  constructor(options: Options) {
    super();
    this.options = options;
    this.#title = options.title ?? '';
    this.#bounds = {
      x: options.x ?? 320,
      y: options.y ?? 120,
      width: options.width ?? 800,
      height: options.height ?? 600,
    };
    this.#page = this.#open();
    this.webContents = new WebContents(this.#page, options.webPreferences);
    windows.add(this);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows] as BrowserWindow[];
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.loadURL(url);
    if (!this.#isVisible) this.emit('ready-to-show');
  }

  show(): void {
    this.#isVisible = true;
  }

  focus(): void {
    this.emit('focus');
  }

  restore(): void {}

  setTitle(title: string): void {
    this.#title = title;
  }

  getTitle(): string {
    return this.#title;
  }

  isMinimized(): boolean {
    return false;
  }

  isVisible(): boolean {
    return this.#isVisible;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  maximize(): void {
    this.#isMaximized = true;
    this.emit('maximize');
  }

  isMaximized(): boolean {
    return this.#isMaximized;
  }

  getNormalBounds(): Bounds {
    return this.#bounds;
  }

  getBounds(): Bounds {
    return this.#bounds;
  }

  setBounds(bounds: Bounds): void {
    this.#bounds = bounds;
    this.emit('move');
    this.emit('resize');
  }

  close(): void {
    if (this.#isDestroyed) return;
    const event = preventable();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    void this.#page
      .then((page) => page.close())
      .catch(() => undefined)
      .finally(() => {
        this.webContents.closed();
        windows.delete(this);
        this.emit('closed');
        if (windows.size === 0) app.emit('window-all-closed');
      });
  }

  async #open(): Promise<Page> {
    const preload = readFileSync(this.options.webPreferences.preload, 'utf8');
    const context = await openChromium(app.getPath('userData'), (made) => prepare(made, preload));
    const page = await context.newPage();
    byPage.set(page, this);
    page.on('crash', () => process.stderr.write('stand-in: the page crashed\n'));
    return page;
  }
}

/** All windows of an app have the same preload script. */
async function prepare(context: BrowserContext, preload: string): Promise<void> {
  await context.exposeBinding(BINDING, ({ page }, message: FromPage) =>
    byPage.get(page)?.webContents.fromPage(message),
  );
  await context.addInitScript(pageSide, { preload, binding: BINDING, receiver: RECEIVER });
  await context.route('**/*', (route) => decide(route));
  context.on('page', async (page) => {
    const opener = await page.opener();
    const window = opener === null ? undefined : byPage.get(opener);
    if (window === undefined || window.webContents.openHandlerAllows(page.url())) return;
    record('denied', { what: 'window' });
    await page.close().catch(() => undefined);
  });
}

async function decide(route: Route): Promise<void> {
  const request = route.request();
  const mayGo = !request.isNavigationRequest() || mayNavigate(request);
  // Any other code would put Chromium's page about an error in the place of ours.
  if (mayGo) await session.defaultSession.serve(route);
  else await route.abort('aborted');
}

/** A navigation of a frame inside is the page's own affair, and a request like others. */
function mayNavigate(request: Request): boolean {
  const frame = frameOf(request);
  if (frame !== undefined && frame.parentFrame() !== null) return true;
  const contents = frame && byPage.get(frame.page())?.webContents;
  return contents?.mayNavigate(request.url()) ?? false;
}

/** Undefined while the page that it is for is being made: that is no window of the app. */
function frameOf(request: Request): Frame | undefined {
  try {
    return request.frame();
  } catch {
    return undefined;
  }
}
