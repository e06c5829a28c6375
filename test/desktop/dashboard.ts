import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { accessibilityFindings } from './support/axe.ts';
import { launchChromium } from './support/chromium.ts';
import type { ServedAgent, ServedCell } from './support/served-cell.ts';
import { Troubles } from './support/troubles.ts';

export {
  CellInProcess,
  CellOfProcesses,
  type ServedAgent,
  type ServedCell,
  ServedProcess,
} from './support/served-cell.ts';
export { until } from './support/until.ts';

/** Where the pictures of failed tests go. */
const PICTURES = join(tmpdir(), 'synod-desktop-failures');
const TIMEOUT_MS = 20_000;

export interface OpenOptions {
  readonly panel?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly theme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

/** A window on one agent, with the parts that every panel has, found as a person would: by role and name. */
export class Dashboard {
  readonly agent: ServedAgent;
  readonly page: Page;
  readonly troubles: Troubles;

  constructor(agent: ServedAgent, page: Page, troubles: Troubles) {
    this.agent = agent;
    this.page = page;
    this.troubles = troubles;
  }

  get main(): Locator {
    return this.page.getByRole('main');
  }

  get topBar(): Locator {
    return this.page.getByRole('banner').first();
  }

  /** The line at the bottom that says what was done, and what failed. */
  get activity(): Locator {
    return this.page.getByRole('contentinfo');
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** What holds in every panel: no connection, no majority, read-only. */
  notice(text: string | RegExp): Locator {
    return this.page.getByRole('status').filter({ hasText: text });
  }

  /** Until the agent has answered: the page is usable. */
  async connected(): Promise<void> {
    await this.topBar.getByText(/^connected/).waitFor();
  }

  /** Through the list on the left. */
  async openPanel(title: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: title }).click();
    await this.heading(title).waitFor();
  }

  heading(title: string): Locator {
    return this.main.getByRole('heading', { level: 1, name: title, exact: true });
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  }

  /** One of a few that are all in sight. The radio button itself is not drawn; its label is clicked. */
  async choose(group: string, label: string): Promise<void> {
    const choices = this.page.getByRole('group', { name: group, exact: true });
    await choices.getByText(label, { exact: true }).click();
  }

  /** Through the address, as a link would. */
  async goTo(panel: string, query: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(placeHash(panel, query))}`);
  }

  /** Tolerates what the test provokes. */
  allow(...patterns: readonly RegExp[]): void {
    this.troubles.allow(...patterns);
  }

  /** Fails on serious and critical findings in what is shown now. */
  async expectAccessible(selector = 'body'): Promise<void> {
    const findings = await accessibilityFindings(this.page, selector);
    if (findings.length > 0) throw new Error(`findings of axe:\n${findings.join('\n')}`);
  }

  /** The same in both themes, whatever the window was opened with. */
  async expectAccessibleInBothThemes(selector = 'body'): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      await this.setTheme(theme);
      await this.expectAccessible(selector);
    }
  }

  /** As the system would; at once, so that no colour is looked at on its way to another. */
  async setTheme(theme: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await this.page.locator(`html[data-theme=${theme}]`).waitFor();
  }
}

/** One browser for the tests of a file. Every window has its own context: nothing stored, nothing shared. */
export class Windows {
  readonly #args: readonly string[];
  #browser: Browser | undefined;
  #open: { readonly dashboard: Dashboard; readonly context: BrowserContext }[] = [];

  /** @param args further arguments for Chromium */
  constructor(args: readonly string[] = []) {
    this.#args = args;
  }

  get browser(): Browser {
    if (this.#browser === undefined) throw new Error('the browser is started before the tests and not earlier');
    return this.#browser;
  }

  async start(): Promise<void> {
    this.#browser = await launchChromium(this.#args);
  }

  /** Opens the dashboard of an agent and waits until it has answered. */
  async open(agent: ServedAgent, options: OpenOptions = {}): Promise<Dashboard> {
    const dashboard = await this.blank(agent, options);
    await dashboard.page.goto(`${agent.url}/${placeHash(options.panel ?? 'overview', options.query)}`);
    await dashboard.connected();
    return dashboard;
  }

  /** A window that has not been pointed to anything yet. */
  async blank(agent: ServedAgent, { theme = 'light', size }: OpenOptions = {}): Promise<Dashboard> {
    const context = await this.browser.newContext({
      viewport: size ?? { width: 1_280, height: 800 },
      colorScheme: theme,
      permissions: ['clipboard-read', 'clipboard-write'],
      acceptDownloads: true,
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    const troubles = await Troubles.of(context);
    const dashboard = new Dashboard(agent, await context.newPage(), troubles);
    this.#open.push({ dashboard, context });
    return dashboard;
  }

  /** Closes all windows; says what went wrong in them, and takes a picture of each when the test failed. */
  async closeAll(failedTest: string | undefined): Promise<readonly string[]> {
    const open = this.#open.splice(0);
    if (failedTest !== undefined) {
      mkdirSync(PICTURES, { recursive: true });
      for (const [index, { dashboard }] of open.entries()) {
        const path = join(PICTURES, `${failedTest.replaceAll(/\W+/g, '-').slice(0, 100)}-${index + 1}.png`);
        await dashboard.page.screenshot({ path }).then(
          () => console.log(`picture of the failed test: ${path}`),
          () => undefined,
        );
      }
    }
    await Promise.all(open.map(({ context }) => context.close()));
    return open.flatMap(({ dashboard }) => dashboard.troubles.unexpected);
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }
}

/**
 * Call it at the top of a test file. A browser for all its tests; after each one the windows are closed, and what went
 * wrong in them unseen (console, page errors, refused scripts, failed requests) fails the test.
 */
export function withWindows(): Windows {
  const windows = new Windows();
  beforeAll(() => windows.start());
  afterEach(async ({ task }) => {
    const failed = task.result?.state === 'fail';
    const troubles = await windows.closeAll(failed ? task.name : undefined);
    expect(troubles).toEqual([]);
  });
  afterAll(() => windows.stop());
  return windows;
}

/** Call it at the top of a test file: a cell for all its tests, gone after them. */
export function withCell<T extends ServedCell>(found: () => Promise<T>): () => T {
  let cell: T | undefined;
  beforeAll(async () => {
    cell = await found();
  });
  afterAll(() => cell?.dispose());
  return () => {
    if (cell === undefined) throw new Error('the cell is founded before the tests and not earlier');
    return cell;
  };
}

function placeHash(panel: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${panel}${search === '' ? '' : `?${search}`}`;
}
