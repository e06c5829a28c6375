/**
 * Measures what people feel of the page, in Chromium against three real agents, and prints a table with the goals:
 *
 *     npm run figures                 all of them
 *     npm run figures -- keys save    some of them: page, keys, messages, idle, save
 *
 * Nothing else may run meanwhile: the machine is part of what is measured. Needs a current build (`npm run build`).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumPath } from '../test/desktop/support/chromium.ts';
import { type Figure, tableOf } from './figures/figure.ts';
import { measureIdle } from './figures/measure-idle.ts';
import { fillLevel, measureKeys } from './figures/measure-keys.ts';
import { measureMessages } from './figures/measure-messages.ts';
import { measurePage } from './figures/measure-page.ts';
import { measureSave } from './figures/measure-save.ts';
import { dashboardOf, MeasuredCell } from './figures/measured-cell.ts';
import { ROOT } from './source-files.ts';

const NAMES = ['page', 'idle', 'save', 'messages', 'keys'] as const;

async function main(wanted: readonly string[]): Promise<void> {
  for (const path of ['dist/cli/synod.js', 'dist/renderer/index.html']) {
    if (!existsSync(join(ROOT, path))) throw new Error(`there is no ${path}: run "npm run build" first`);
  }
  const unknown = wanted.filter((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`there is no figure "${unknown[0]}"; there are ${NAMES.join(', ')}`);
  const isWanted = (name: (typeof NAMES)[number]) => wanted.length === 0 || wanted.includes(name);
  const say = (text: string) => process.stderr.write(`${text}\n`);

  await using stack = new AsyncDisposableStack();
  say('starting three agents and Chromium');
  const cell = stack.adopt(await MeasuredCell.start(), (started) => started.dispose());
  const browser = stack.adopt(
    await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] }),
    (started) => started.close(),
  );
  const client = stack.adopt(cell.fillingClient(), (started) => started.close());
  const leader = await cell.leader();
  const url = dashboardOf(leader);

  // Quiet ones first: what is stored and logged by the others would be part of them.
  const figures: Figure[] = [];
  const measure = async (name: (typeof NAMES)[number], run: () => Promise<Figure[]>): Promise<void> => {
    if (!isWanted(name)) return;
    say(`measuring ${name}`);
    figures.push(...(await run()));
  };
  await measure('page', () => measurePage(browser, url));
  await measure('idle', () => measureIdle(browser, url, leader.ready.pid));
  await measure('save', () => measureSave(browser, url, client));
  await measure('messages', () => measureMessages(browser, url, client));
  await measure('keys', async () => {
    await fillLevel(client);
    return measureKeys(browser, url);
  });
  console.log(tableOf(figures));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { message, cause } = error as Error;
  process.stderr.write(`figures: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}\n`);
  process.exitCode = 1;
}
