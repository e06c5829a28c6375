/**
 * `npm run screenshots -- [DIR [VIEW...]]`: pictures of every panel and its states, in both themes and at both sizes, of a
 * demo cell that runs for them, and the ones of the README. With names, only the views whose name begins with one of them.
 */
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { ScreenshotCell } from './screenshot-cell.ts';
import { BELOW_QUORUM, LOST, type Theme, type View, working, YOUNG } from './screenshot-views.ts';
import { ROOT } from './source-files.ts';

const SIZES = [
  { width: 1_280, height: 800 },
  { width: 1_920, height: 1_080 },
];
const THEMES = ['light', 'dark'] as const;
/** Long enough for charts and streams to have something to show. */
const SETTLE_MS = 2_000;
/** What most of a cell needs to notice that the rest has gone. */
const NOTICE_MS = 5_000;
const DOCS = join(ROOT, 'docs', 'images');

interface Window {
  readonly page: Page;
  readonly theme: Theme;
  readonly width: number;
}

const folder = process.argv[2] ?? join(tmpdir(), 'synod-screenshots');
const wanted = process.argv.slice(3);

const isWanted = ({ name }: View): boolean => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix));

async function open(window: Window, cell: ScreenshotCell, { name, place }: View): Promise<void> {
  // Loaded anew: nothing is left of the view before.
  await window.page.goto('about:blank');
  await window.page.goto(`${cell.dashboard}/#/${place}`);
  await window.page.locator('main h1').waitFor();
  if (name === 'runtime') await window.page.locator('main .recharts-line').first().waitFor();
}

async function picture({ page, theme, width }: Window, { name, docs }: View): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}-${theme}-${width}.png`) });
  if (docs === theme && width === SIZES[0]!.width) await page.screenshot({ path: join(DOCS, `${name}.png`) });
}

async function pictures(windows: readonly Window[], cell: ScreenshotCell, views: readonly View[]): Promise<void> {
  for (const view of views.filter(isWanted)) {
    // One after the other: a machine that loads four pages at once shows a cell in trouble.
    for (const window of windows) {
      await open(window, cell, view);
      await view.act?.(window.page);
    }
    await windows[0]!.page.waitForTimeout(SETTLE_MS);
    for (const window of windows) await picture(window, view);
  }
}

async function panelsOf({ page }: Window, cell: ScreenshotCell): Promise<string[]> {
  await page.goto(cell.dashboard);
  // Beside its title a button may say what waits in the panel.
  const titles = page.getByRole('navigation', { name: 'Panels' }).locator('button > span:first-of-type');
  await titles.first().waitFor();
  return (await titles.allTextContents()).map((title) => title.trim().toLowerCase());
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  mkdirSync(DOCS, { recursive: true });
  const cell = await ScreenshotCell.start();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  try {
    const windows = await Promise.all(
      THEMES.flatMap((theme) =>
        SIZES.map(async (viewport): Promise<Window> => {
          const page = await browser.newPage({ viewport, colorScheme: theme });
          page.on('dialog', (dialog) => void dialog.accept());
          return { page, theme, width: viewport.width };
        }),
      ),
    );
    await pictures(windows, cell, YOUNG);
    await cell.beginWork();
    await pictures(windows, cell, working(await panelsOf(windows[0]!, cell), cell));
    await cell.loseMajority();
    await new Promise((resolve) => setTimeout(resolve, NOTICE_MS));
    await pictures(windows, cell, BELOW_QUORUM);
    const lost = LOST.filter(isWanted);
    for (const [index, view] of lost.entries()) await open(windows[index % windows.length]!, cell, view);
    await cell.loseDashboard();
    await new Promise((resolve) => setTimeout(resolve, NOTICE_MS));
    for (const [index, view] of lost.entries()) await picture(windows[index % windows.length]!, view);
  } finally {
    await browser.close();
    await cell.close();
  }
  process.stdout.write(`${folder}\n${DOCS}\n`);
}

await main();
