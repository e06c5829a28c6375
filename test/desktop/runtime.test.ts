/**
 * Guards the Runtime panel in a browser: a window that is opened late shows the time before; charts go on by the second, say
 * exact numbers at any moment, and have a table; what looks into the process gives files that are whole.
 */
import { readFileSync } from 'node:fs';
import type { Download } from 'playwright-core';
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, until, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

const first = () => cell().agents[0]!;
const open = (query: Readonly<Record<string, string>> = {}) => windows.open(first(), { panel: 'runtime', query });
const chart = (dashboard: Dashboard, title: string) => dashboard.main.getByRole('figure', { name: title });
const CHARTS = ['Processor', 'Memory', 'Event-loop delay', 'Fsync latency', 'Commit latency', 'Operations', 'Backlogs'];

/** Enough of a past that a window can be opened late. */
async function measured(samples: number): Promise<void> {
  await until(`the agent has measured itself ${samples} times`, () => {
    return first().agent.observability.history.series(0).atMs.length >= samples;
  });
}

/** Latencies are drawn only where something was measured. */
function beginWriting(): () => void {
  const put = () =>
    first()
      .client.put('/runtime/load', 'x')
      .catch(() => undefined);
  const timer = setInterval(() => void put(), 20);
  return () => clearInterval(timer);
}

async function saved(dashboard: Dashboard, start: () => Promise<void>): Promise<{ name: string; text: string }> {
  // The process stands still while its heap is written down, and longer when it is large and the machine busy.
  const coming = dashboard.page.waitForEvent('download', { timeout: 90_000 }) as Promise<Download>;
  const [download] = await Promise.all([coming, start()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

test('a window that is opened later shows the time before', async () => {
  await measured(4);
  const dashboard = await open({ range: '1m', view: 'table' });
  const rows = dashboard.main.getByRole('row');
  await until('the past is there at once', async () => (await rows.count()) >= 2 + 3);
  const before = await rows.count();
  await expect.poll(() => rows.count()).toBeGreaterThan(before);
});

test('every chart is drawn, with values and units, and goes on by the second', async () => {
  await measured(3);
  const dashboard = await open({ range: '1m' });
  const stopWriting = beginWriting();
  try {
    for (const title of CHARTS) await chart(dashboard, title).locator('path.recharts-line-curve').first().waitFor();
  } finally {
    stopWriting();
  }
  await chart(dashboard, 'Garbage collection').getByText('collections').waitFor();
  await chart(dashboard, 'Memory')
    .getByText(/^\d+(\.\d)? MiB$/)
    .first()
    .waitFor();
  await chart(dashboard, 'Processor')
    .getByText(/^\d+\.\d %$/)
    .first()
    .waitFor();
  const memory = chart(dashboard, 'Memory').getByRole('list');
  const before = await memory.textContent();
  await expect.poll(() => memory.textContent()).not.toBe(before);
});

test('writes are counted, and their latency is measured', async () => {
  const dashboard = await open({ range: '1m' });
  const stopWriting = beginWriting();
  try {
    await chart(dashboard, 'Operations')
      .getByText(/^[1-9][\d.]*\/s$/)
      .first()
      .waitFor();
    await chart(dashboard, 'Commit latency')
      .getByText(/^(?!0\.00)[\d.]+ m?s$/)
      .first()
      .waitFor();
  } finally {
    stopWriting();
  }
});

test('one moment is marked in all charts, by pointer and by keyboard, with its exact values', async () => {
  await measured(6);
  const dashboard = await open({ range: '1m' });
  const plot = chart(dashboard, 'Memory').getByRole('group');
  await plot.waitFor();
  await plot.focus();
  await dashboard.page.keyboard.press('ArrowLeft');
  await dashboard.page.keyboard.press('ArrowLeft');
  await dashboard.main.getByText(/^at \d/).waitFor();
  const values = chart(dashboard, 'Memory').getByRole('list');
  const marked = await values.textContent();
  const samples = () => first().agent.observability.history.series(0).atMs.length;
  const taken = samples();
  await until('time went on', () => samples() > taken + 1);
  expect(await values.textContent()).toBe(marked);
  await dashboard.page.keyboard.press('Escape');
  await dashboard.main.getByText(/^newest values/).waitFor();
  const box = (await plot.boundingBox())!;
  await dashboard.page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2);
  await dashboard.main.getByText(/^at \d/).waitFor();
});

test('the range is chosen and stays in the address', async () => {
  const dashboard = await open();
  await dashboard.main.getByText(/each point 3 s/).waitFor();
  await dashboard.choose('Time shown', '1 h');
  await dashboard.main.getByText(/each point 12 s/).waitFor();
  expect(dashboard.page.url()).toContain('range=1h');
});

test('a CPU profile is saved as a file that tools can read', async () => {
  const dashboard = await open();
  await dashboard.button('CPU profile…').click();
  const seconds = dashboard.dialog.getByRole('textbox', { name: 'Seconds' });
  await seconds.fill('500');
  await dashboard.dialog
    .getByText(/Between 0.1 and 120 seconds/)
    .first()
    .waitFor();
  await seconds.fill('0.3');
  const { name, text } = await saved(dashboard, () => dashboard.dialog.getByRole('button', { name: 'Start' }).click());
  expect(name).toMatch(/\.cpuprofile$/);
  expect(JSON.parse(text)).toMatchObject({ nodes: expect.any(Array), samples: expect.any(Array) });
  await dashboard.activity.getByText(/CPU profile of 0.3 s: .*\.cpuprofile/).waitFor();
});

test('a heap snapshot warns first, and comes whole', async () => {
  const dashboard = await open();
  await dashboard.button('Heap snapshot…').click();
  await dashboard.dialog.getByText(/The process stops/).waitFor();
  const { name, text } = await saved(dashboard, () =>
    dashboard.dialog.getByRole('button', { name: 'Take it', exact: true }).click(),
  );
  expect(name).toMatch(/\.heapsnapshot$/);
  expect(text.trimEnd().endsWith('}')).toBe(true);
  const meta = /"node_count":(\d+)/.exec(text);
  expect(Number(meta?.[1])).toBeGreaterThan(10_000);
}, 120_000);

test('the stack of the running process is shown, and taken again', async () => {
  const dashboard = await open();
  await dashboard.button('Stack now…').click();
  await dashboard.dialog.getByText(/It was (idle|running|inside)/).waitFor();
  await dashboard.dialog.getByRole('button', { name: 'Take another' }).click();
  await dashboard.dialog.getByText(/It was (idle|running|inside)/).waitFor();
  await dashboard.page.keyboard.press('Escape');
  await expect.poll(() => dashboard.dialog.count()).toBe(0);
});

test('the log level is changed in the agent', async () => {
  const dashboard = await open();
  await dashboard.main.getByRole('combobox', { name: 'Log level' }).selectOption('debug');
  await dashboard.activity.getByText(/Log level debug/).waitFor();
  expect(first().agent.observability.introspection.logLevel).toBe('debug');
});

test('facts name the process, and each link with what waits in it', async () => {
  const dashboard = await open();
  const facts = dashboard.main.getByRole('region', { name: 'Process', exact: true });
  await facts.getByText(String(process.pid), { exact: true }).waitFor();
  await facts.getByText(process.versions.node, { exact: true }).waitFor();
  const links = dashboard.main.getByRole('region', { name: 'Links' });
  for (const { name } of cell().agents.slice(1)) {
    await links.getByRole('listitem').filter({ hasText: name }).getByText('connected').waitFor();
  }
});

test('nothing is asked for while nobody can see the page, and what was missed is asked for once', async () => {
  const dashboard = await open({ range: '1m' });
  await chart(dashboard, 'Memory').waitFor();
  const asked: string[] = [];
  dashboard.page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    // Fonts come when they are drawn with; they ask the agent about nothing.
    if (!pathname.startsWith('/assets/')) asked.push(pathname);
  });
  await setVisibility(dashboard, 'hidden');
  asked.length = 0;
  const samples = () => first().agent.observability.history.series(0).atMs.length;
  const taken = samples();
  await until('time went on', () => samples() > taken + 2);
  expect(asked).toEqual([]);
  await setVisibility(dashboard, 'visible');
  await expect.poll(() => asked.filter((path) => path === '/rpc/runtime/series').length).toBe(1);
});

/** As a browser does when another tab is in front; the page cannot be hidden for real without a window system. */
async function setVisibility(dashboard: Dashboard, state: 'visible' | 'hidden'): Promise<void> {
  await dashboard.page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}

test('charts, table and dialogs are without serious findings of axe in both themes', async () => {
  await measured(3);
  const dashboard = await open({ range: '1m' });
  await chart(dashboard, 'Backlogs').waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.choose('Charts or table', 'Table');
  await dashboard.main.getByRole('table').waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.button('Stack now…').click();
  await dashboard.dialog.getByText(/It was/).waitFor();
  await dashboard.expectAccessibleInBothThemes();
});
