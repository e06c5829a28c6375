import type { Browser } from 'playwright-core';
import type { SynodClient } from '../../src/client/index.ts';
import { type Figure, numberText, quantile } from './figure.ts';

const PATH = '/figures/save';
const ROUNDS = 20;

/** From the click on Save until the page shows the version that was written. */
export async function measureSave(browser: Browser, url: string, client: SynodClient): Promise<Figure[]> {
  await client.put(PATH, 'first');
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(`${url}/#/keys?path=${encodeURIComponent(PATH)}`);
  const editor = page.getByRole('textbox', { name: `Value of ${PATH}` });
  await editor.waitFor();
  const timesMs: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    await editor.fill(`value ${round}`);
    const shown = page.evaluate<number>(untilVersion(round + 1));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    timesMs.push(await shown);
  }
  const { item } = await client.get(PATH);
  if (Buffer.from(item!.value).toString() !== `value ${ROUNDS}`) throw new Error('the last value was not saved');
  await page.close();
  return [
    {
      what: 'click on Save to the new value shown, three agents',
      measured: quantile(timesMs, 0.5),
      atMost: 100,
      unit: 'ms',
      details: `median of ${ROUNDS}, worst ${numberText(Math.max(...timesMs))} ms`,
    },
  ];
}

/** In the page: from the next click to the frame in which the facts of the key show this version. */
function untilVersion(version: number): string {
  return `new Promise((resolve) => {
    let clickedMs = 0;
    addEventListener('click', (event) => { clickedMs = event.timeStamp; }, { capture: true, once: true });
    const look = () => {
      const name = [...document.querySelectorAll('dt')].find((term) => term.textContent === 'version');
      if (clickedMs > 0 && name?.nextElementSibling?.textContent === '${version}') {
        resolve(performance.now() - clickedMs);
      } else requestAnimationFrame(look);
    };
    look();
  })`;
}
