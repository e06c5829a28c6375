/**
 * Guards the Journal panel in a browser, on a real cell: slots show up as they are agreed on, any slot is reached and opened
 * with what it does, and leads on to its keys and messages.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

const first = () => cell().agents[0]!;
const open = (query: Readonly<Record<string, string>> = {}) => windows.open(first(), { panel: 'journal', query });
const table = ({ main }: Dashboard) => main.getByRole('grid', { name: 'Journal' });
const rowOf = (dashboard: Dashboard, text: string) => table(dashboard).getByRole('row').filter({ hasText: text });
const detail = ({ main }: Dashboard, slot: number) => main.getByRole('region', { name: `Slot ${slot}`, exact: true });

async function write(path: string, value = 'x'): Promise<number> {
  const { slot } = await first().client.put(path, value);
  return slot;
}

test('a write shows up at the end by itself, with what it does and that it is applied', async () => {
  const dashboard = await open();
  const slot = await write('/journal/live');
  const row = rowOf(dashboard, 'put /journal/live');
  await row.waitFor();
  expect(await row.getByRole('gridcell').first().textContent()).toBe(String(slot));
  await row.getByText('applied').waitFor();
  await row.getByText('command').waitFor();
});

test('the newest comes first when it is wanted so', async () => {
  const dashboard = await open();
  await dashboard.main.getByText('Newest first', { exact: true }).click();
  await write('/journal/newest-first');
  // A new leader may have added its no-op meanwhile.
  const shown = async (): Promise<string[]> => (await table(dashboard).getByRole('row').allTextContents()).slice(1, 5);
  await expect.poll(async () => (await shown()).join('\n')).toContain('put /journal/newest-first');
  const slots = (await shown()).map((row) => Number.parseInt(row, 10));
  expect(slots).toEqual(slots.toSorted((a, b) => b - a));
});

test('the founding of the cell, a leader and a write are told apart by words', async () => {
  const dashboard = await open({ slot: '1' });
  await rowOf(dashboard, 'configuration').first().waitFor();
  await rowOf(dashboard, 'no-op').first().waitFor();
  await detail(dashboard, 1).getByText('"participants"').waitFor();
});

test('Ctrl-G leads to a slot; what is beyond the journal is refused in words', async () => {
  const slot = await write('/journal/jumped');
  const dashboard = await open();
  await rowOf(dashboard, 'put /journal/jumped').waitFor();
  await dashboard.page.keyboard.press('Control+g');
  const input = dashboard.main.getByRole('textbox', { name: 'Go to slot' });
  await input.and(dashboard.page.locator(':focus')).waitFor();
  await dashboard.page.keyboard.type('999999');
  await dashboard.main.getByText(/^The journal ends with slot \d+\.$/).waitFor();
  await input.fill('2');
  await dashboard.page.keyboard.press('Enter');
  await detail(dashboard, 2).waitFor();
  await input.fill(String(slot));
  await dashboard.page.keyboard.press('Enter');
  await detail(dashboard, slot).getByText('put /journal/jumped').waitFor();
});

test('an entry leads to the keys that it names and to its messages, followed', async () => {
  const slot = await write('/journal/led/on');
  const dashboard = await open({ slot: String(slot) });
  await detail(dashboard, slot).getByText('"/journal/led/on"').first().waitFor();
  await dashboard.button('Messages about it').click();
  await dashboard.heading('Messages').waitFor();
  await dashboard.topBar.getByText('Following slot').waitFor();
  await dashboard.main.getByRole('row').filter({ hasText: 'accept' }).first().waitFor();
  await dashboard.goTo('journal', { slot: String(slot) });
  await table(dashboard)
    .getByRole('gridcell', { name: `${slot}, followed` })
    .or(dashboard.button(`Slot ${slot}, followed`))
    .first()
    .waitFor();
  await dashboard.button('Open key /journal/led/on').click();
  await dashboard.heading('Keys').waitFor();
  expect(await dashboard.page.evaluate<string>('location.hash')).toContain(encodeURIComponent('/journal/led/on'));
});

test('by keyboard alone: to the first slot and back to the last, opening and closing on the way', async () => {
  const last = await write('/journal/keyboard');
  const dashboard = await open();
  await rowOf(dashboard, 'put /journal/keyboard').waitFor();
  const { keyboard } = dashboard.page;
  await table(dashboard).focus();
  await keyboard.press('Home');
  await keyboard.press('Enter');
  await detail(dashboard, 1).waitFor();
  await keyboard.press('ArrowDown');
  await detail(dashboard, 2).waitFor();
  await keyboard.press('Escape');
  await detail(dashboard, 2).waitFor({ state: 'detached' });
  await keyboard.press('End');
  await keyboard.press('Enter');
  // A new leader may have added its no-op meanwhile.
  const opened = dashboard.main.getByRole('region', { name: /^Slot \d+$/ });
  await expect
    .poll(async () => Number((await opened.getAttribute('aria-label'))?.slice('Slot '.length)))
    .toBeGreaterThanOrEqual(last);
});

test('thousands of slots are scrolled through, and only what is in view is fetched', async () => {
  const { client } = first();
  for (let round = 0; round < 12; round += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => client.put(`/journal/many/${round}-${index}`, 'x')));
  }
  const dashboard = await open();
  const asked: string[] = [];
  dashboard.page.on('request', (request) => {
    if (request.url().endsWith('/rpc/journal/list')) asked.push(request.postData() ?? '');
  });
  await expect.poll(() => dashboard.main.getByText(/^applied through/).textContent()).toMatch(/\d/);
  await table(dashboard).focus();
  await dashboard.page.keyboard.press('Home');
  await rowOf(dashboard, 'configuration').first().waitFor();
  expect(asked.length).toBeLessThanOrEqual(4);
  const drawn = await table(dashboard).getByRole('row').count();
  expect(drawn).toBeLessThan(80);
});

test('hostile paths and values are text', async () => {
  const hostile = '<img src=x onerror="document.title=1">';
  const slot = await write(`/journal/${hostile}`, hostile);
  const dashboard = await open({ slot: String(slot) });
  const title = await dashboard.page.title();
  await detail(dashboard, slot)
    .getByText(/onerror/)
    .first()
    .waitFor();
  expect(await dashboard.main.locator('img').count()).toBe(0);
  expect(await dashboard.page.title()).toBe(title);
});

test('it is accessible in both themes, with an entry open', async () => {
  const slot = await write('/journal/accessible');
  const dashboard = await open({ slot: String(slot) });
  await detail(dashboard, slot).getByText('"/journal/accessible"').first().waitFor();
  await dashboard.expectAccessibleInBothThemes('main');
});
