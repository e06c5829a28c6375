/**
 * Guards editing in a real browser on real agents: every write expects what was loaded, a race that is lost shows base, theirs
 * and mine and is settled in each way, and nothing that was typed is lost unasked.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

async function opened(path: string, agent = 0): Promise<Dashboard> {
  const dashboard = await windows.open(cell().agents[agent]!, { panel: 'keys', query: { path } });
  await editorOf(dashboard, path).waitFor();
  return dashboard;
}

function editorOf({ page }: Dashboard, path: string) {
  return page.getByRole('textbox', { name: `Value of ${path}` });
}

async function write(dashboard: Dashboard, path: string, text: string): Promise<void> {
  await editorOf(dashboard, path).fill(text);
}

async function expectStored(path: string, text: string): Promise<void> {
  await expect
    .poll(async () => Buffer.from((await cell().agents[0]!.client.get(path)).item!.value).toString())
    .toBe(text);
}

/** Both have it open; theirs is written first. */
async function race(path: string) {
  await cell().agents[0]!.client.put(path, 'base');
  const mine = await opened(path, 0);
  const theirs = await opened(path, 1);
  await write(mine, path, 'mine');
  await write(theirs, path, 'theirs');
  await theirs.page.keyboard.press('Control+s');
  await theirs.activity.getByText(`Write ${path}`).waitFor();
  return { mine, theirs };
}

test('a key that somebody else writes while one types is told, and what was typed stays', async () => {
  const path = '/race/told';
  const { mine } = await race(path);
  await mine.page.getByText('Somebody else wrote version 2').waitFor();
  expect(await editorOf(mine, path).textContent()).toBe('mine');
  await mine.button('Discard mine, show theirs').click();
  await expect.poll(() => editorOf(mine, path).textContent()).toBe('theirs');
});

test('a lost race: theirs is taken', async () => {
  const path = '/race/theirs';
  const { mine } = await race(path);
  await mine.button('Save').click();
  await mine.dialog.getByText('you began from version 1').waitFor();
  for (const [name, text] of [
    ['Base', 'base'],
    ['Theirs', 'theirs'],
    ['Mine', 'mine'],
  ] as const) {
    await expect.poll(() => mine.dialog.getByRole('textbox', { name, exact: true }).textContent()).toBe(text);
  }
  await mine.expectAccessibleInBothThemes('[role=dialog]');
  await mine.button('Take theirs').click();
  await expect.poll(() => editorOf(mine, path).textContent()).toBe('theirs');
  await expectStored(path, 'theirs');
});

test('a lost race: mine is kept, after it was lost once more', async () => {
  const path = '/race/mine';
  const { mine } = await race(path);
  await mine.button('Save').click();
  await mine.dialog.getByText('you began from version 1').waitFor();
  await cell().agents[0]!.client.put(path, 'third');
  await mine.button('Keep mine').click();
  await mine.dialog.getByText('Changed once more (2 races lost)').waitFor();
  await expectStored(path, 'third');
  await mine.button('Keep mine').click();
  await mine.dialog.waitFor({ state: 'detached' });
  await expectStored(path, 'mine');
  await mine.main.getByText('version').first().waitFor();
  await expect.poll(() => editorOf(mine, path).textContent()).toBe('mine');
});

test('a lost race: both are merged by hand', async () => {
  const path = '/race/merged';
  const { mine } = await race(path);
  await mine.button('Save').click();
  await mine.dialog.getByRole('textbox', { name: 'Mine', exact: true }).fill('both');
  await mine.button('Save the merged text').click();
  await mine.dialog.waitFor({ state: 'detached' });
  await expectStored(path, 'both');
});

test('a new key is written only if there is none', async () => {
  const path = '/race/new';
  const dashboard = await windows.open(cell().agents[0]!, { panel: 'keys' });
  await dashboard.button('New key').click();
  await dashboard.dialog.getByRole('textbox', { name: 'Path' }).fill(path);
  await dashboard.dialog.getByRole('textbox', { name: 'Value' }).fill('mine');
  await cell().agents[0]!.client.put(path, 'theirs');
  await dashboard.button('Create').click();
  await dashboard.dialog.getByText('you began from no key').waitFor();
  await expectStored(path, 'theirs');
  await dashboard.button('Keep mine').click();
  await dashboard.dialog.waitFor({ state: 'detached' });
  await expectStored(path, 'mine');
});

test('a new key is written by keyboard alone, with the slash typed that stands there already', async () => {
  const path = '/race/typed';
  const dashboard = await windows.open(cell().agents[0]!, { panel: 'keys' });
  await dashboard.button('New key').focus();
  const { keyboard } = dashboard.page;
  await keyboard.press('Enter');
  await dashboard.dialog.getByRole('textbox', { name: 'Path' }).and(dashboard.page.locator(':focus')).waitFor();
  await keyboard.type(path);
  await keyboard.press('Tab');
  await keyboard.type('typed');
  await keyboard.press('Control+Enter');
  await dashboard.dialog.waitFor({ state: 'detached' });
  await expectStored(path, 'typed');
});

test('leaving with unsaved edits asks', async () => {
  const path = '/race/leave';
  await cell().agents[0]!.client.put(path, 'base');
  const dashboard = await opened(path);
  await write(dashboard, path, 'typed');
  await dashboard.page.getByRole('button', { name: 'Overview' }).click();
  await dashboard.dialog.getByText('is not saved').waitFor();
  await dashboard.button('Stay').click();
  expect(await editorOf(dashboard, path).textContent()).toBe('typed');
  await dashboard.page.getByRole('button', { name: 'Overview' }).click();
  await dashboard.button('Discard and leave').click();
  await dashboard.heading('Overview').waitFor();
  await expectStored(path, 'base');
});

test('a key changes its lease without changing its value, and saving keeps the lease', async () => {
  const path = '/race/leased';
  await cell().agents[0]!.client.put(path, 'base');
  const dashboard = await opened(path);
  await dashboard.button('More about this path').click();
  await dashboard.page.getByRole('menuitem', { name: 'Change the lease…' }).click();
  await dashboard.dialog.getByRole('textbox', { name: 'Seconds' }).fill('300');
  await dashboard.button('Write').click();
  await dashboard.page.getByRole('button', { name: /lease id/ }).waitFor();
  await write(dashboard, path, 'changed');
  await dashboard.page.keyboard.press('Control+s');
  await expectStored(path, 'changed');
  const { item } = await cell().agents[0]!.client.get(path);
  expect(item?.leaseId).not.toBe('');
});
