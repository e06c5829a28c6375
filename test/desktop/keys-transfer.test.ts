/**
 * Guards what is done to many keys in a real browser: a tree is deleted only as it was counted, what was deleted or written over
 * comes back from the history, and an export imports elsewhere to the byte.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(1));
const client = () => cell().agents[0]!.client;

function open(path: string, tab = ''): Promise<Dashboard> {
  return windows.open(cell().agents[0]!, { panel: 'keys', query: { path, tab } });
}

async function values(prefix: string): Promise<Readonly<Record<string, string>>> {
  const { items } = await client().list({ prefix });
  return Object.fromEntries(items.map(({ key, value }) => [key, Buffer.from(value).toString('hex')]));
}

async function fromMenu(dashboard: Dashboard, name: string): Promise<void> {
  await dashboard.button('More about this path').click();
  await dashboard.page.getByRole('menuitem', { name }).click();
}

test('one key is deleted after one question, and restored from its history', async () => {
  const path = '/transfer/one';
  await client().put(path, 'kept');
  const dashboard = await open(path);
  const { page } = dashboard;
  await page.getByRole('textbox', { name: `Value of ${path}` }).waitFor();
  await dashboard.button('Delete this key').click();
  await dashboard.button('Delete').click();
  await page.getByText('There is no such key').waitFor();
  await page.getByRole('tab', { name: 'Deleted below' }).waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('Nothing was compacted yet.').waitFor();
  await dashboard.button('Restore version 1').click();
  await expect.poll(() => values(path)).toEqual({ [path]: Buffer.from('kept').toString('hex') });
});

test('an older value is restored as a new version', async () => {
  const path = '/transfer/older';
  await client().put(path, 'old');
  await client().put(path, 'new');
  const dashboard = await open(path, 'history');
  await dashboard.button('Restore version 1').click();
  await dashboard.page.getByRole('checkbox', { name: 'Compare version 3' }).waitFor();
  expect(Buffer.from((await client().get(path)).item!.value).toString()).toBe('old');
});

test('a tree is deleted only with the right number typed, and not when it has grown', async () => {
  for (const name of ['', '/a', '/b/c']) await client().put(`/transfer/tree${name}`, 'x');
  await client().put('/transfer/tree-beside', 'x');
  const dashboard = await open('/transfer/tree');
  await fromMenu(dashboard, 'Delete everything below…');
  const number = dashboard.dialog.getByRole('textbox', { name: /^These are 3 keys/ });
  await number.fill('2');
  const button = dashboard.button('Delete 3 keys');
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  await client().put('/transfer/tree/d', 'grown');
  await number.fill('3');
  await button.click();
  await dashboard.dialog.getByText('These are 4 keys').waitFor();
  expect(Object.keys(await values('/transfer/tree'))).toHaveLength(5);
  await dashboard.dialog.getByRole('textbox', { name: /^These are 4 keys/ }).fill('4');
  await dashboard.button('Delete 4 keys').click();
  await expect.poll(async () => Object.keys(await values('/transfer/tree'))).toEqual(['/transfer/tree-beside']);
  dashboard.allow(/answer 409/, /status of 409/);

  await dashboard.page.getByRole('tab', { name: 'Deleted below' }).click();
  await dashboard.button('Restore /transfer/tree/b/c').click();
  await expect.poll(async () => Object.keys(await values('/transfer/tree/'))).toEqual(['/transfer/tree/b/c']);
});

test('what is exported is imported to the byte, after saying what would change', async () => {
  const from = '/transfer/round';
  await client().put(`${from}/text`, 'a\r\n"b" \u2028 ä');
  await client().put(`${from}/bytes`, Uint8Array.of(0, 0xff, 7));
  for (let index = 0; index < 120; index += 1) await client().batch.put(`${from}/n/${index}`, `${index}`);
  const before = await values(from);
  const { revision } = await client().get(from);
  const dashboard = await open(from);
  const [download] = await Promise.all([
    dashboard.page.waitForEvent('download'),
    fromMenu(dashboard, 'Export it and what is below'),
  ]);
  expect(download.suggestedFilename()).toBe(`keys-transfer-round-r${revision}.jsonl`);
  const file = await download.path();
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(122);
  await dashboard.activity.getByText(`122 keys as of revision ${revision}`).waitFor();

  await client().delete(`${from}/bytes`);
  await client().put(`${from}/text`, 'changed');
  await dashboard.button('Import').click();
  await dashboard.dialog.getByLabel('File to import').setInputFiles(file);
  await expect
    .poll(() => dashboard.dialog.getByRole('status').textContent())
    .toMatch(/^1 new, 1 changes, 120 are the same/);
  expect((await values(from))[`${from}/bytes`]).toBeUndefined();
  await dashboard.button('Write 2 keys').click();
  await expect.poll(() => dashboard.dialog.getByRole('status').textContent()).toMatch(/^2 keys were written/);
  expect(await values(from)).toEqual(before);
});

test('changes are watched from the past and on, paused, and saved', async () => {
  const scope = '/transfer/watched';
  await client().put(`${scope}/a`, '1');
  const { revision } = await client().get(`${scope}/a`);
  await client().put(`${scope}/a`, '2');
  const dashboard = await open(scope, 'watch');
  const { page } = dashboard;
  await page.getByRole('textbox', { name: 'From revision' }).fill(String(revision));
  await dashboard.button('Begin there').click();
  await page.getByText('2 written, 0 deleted').waitFor();
  await dashboard.button('Pause').click();
  await client().delete(`${scope}/a`);
  await page.getByText('2 written, 0 deleted; 1 since the pause').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), dashboard.button('Save as JSON lines').click()]);
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line).value)).toEqual(['1', '2']);
  await dashboard.button('Go on').click();
  await page.getByText('2 written, 1 deleted').waitFor();
});
