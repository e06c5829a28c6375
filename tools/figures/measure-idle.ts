import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { type Figure, numberText } from './figure.ts';
import { processorSeconds } from './measured-cell.ts';

const SETTLE_MS = 8_000;
const OBSERVE_MS = 20_000;

/** A window on the Overview of a quiet cell: its page and the agent behind it. */
export async function measureIdle(browser: Browser, url: string, agentPid: number): Promise<Figure[]> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(`${url}/#/overview`);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  const system = await browser.newBrowserCDPSession();
  const seconds = async () => {
    const { processInfo } = await system.send('SystemInfo.getProcessInfo');
    const of = (wanted: string) =>
      processInfo.filter(({ type }) => type === wanted).reduce((sum, { cpuTime }) => sum + cpuTime, 0);
    return { page: of('renderer'), gpu: of('GPU'), browser: of('browser'), agent: processorSeconds(agentPid) };
  };
  await delay(SETTLE_MS);
  const before = await seconds();
  await delay(OBSERVE_MS);
  const after = await seconds();
  await page.close();
  const percent = (part: keyof typeof before) => ((after[part] - before[part]) / (OBSERVE_MS / 1_000)) * 100;
  return [
    {
      what: 'idle window on a quiet cell: page and agent',
      measured: percent('page') + percent('agent'),
      atMost: 5,
      unit: '% of a core',
      details: `page ${numberText(percent('page'))} %, agent ${numberText(percent('agent'))} %; beside it the browser ${numberText(percent('browser'))} %, its GPU process (software here) ${numberText(percent('gpu'))} %`,
    },
  ];
}
