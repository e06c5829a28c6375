import type { Page } from 'playwright-core';
import type { ScreenshotCell } from './screenshot-cell.ts';

export type Theme = 'light' | 'dark';

/** What a picture shows: a place in the page, and what is done there first. */
export interface View {
  readonly name: string;
  /** Behind `#/`. */
  readonly place: string;
  readonly act?: (page: Page) => Promise<void>;
  /** Also a picture of the documentation, in this theme. */
  readonly docs?: Theme;
}

const LIMITS = '/config/api/limits';
const CONTESTED = '/config/database/pool';
const FILE = [
  { key: '/features/new-checkout', value: 'false' },
  { key: '/features/bulk-export', value: 'true' },
  { key: '/features/wish-list', value: 'true' },
  { key: '/services/mail/2', value: '{ "address": "10.0.1.126:2526" }' },
];

/** Of a cell that was founded a moment ago: nothing is in it. */
export const YOUNG: readonly View[] = [
  { name: 'young-overview', place: 'overview' },
  { name: 'young-keys', place: 'keys' },
  { name: 'young-participants', place: 'participants' },
  { name: 'young-journal', place: 'journal' },
  { name: 'young-runtime', place: 'runtime' },
  { name: 'young-messages', place: 'messages' },
  { name: 'young-requests', place: 'requests' },
  { name: 'young-locks', place: 'locks' },
  { name: 'young-elections', place: 'elections' },
  { name: 'young-barriers', place: 'barriers' },
  { name: 'young-proposals', place: 'proposals' },
  { name: 'young-queues', place: 'queues' },
  { name: 'young-once', place: 'queues?tab=once' },
];

/** Of a cell that works: every panel, and what opens in it. */
export function working(panels: readonly string[], cell: ScreenshotCell): readonly View[] {
  const docs: Readonly<Record<string, Theme>> = { overview: 'light' };
  return [
    ...panels.map((panel) => ({ name: panel, place: panel, docs: docs[panel] })),
    { name: 'participants-details', place: `participants?agent=${cell.otherId}`, docs: 'light' },
    { name: 'participants-add', place: 'participants?add=yes' },
    {
      name: 'participants-kill',
      place: `participants?agent=${cell.otherId}`,
      act: (page) => page.getByRole('complementary').getByRole('button', { name: /^Kill/ }).click(),
    },
    { name: 'participants-change', place: `participants?agent=${cell.otherId}`, act: click('Remove…') },
    ...keys(cell),
    ...messages(),
    ...locks(),
    ...queues(),
    ...agreements(),
    ...LAB,
    {
      name: 'requests-call',
      place: 'requests',
      act: (page) => page.getByRole('grid', { name: 'Calls' }).press('ArrowDown'),
    },
    { name: 'requests-no-match', place: 'requests', act: fill('Filter calls by text', 'no such call') },
    { name: 'requests-form', place: 'requests?view=form' },
    { name: 'requests-reply', place: 'requests?view=form', act: sendRequest },
    { name: 'journal-entry', place: 'journal?slot=12' },
    { name: 'runtime-table', place: 'runtime?view=table' },
    { name: 'runtime-profile', place: 'runtime', act: click('CPU profile…') },
    { name: 'shortcuts', place: 'overview', act: (page) => page.keyboard.press('?') },
    {
      name: 'palette',
      place: 'overview',
      act: async (page) => {
        await page.keyboard.press('Control+k');
        await page.keyboard.type('/config/');
      },
    },
  ];
}

function keys(cell: ScreenshotCell): readonly View[] {
  return [
    { name: 'keys-value', place: `keys?path=${LIMITS}`, docs: 'dark' },
    { name: 'keys-history', place: `keys?path=${LIMITS}&tab=history` },
    {
      name: 'keys-difference',
      place: `keys?path=${LIMITS}&tab=history`,
      act: async (page) => {
        await page.getByRole('checkbox', { name: 'Compare version 1' }).check();
        await page.getByRole('checkbox', { name: 'Compare version 3' }).check();
        await page.getByRole('button', { name: 'Compare', exact: true }).click();
      },
    },
    { name: 'keys-watch', place: 'keys?path=/jobs&tab=watch' },
    { name: 'keys-deleted', place: 'keys?path=/features&tab=deleted' },
    { name: 'keys-search', place: 'keys', act: fill('Search keys', 'services') },
    { name: 'keys-new', place: 'keys?path=/config', act: click('New key') },
    {
      name: 'keys-race',
      place: `keys?path=${CONTESTED}`,
      act: async (page) => {
        await page
          .getByRole('textbox', { name: `Value of ${CONTESTED}` })
          .fill(JSON.stringify({ min: 8, max: 32 }, null, 2));
        await cell.client.put(CONTESTED, JSON.stringify({ min: 4, max: 64, changedMs: Date.now() }, null, 2));
        await page.getByText(/^Somebody else wrote version/).waitFor();
        await page.getByRole('button', { name: 'Save', exact: true }).click();
      },
    },
    {
      name: 'keys-import',
      place: 'keys',
      act: async (page) => {
        await page.getByRole('button', { name: 'Import' }).click();
        await page.getByLabel('File to import').setInputFiles({
          name: 'features.jsonl',
          mimeType: 'application/jsonl',
          buffer: Buffer.from(FILE.map((line) => JSON.stringify(line)).join('\n')),
        });
      },
    },
    { name: 'keys-delete', place: `keys?path=${LIMITS}`, act: click(/^Delete/) },
  ];
}

function messages(): readonly View[] {
  return [
    { name: 'messages-detail', place: 'messages', act: (page) => page.getByRole('row').nth(4).click() },
    { name: 'messages-no-match', place: 'messages', act: fill('Text in the rows', 'no such message') },
    { name: 'messages-sequence', place: 'messages?view=sequence', docs: 'light' },
    {
      name: 'messages-story',
      place: 'journal?slot=40',
      act: async (page) => {
        await page.getByRole('button', { name: 'Its story' }).click();
        await page.getByRole('region', { name: 'Story of slot 40' }).waitFor();
        await page.getByText(/^Reading the logs/).waitFor({ state: 'hidden' });
      },
    },
  ];
}

function locks(): readonly View[] {
  const path = '/imports/_lockable';
  return [
    { name: 'locks-detail', place: `locks?path=${path}`, act: playAContender, docs: 'light' },
    { name: 'locks-waits', place: 'locks?view=waits' },
    { name: 'locks-free', place: 'locks?path=/shards/5/_lockable' },
    { name: 'locks-acquire', place: `locks?path=${path}`, act: click('Acquire a lock') },
    { name: 'locks-force', place: `locks?path=${path}`, act: click('Force release…') },
  ];
}

/** As a participant of the window, who writes without holding the lock. */
async function playAContender(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Let another participant wait' }).click();
  await page.getByRole('button', { name: /^Acting as/ }).waitFor();
  await page.getByRole('button', { name: 'Write', exact: true }).click();
  await page.getByRole('list', { name: 'Writes below the lock' }).waitFor();
  await page.getByRole('heading', { name: 'Held' }).scrollIntoViewIfNeeded();
}

function agreements(): readonly View[] {
  const newest = (page: Page): Promise<void> => page.getByRole('grid', { name: 'Proposals' }).press('ArrowDown');
  return [
    { name: 'elections-detail', place: 'elections?path=/services/billing', act: actAs },
    { name: 'elections-stand', place: 'elections?stand=yes' },
    { name: 'barriers-detail', place: 'barriers?path=/stages/cut', act: actAs },
    { name: 'barriers-broken', place: 'barriers?path=/release/old' },
    { name: 'barriers-make', place: 'barriers?make=yes' },
    { name: 'barriers-break', place: 'barriers?path=/stages/load', act: click('Break…') },
    { name: 'proposals-detail', place: 'proposals', act: newest },
    {
      name: 'proposals-vote',
      place: 'proposals',
      act: async (page) => {
        await newest(page);
        await actAs(page);
        await page.getByRole('combobox', { name: 'In whose name' }).selectOption('bob');
      },
    },
    {
      name: 'proposals-rejected',
      place: 'proposals',
      act: (page) => page.getByRole('row').filter({ hasText: 'rejected' }).click(),
    },
    {
      name: 'proposals-withdraw',
      place: 'proposals',
      act: async (page) => {
        await newest(page);
        await click('Withdraw…')(page);
      },
    },
    { name: 'proposals-propose', place: 'proposals?propose=yes' },
  ];
}

/** A window keeps the participant that it has. */
async function actAs(page: Page): Promise<void> {
  const acting = page.getByRole('button', { name: /^Act(ing)? as/ });
  if ((await acting.textContent()) !== 'Act as…') return;
  await acting.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Open the session' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

function queues(): readonly View[] {
  const queue = '/jobs/import';
  return [
    { name: 'queues-entry', place: `queues?queue=${queue}&entry=5` },
    { name: 'queues-claimed', place: `queues?queue=${queue}&entry=3&states=claimed,done,dead` },
    { name: 'queues-long', place: 'queues?queue=/mail/outgoing' },
    { name: 'queues-add', place: `queues?queue=${queue}`, act: click('Add entries') },
    { name: 'queues-delete', place: `queues?queue=${queue}`, act: click('Delete this queue') },
    { name: 'queues-once', place: 'queues?tab=once&work=/invoices/2026-42/mail' },
    { name: 'queues-result', place: 'queues?tab=once&work=/invoices/2026-41/mail' },
  ];
}

/** What is begun here goes on while the pictures of all windows are taken; sessions end with the windows. */
const LAB: readonly View[] = [
  {
    name: 'lab-faults',
    place: 'lab',
    docs: 'light',
    act: async (page) => {
      await page.getByRole('combobox', { name: 'Links or agents', exact: true }).selectOption({ index: 10 });
      await page.getByText('Delay', { exact: true }).click();
      await page.getByRole('button', { name: /^Delay .* for/ }).click();
      await page.getByRole('combobox', { name: 'Links or agents', exact: true }).selectOption({ index: 11 });
      await page.getByText('Cut', { exact: true }).click();
      await page.getByRole('button', { name: /^Cut .* for/ }).click();
      await page.getByRole('radio', { name: /^Link .*, cut$/ }).waitFor();
    },
  },
  {
    name: 'lab-arena',
    place: 'lab?tab=arena',
    act: async (page) => {
      await page.getByRole('option', { name: /^A B A B A B:/ }).click();
      await beginAndRun(page);
    },
  },
  {
    name: 'lab-arena-lost',
    place: 'lab?tab=arena',
    act: async (page) => {
      await page.getByText('Look, then put', { exact: true }).click();
      await page.getByRole('group', { name: 'Clients', exact: true }).getByText('4', { exact: true }).click();
      await page
        .getByRole('radio', { name: /3 lost/ })
        .first()
        .check({ force: true });
      await beginAndRun(page);
    },
  },
  {
    name: 'lab-theatre',
    place: 'lab?tab=theatre',
    act: async (page) => {
      await page.getByRole('button', { name: 'Play it, step by step' }).first().click();
      for (let step = 1; step <= 8; step += 1) {
        await page.getByText(`${step} of 11`, { exact: true }).waitFor();
        await page.getByRole('button', { name: 'Next', exact: true }).click();
      }
      await page.getByText('9 of 11', { exact: true }).waitFor();
    },
  },
];

async function beginAndRun(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Begin', exact: true }).first().click();
  await page.getByRole('button', { name: 'Run it', exact: true }).click();
  await page.getByText('as worked out before').waitFor();
}

/** Of a cell of which most have gone: it cannot agree on anything. */
export const BELOW_QUORUM: readonly View[] = [
  { name: 'below-quorum-overview', place: 'overview' },
  { name: 'below-quorum-participants', place: 'participants' },
  { name: 'below-quorum-keys', place: `keys?path=${LIMITS}` },
  { name: 'below-quorum-requests', place: 'requests?view=form' },
  { name: 'below-quorum-elections', place: 'elections?path=/services/billing' },
  { name: 'below-quorum-proposals', place: 'proposals' },
  { name: 'below-quorum-messages', place: 'messages' },
  { name: 'below-quorum-queues', place: 'queues?queue=/jobs/import&entry=5' },
  { name: 'below-quorum-lab', place: 'lab' },
  { name: 'below-quorum-locks', place: 'locks?path=/imports/_lockable' },
];

/** Of an agent that does not answer any more: the places are opened while it still does. */
export const LOST: readonly View[] = [
  { name: 'lost-overview', place: 'overview' },
  { name: 'lost-keys', place: `keys?path=${LIMITS}` },
  { name: 'lost-requests', place: 'requests' },
  { name: 'lost-locks', place: 'locks?path=/imports/_lockable' },
  { name: 'lost-messages', place: 'messages' },
  { name: 'lost-runtime', place: 'runtime' },
];

function click(name: string | RegExp): (page: Page) => Promise<void> {
  return (page) => page.locator('main').getByRole('button', { name }).first().click();
}

function fill(label: string, text: string): (page: Page) => Promise<void> {
  return (page) => page.getByLabel(label, { exact: true }).fill(text);
}

async function sendRequest(page: Page): Promise<void> {
  await page.getByRole('combobox', { name: 'Method', exact: true }).selectOption('Read');
  await page.getByRole('textbox', { name: 'Request as JSON' }).fill(JSON.stringify({ key: { text: LIMITS } }));
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}
