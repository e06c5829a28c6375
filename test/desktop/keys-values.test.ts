/**
 * Guards how values are shown in a real browser: whatever a value says it is only ever text, bytes are shown as bytes, a large
 * value is shown in part until all of it is wanted, and looking or formatting changes nothing by itself.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(1));
const client = () => cell().agents[0]!.client;

function open(path: string, query: Readonly<Record<string, string>> = {}): Promise<Dashboard> {
  return windows.open(cell().agents[0]!, { panel: 'keys', query: { path, ...query } });
}

function editorOf({ page }: Dashboard, path: string) {
  return page.getByRole('textbox', { name: `Value of ${path}` });
}

async function stored(path: string): Promise<Buffer> {
  return Buffer.from((await client().get(path)).item!.value);
}

const HOSTILE = [
  '<img src=x onerror="window.hacked=1">',
  '</script><script>window.hacked=1</script>',
  'javascript:window.hacked=1',
  '{{constructor.constructor("window.hacked=1")()}}',
  '<svg onload="window.hacked=1">',
].join(' ');

test('a hostile value or path is text wherever it is shown', async () => {
  const folder = '/values/<img src=x onerror=window.hacked=1>';
  const path = `${folder}/"><script>window.hacked=1<`;
  await client().put(path, 'harmless');
  await client().put(path, HOSTILE);
  const dashboard = await open(path);
  const { page } = dashboard;
  await expect.poll(() => editorOf(dashboard, path).textContent()).toBe(HOSTILE);
  await page.getByRole('tab', { name: 'Watch' }).click();
  await page.getByText('Nothing has changed yet').waitFor();
  await client().put(path, `${HOSTILE}!`);
  await page
    .getByRole('region', { name: /^Changes/ })
    .getByText('version 3')
    .waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByRole('checkbox', { name: 'Compare version 1' }).check();
  await page.getByRole('checkbox', { name: 'Compare version 2' }).check();
  await dashboard.button('Compare').click();
  await expect.poll(() => dashboard.dialog.getByRole('textbox', { name: 'Newer value' }).textContent()).toBe(HOSTILE);
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Search keys' }).fill('onerror');
  await page.getByRole('combobox', { name: 'Search in' }).selectOption('value');
  await page
    .getByRole('listbox', { name: 'Found keys' })
    .getByRole('option', { name: /onerror/ })
    .waitFor();
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
});

test('bytes are shown as bytes, and changed to the byte', async () => {
  const path = '/values/binary';
  await client().put(path, Uint8Array.of(0, 1, 2, 0xff, 0x41));
  const dashboard = await open(path);
  const bytes = dashboard.page.getByRole('region', { name: `Bytes of ${path}` });
  await bytes.getByText('00 01 02 ff 41').waitFor();
  expect(await dashboard.page.getByRole('radio', { name: 'Text' }).isDisabled()).toBe(true);
  await dashboard.button('Edit the bytes').click();
  const editor = dashboard.page.getByRole('textbox', { name: /as hex/ });
  await editor.fill('00 0');
  await dashboard.main.getByText('one is missing').waitFor();
  await editor.fill('00 fe');
  await dashboard.button('Save').click();
  await expect.poll(async () => [...(await stored(path))]).toEqual([0, 0xfe]);
});

test('line ends and marks of a text stay as they are, whatever is typed beside them', async () => {
  const path = '/values/exact';
  await client().put(path, '\ufeffone\r\ntwo\rthree\n');
  const dashboard = await open(path);
  await editorOf(dashboard, path).press('Control+End');
  await dashboard.page.keyboard.type('four');
  await dashboard.button('Save').click();
  await expect.poll(async () => (await stored(path)).toString()).toBe('\ufeffone\r\ntwo\rthree\nfour');
});

test('JSON is judged, and formatted only when asked', async () => {
  const path = '/values/json';
  const written = '{"n":12345678901234567890,"list":[1,2]}';
  await client().put(path, written);
  const dashboard = await open(path);
  await dashboard.main.getByText('Valid JSON').waitFor();
  expect(await editorOf(dashboard, path).textContent()).toBe(written);
  await dashboard.button('Format: only white space changes').click();
  await expect.poll(() => editorOf(dashboard, path).textContent()).toContain('  "n": 12345678901234567890,');
  expect((await stored(path)).toString()).toBe(written);
  await dashboard.button('Discard').click();
  await expect.poll(() => editorOf(dashboard, path).textContent()).toBe(written);
  await editorOf(dashboard, path).fill('{"n":}');
  await dashboard.main.getByText('"}" is not expected (line 1 column 6)').waitFor();
});

test('a value of 1 MiB is shown in part, then whole, and saved whole', async () => {
  const path = '/values/large';
  const text = `begin ${'line of text\n'.repeat(80_600)}`.slice(0, 1024 * 1024);
  await client().put(path, text);
  const dashboard = await open(path);
  await dashboard.main.getByText('The first 64 KiB').waitFor();
  await dashboard.button(/^Load all/).click();
  await dashboard.main.getByText('The first 64 KiB').waitFor({ state: 'detached' });
  await editorOf(dashboard, path).press('Control+Home');
  await dashboard.page.keyboard.press('Delete');
  await dashboard.button('Save').click();
  await expect.poll(async () => (await stored(path)).toString() === text.slice(1)).toBe(true);
});

test('every part can be used by everybody, in both themes', async () => {
  const path = '/values/seen';
  await client().put(path, '{"a":[1,"two",null]}');
  await client().put('/values/seen/below', 'x');
  await client().delete('/values/seen/below');
  const dashboard = await open(path);
  await editorOf(dashboard, path).waitFor();
  for (const tab of ['Value', 'History', 'Deleted below', 'Watch']) {
    await dashboard.page.getByRole('tab', { name: tab }).click();
    await dashboard.page.getByRole('tabpanel', { name: tab }).waitFor();
    await dashboard.expectAccessibleInBothThemes();
  }
  await dashboard.button('New key').click();
  await dashboard.expectAccessibleInBothThemes('[role=dialog]');
});

test('looking never writes', async () => {
  const path = '/values/only-read';
  await client().put(path, 'x');
  const { revision } = await client().get(path);
  const dashboard = await open(path);
  for (const tab of ['History', 'Deleted below', 'Watch', 'Value']) {
    await dashboard.page.getByRole('tab', { name: tab }).click();
  }
  for (const quorum of ['local', 'all', 'majority']) {
    await dashboard.page.getByRole('combobox', { name: 'Quorum of reads' }).selectOption(quorum);
  }
  await dashboard.goTo('keys', { path: '/values/not/there' });
  await dashboard.page.getByText('There is no such key').waitFor();
  expect((await client().get(path)).revision).toBe(revision);
});
