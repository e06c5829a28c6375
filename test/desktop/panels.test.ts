/**
 * Guards what holds for every panel alike: it opens by keyboard alone, is without serious findings of axe in both themes and
 * both sizes, never needs a horizontal scrollbar, and a window that is left alone asks for nothing.
 */
import { beforeAll, expect, test } from 'vitest';
import { CellInProcess, type Dashboard, until, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));
const agent = () => cell().agents[0]!;

/** In the order of the sidebar. */
const PANELS = [
  ...['Overview', 'Participants', 'Keys', 'Requests', 'Messages', 'Journal'],
  ...['Locks', 'Elections', 'Barriers', 'Proposals', 'Queues', 'Lab', 'Runtime', 'Settings'],
];
const SIZES = [
  { width: 1_280, height: 800 },
  { width: 1_920, height: 1_080 },
];
/** Streams of a page without participants: the cell's, and at most two of the panel. */
const STREAMS_MAX = 3;

beforeAll(async () => {
  const { client } = agent();
  for (const name of ['one', 'two', 'three']) await client.put(`/panels/${name}`, `{"name": "${name}"}`);
  await client.lock('/panels/_lockable').acquire();
  await client.election('/panels/election').campaign('here');
  await client.barrier('/panels/barrier').create({ threshold: { count: 2 }, isOpen: true });
  await client.propose('/panels/one', 'proposed', { timeoutMs: 600_000 });
  await client.queue('/panels/queue').enqueue({ payload: 'work' });
});

/** Nothing is left that is still being loaded. */
async function settled(dashboard: Dashboard): Promise<void> {
  await until('everything has been loaded', async () => {
    return (await dashboard.main.locator('[aria-busy=true]').count()) === 0;
  });
}

async function titles(dashboard: Dashboard): Promise<string[]> {
  const texts = await dashboard.page.getByRole('navigation', { name: 'Panels' }).getByRole('button').allTextContents();
  return texts.map((text) => text.trim());
}

test('all panels are there, in their order', async () => {
  const dashboard = await windows.open(agent());
  const found = await titles(dashboard);
  expect(found).toEqual(PANELS);
});

test('Ctrl and a digit opens each of the first nine', async () => {
  const dashboard = await windows.open(agent(), { panel: 'settings' });
  const found = await titles(dashboard);
  for (const [index, title] of found.slice(0, 9).entries()) {
    await dashboard.page.keyboard.press(`Control+${index + 1}`);
    await dashboard.heading(title).waitFor();
  }
});

test('g and a letter opens every panel, and the sidebar tells which', async () => {
  const dashboard = await windows.open(agent(), { panel: 'settings' });
  const { keyboard } = dashboard.page;
  const buttons = dashboard.page.getByRole('navigation', { name: 'Panels' }).getByRole('button');
  for (const [index, title] of PANELS.entries()) {
    const letter = /\(g (.)[,)]/.exec((await buttons.nth(index).getAttribute('title')) ?? '')?.[1];
    expect(letter, title).toBeDefined();
    await keyboard.press('g');
    await keyboard.press(letter!);
    await dashboard.heading(title).waitFor();
  }
});

test('g is a letter where one writes, and is taken back by Escape', async () => {
  const dashboard = await windows.open(agent(), { panel: 'settings' });
  const { keyboard } = dashboard.page;
  const hint = dashboard.page.getByText('and then a letter opens a panel. Esc takes it back.');
  const search = dashboard.main.getByRole('searchbox', { name: 'Search the settings' });
  await search.focus();
  await keyboard.type('go');
  expect(await search.inputValue()).toBe('go');
  expect(await hint.count()).toBe(0);
  await search.blur();
  await keyboard.press('g');
  await hint.waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await keyboard.press('Escape');
  await hint.waitFor({ state: 'detached' });
  await keyboard.press('o');
  await keyboard.press('g');
  await keyboard.press('Shift');
  await keyboard.press('t');
  await dashboard.heading('Runtime').waitFor();
});

test('the command palette opens every panel, and a key by its path', async () => {
  const dashboard = await windows.open(agent());
  const { keyboard } = dashboard.page;
  for (const title of await titles(dashboard)) {
    await keyboard.press('Control+k');
    await dashboard.dialog.getByRole('combobox').waitFor();
    await keyboard.type(title);
    await dashboard.dialog
      .getByRole('option', { name: new RegExp(`^${title}`) })
      .first()
      .waitFor();
    await keyboard.press('Enter');
    await dashboard.heading(title).waitFor();
  }
  await keyboard.press('Control+k');
  await keyboard.type('/panels/two');
  await dashboard.dialog.getByRole('option', { name: /\/panels\/two/ }).waitFor();
  await keyboard.press('Enter');
  await dashboard.heading('Keys').waitFor();
  await dashboard.main.getByRole('textbox', { name: 'Value of /panels/two' }).waitFor();
});

test('the palette finds a key by a part of its path, before what can be done with it', async () => {
  const dashboard = await windows.open(agent(), { panel: 'keys', query: { path: '/panels/two' } });
  const { keyboard } = dashboard.page;
  await dashboard.main.getByRole('textbox', { name: 'Value of /panels/two' }).waitFor();
  await keyboard.press('Control+1');
  await dashboard.heading('Overview').waitFor();
  await keyboard.press('Control+k');
  await dashboard.dialog.getByRole('combobox').waitFor();
  await keyboard.type('els/tw');
  await dashboard.dialog.getByRole('option', { name: '/panels/two', exact: true, selected: true }).waitFor();
  await keyboard.press('Enter');
  await dashboard.main.getByRole('textbox', { name: 'Value of /panels/two' }).waitFor();
});

test('the palette is closed by Escape, and the focus is where it was', async () => {
  const dashboard = await windows.open(agent(), { panel: 'requests' });
  await dashboard.main.getByRole('textbox', { name: 'Filter calls by text' }).focus();
  await dashboard.page.keyboard.press('Control+k');
  await dashboard.dialog.waitFor();
  await dashboard.page.keyboard.press('Escape');
  await expect.poll(() => dashboard.dialog.count()).toBe(0);
  await expect
    .poll(() => dashboard.page.evaluate<string | null>(`document.activeElement.getAttribute('aria-label')`))
    .toBe('Filter calls by text');
});

test('the focus goes back to the button that opened a dialog', async () => {
  const dashboard = await windows.open(agent(), { panel: 'runtime' });
  const button = dashboard.button('CPU profile…');
  await button.focus();
  await dashboard.page.keyboard.press('Enter');
  await dashboard.dialog.waitFor();
  await dashboard.page.keyboard.press('Escape');
  await expect.poll(() => dashboard.dialog.count()).toBe(0);
  await expect.poll(() => button.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
});

test('the theme is chosen in the palette, kept over a reload, and follows the system otherwise', async () => {
  const dashboard = await windows.open(agent());
  const theme = () => dashboard.page.evaluate<string>('document.documentElement.dataset.theme');
  expect(await theme()).toBe('light');
  await dashboard.setTheme('dark');
  await dashboard.setTheme('light');
  await dashboard.page.keyboard.press('Control+k');
  await dashboard.dialog.getByRole('combobox').waitFor();
  await dashboard.page.keyboard.type('Dark theme');
  await dashboard.dialog.getByRole('option', { name: /^Dark theme/, selected: true }).waitFor();
  await dashboard.page.keyboard.press('Enter');
  await expect.poll(theme).toBe('dark');
  await dashboard.page.reload();
  await dashboard.connected();
  expect(await theme()).toBe('dark');
});

test('text that is cut off is told in full when it is pointed at, and only then', async () => {
  await agent().client.put('/panels/two', '{"name": "two"}');
  await agent().client.put('/panels/two', 'long '.repeat(25));
  const dashboard = await windows.open(agent(), { panel: 'keys', query: { path: '/panels/two', tab: 'history' } });
  const long = dashboard.main.getByText(/^long long/);
  await long.hover();
  expect(await long.getAttribute('title')).toBe(await long.textContent());
  const short = dashboard.main.getByText('{"name": "two"}').first();
  await short.hover();
  expect(await short.getAttribute('title')).toBeNull();
});

test.each(PANELS)('%s: no serious findings of axe in both themes, nothing cut off in both sizes', async (title) => {
  const dashboard = await windows.open(agent(), { panel: title.toLowerCase() });
  await dashboard.heading(title).waitFor();
  await settled(dashboard);
  await dashboard.expectAccessibleInBothThemes();
  for (const size of SIZES) {
    await dashboard.page.setViewportSize(size);
    await settled(dashboard);
    const wide = () =>
      dashboard.page.evaluate<string[]>(`
        [document.documentElement, ...document.querySelectorAll('main, main > *, header, nav, footer')]
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => element.outerHTML.slice(0, 200))
      `);
    // A panel may need a frame to take up its new width.
    await expect.poll(wide, { message: `${size.width} x ${size.height}` }).toEqual([]);
  }
});

test('in a small or zoomed window the frame fits, and the panel is scrolled', async () => {
  const dashboard = await windows.open(agent(), { panel: 'requests', size: { width: 640, height: 400 } });
  await dashboard.heading('Requests').waitFor();
  const wide = `[...document.querySelectorAll('body, header:first-of-type, nav, footer')]
    .filter((element) => element.scrollWidth > element.clientWidth + 1)
    .map((element) => element.outerHTML.slice(0, 200))`;
  expect(await dashboard.page.evaluate<string[]>(wide)).toEqual([]);
  const box = (await dashboard.button(/^Find or do/).boundingBox())!;
  expect(box.x + box.width).toBeLessThanOrEqual(640);
  await dashboard.main.hover();
  await dashboard.page.mouse.wheel(600, 0);
  const pause = dashboard.main.getByRole('button', { name: 'Pause' });
  await expect.poll(async () => (await pause.boundingBox())!.x).toBeLessThan(640);
});

test('windows that are left alone make no requests beyond their streams', { timeout: 120_000 }, async () => {
  const asked: string[] = [];
  const open: Dashboard[] = [];
  // One after the other: all at once would be as much work, with all of them waiting for it.
  for (const title of PANELS) {
    const dashboard = await windows.open(agent(), { panel: title.toLowerCase() });
    open.push(dashboard);
    await dashboard.heading(title).waitFor();
    await settled(dashboard);
    dashboard.page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      // Fonts come when they are drawn with.
      if (!pathname.startsWith('/assets/')) asked.push(`${title}: ${pathname}`);
    });
  }
  // Long enough for a page that polls to have asked; the agent is the clock. What happens in the cell may be asked about,
  // and on a busy machine a page may be late with what it asks for at its beginning.
  const samples = () => agent().agent.observability.history.series(0).atMs.at(-1) ?? 0;
  const chosen = async () => (await agent().client.status()).chosenThrough;
  let from = samples();
  let slot = 0;
  let last: readonly string[] = [];
  const isQuiet = until('six seconds went by in which nothing happened and nothing was asked for', async () => {
    const now = await chosen();
    if (now !== slot || asked.length > 0) {
      last = asked.splice(0);
      from = samples();
      slot = now;
    }
    return samples() >= from + 6_000;
  });
  await isQuiet.catch((error: Error) => {
    throw new Error(`${error.message}; asked for last: ${last.join(', ')}`);
  });
  const streams = await streamsOf();
  expect(streams).toBeGreaterThanOrEqual(PANELS.length);
  expect(streams).toBeLessThanOrEqual(PANELS.length * STREAMS_MAX);
  for (const { page } of open) await page.context().close();
  await until('their streams have ended', async () => (await streamsOf()) === 0);
});

/** Calls of viewers that run, without the one that asks. */
async function streamsOf(): Promise<number> {
  const response = await fetch(`${agent().url}/api/v1/requests?limit=1000&includeOwn=true`);
  const { running } = (await response.json()) as { readonly running: readonly { method: string; own: boolean }[] };
  return running.filter(({ method, own }) => own && method !== 'RequestsList').length;
}
