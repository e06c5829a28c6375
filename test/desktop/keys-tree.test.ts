/**
 * Guards the tree of keys in a real browser: a level of 100 000 keys and a path of 512 levels can be used like small ones, by
 * keyboard alone, and what changes in the cell changes on the screen without a reload.
 */
import { beforeAll, expect, test } from 'vitest';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';

const MANY = 100_000;
const DEEP = '/d'.repeat(512);

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(1));
const client = () => cell().agents[0]!.client;

beforeAll(async () => {
  const writing: Promise<unknown>[] = [];
  for (let index = 0; index < MANY; index += 1) {
    writing.push(client().batch.put(`/many/k${String(index).padStart(5, '0')}`, 'x'));
    if (writing.length === 2_000) await Promise.all(writing.splice(0));
  }
  await Promise.all(writing);
  await client().put(DEEP, 'bottom');
  await client().put('/small/a', 'x');
  await client().put('/small/b/c', 'x');
}, 180_000);

function open(path = ''): Promise<Dashboard> {
  return windows.open(cell().agents[0]!, { panel: 'keys', query: { path } });
}

function tree({ page }: Dashboard) {
  return page.getByRole('tree', { name: 'Keys' });
}

function row(dashboard: Dashboard, name: RegExp) {
  return tree(dashboard).getByRole('treeitem', { name });
}

test('a level of 100 000 keys is opened, counted, and scrolled to its end by keyboard alone', async () => {
  const dashboard = await open();
  const { page } = dashboard;
  await row(dashboard, /^many , folder, 100.000 keys below/).waitFor();
  await tree(dashboard).focus();
  await page.keyboard.type('many');
  await page.keyboard.press('ArrowRight');
  await row(dashboard, /^k00000 /).waitFor();
  await dashboard.main.getByText(/100.003 rows/).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('End');
  await page.keyboard.type('small');
  await page.keyboard.press('ArrowUp');
  await row(dashboard, /^k99999 /).waitFor();
  const last = row(dashboard, /^k99999 /);
  expect(await last.getAttribute('aria-posinset')).toBe('100000');
  expect(await last.getAttribute('aria-setsize')).toBe('100000');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Value of /many/k99999' }).waitFor();
  expect(await dashboard.page.evaluate('location.hash')).toBe('#/keys?path=%2Fmany%2Fk99999');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await row(dashboard, /^k99999 /).waitFor({ state: 'detached' });
});

test('a link to a key far away opens its place and not what lies before it', async () => {
  const dashboard = await open('/many/k54321');
  await row(dashboard, /^k54321 /).waitFor();
  expect(await row(dashboard, /^k54321 /).getAttribute('aria-selected')).toBe('true');
  await dashboard.main.getByText(/100.003 rows, (?:[1-9]\d\d|1.\d\d\d) loaded/).waitFor();
});

test('a path of 512 levels is opened at its end', async () => {
  const dashboard = await open(DEEP);
  await dashboard.page.getByRole('textbox', { name: 'Value of /d/d' }).waitFor();
  const bottom = tree(dashboard).locator('[aria-level="512"]');
  await bottom.waitFor();
  expect(await bottom.getAttribute('aria-selected')).toBe('true');
  await dashboard.page.getByRole('navigation', { name: 'Path' }).getByText(/more/).waitFor();
  const width = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
  expect(await dashboard.page.evaluate(width)).toBe(true);
  await tree(dashboard).focus();
  await dashboard.page.keyboard.press('ArrowLeft');
  await dashboard.page.keyboard.press('Enter');
  await dashboard.page.getByText('A folder', { exact: true }).waitFor();
});

test('keys that come, change and go are seen at once', async () => {
  const dashboard = await open('/small/a');
  await row(dashboard, /^a ,.* key/).waitFor();
  await client().put('/small/new', 'x');
  await row(dashboard, /^new , just changed, key/).waitFor();
  await client().put('/small/b/d', 'x');
  await row(dashboard, /^b ,.* folder, 2 keys below/).waitFor();
  await client().delete('/small/new');
  await row(dashboard, /^new/).waitFor({ state: 'detached' });
  await client().put('/small/a', 'elsewhere');
  const editor = dashboard.page.getByRole('textbox', { name: 'Value of /small/a' });
  await expect.poll(() => editor.textContent()).toBe('elsewhere');
});

test('the keys of the cell itself are shown, and read-only', async () => {
  const dashboard = await open();
  await dashboard.page.getByText('System', { exact: true }).click();
  const system = dashboard.page.getByRole('tree', { name: 'Keys of the cell itself' });
  await system.getByRole('treeitem', { name: /^peers/ }).click();
  await dashboard.page
    .getByRole('textbox', { name: 'Value of /_internal/peers' })
    .or(dashboard.page.getByRole('region', { name: 'Bytes of /_internal/peers' }))
    .waitFor();
  await dashboard.main.getByText('read-only').waitFor();
  expect(await dashboard.button('Delete this key').getAttribute('aria-disabled')).toBe('true');
});

test('a search says how much it looked at, and opens what it found', async () => {
  const dashboard = await open();
  const box = dashboard.page.getByRole('textbox', { name: 'Search keys' });
  await box.fill('k77777');
  await dashboard.main.getByText(/^1 found, all 100.\d\d\d keys searched/).waitFor();
  await box.press('ArrowDown');
  await dashboard.page.keyboard.press('Enter');
  await dashboard.page.getByRole('textbox', { name: 'Value of /many/k77777' }).waitFor();
  await box.fill('k');
  await dashboard.main.getByText(/found, searched .* of 100.\d\d\d keys/).waitFor();
  await dashboard.button('Go on').waitFor();
});
