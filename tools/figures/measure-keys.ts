import type { Browser, Page } from 'playwright-core';
import type { SynodClient } from '../../src/client/index.ts';
import { type Figure, quantile } from './figure.ts';
import { framesText, recordFrames } from './frames.ts';

const KEYS = 100_000;
const IN_FLIGHT = 1_000;
const FOLDER = 'figures';
const LEVEL = 'level';
/** So many frames the way to the end takes: ten seconds at sixty a second. */
const SCROLL_FRAMES = 600;

export async function fillLevel(client: SynodClient): Promise<void> {
  const value = Buffer.alloc(64, 'x');
  const writing: Promise<unknown>[] = [];
  for (let key = 0; key < KEYS; key += 1) {
    writing.push(client.batch.put(`/${FOLDER}/${LEVEL}/${segmentOf(key)}`, value));
    if (writing.length >= IN_FLIGHT) await Promise.all(writing.splice(0));
  }
  await Promise.all(writing);
}

function segmentOf(key: number): string {
  return `key-${String(key).padStart(6, '0')}`;
}

/** A level of 100 000 keys is opened and scrolled through to its end. */
export async function measureKeys(browser: Browser, url: string): Promise<Figure[]> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(`${url}/#/keys`);
  const item = (segment: string) => page.getByRole('treeitem', { name: new RegExp(`^${segment} `) });
  await item(FOLDER).dblclick();
  await item(LEVEL).waitFor();
  const firstRowsMs = await openLevel(page, () => item(LEVEL).dblclick());
  const stop = await recordFrames(page);
  await page.evaluate(SCROLL);
  await item(segmentOf(KEYS - 1)).waitFor();
  const frames = await stop();
  await page.close();
  return [
    {
      what: `Keys: open a level of ${KEYS} keys, first rows`,
      measured: firstRowsMs,
      atMost: 200,
      unit: 'ms',
      details: 'from the second click to the first rows drawn',
    },
    {
      what: 'Keys: scroll to its end, frames p99',
      measured: quantile(frames, 0.99),
      atMost: 50,
      unit: 'ms',
      details: framesText(frames),
    },
    {
      what: 'Keys: scroll to its end, worst frame',
      measured: Math.max(...frames),
      atMost: 150,
      unit: 'ms',
      details: 'the whole level in ten seconds, every row seen for the first time',
    },
  ];
}

/** In the page: from the click that opens the level to the frame after which its first key stands there. */
async function openLevel(page: Page, open: () => Promise<void>): Promise<number> {
  const shown = page.evaluate<number>(`new Promise((resolve) => {
    let clickedMs = 0;
    addEventListener('dblclick', (event) => { clickedMs = event.timeStamp; }, { capture: true, once: true });
    const look = () => {
      if (clickedMs > 0 && document.querySelector('[role=treeitem][id*="/key-"]') !== null) {
        requestAnimationFrame(() => resolve(performance.now() - clickedMs));
      } else requestAnimationFrame(look);
    };
    look();
  })`);
  await open();
  return shown;
}

const SCROLL = `new Promise((resolve) => {
  const tree = document.querySelector('[role=tree]');
  let frame = 0;
  const step = () => {
    frame += 1;
    tree.scrollTop = ((tree.scrollHeight - tree.clientHeight) * frame) / ${SCROLL_FRAMES};
    if (frame < ${SCROLL_FRAMES}) requestAnimationFrame(step);
    else resolve();
  };
  requestAnimationFrame(step);
})`;
