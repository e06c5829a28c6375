/**
 * Guards what is around the panels, and Settings: the palette with panels, agents, actions and paths by keyboard alone,
 * the help on keys, themes, read-only mode as the agent enforces it, and the settings in effect.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, until, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(1));

function open(panel: string): Promise<Dashboard> {
  return windows.open(cell().agents[0]!, { panel });
}

async function palette(dashboard: Dashboard, typed: string): Promise<void> {
  await dashboard.page.keyboard.press('Control+k');
  await dashboard.dialog.getByRole('combobox').waitFor();
  await dashboard.page.keyboard.type(typed);
  await dashboard.dialog.getByRole('option', { selected: true }).waitFor();
}

test('the palette opens panels and participants, and runs actions, by keyboard alone', async () => {
  const dashboard = await open('overview');
  await palette(dashboard, 'settings');
  await dashboard.page.keyboard.press('Enter');
  await dashboard.heading('Settings').waitFor();
  await palette(dashboard, cell().agents[0]!.name);
  await dashboard.page.keyboard.press('Enter');
  await dashboard.main.getByRole('complementary', { name: /^Details of/ }).waitFor();
  await palette(dashboard, 'add an agent');
  await dashboard.page.keyboard.press('Enter');
  await dashboard.page.getByRole('dialog', { name: 'Add an agent' }).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.page.keyboard.press('Escape');
  await palette(dashboard, 'dark theme');
  await dashboard.page.keyboard.press('Enter');
  await dashboard.page.locator('html[data-theme=dark]').waitFor();
});

test('a path being typed lists the keys of its level, and Tab takes one over', async () => {
  const { client } = cell().agents[0]!;
  await client.put('/config/region', 'west');
  await client.put('/config/rate', '5');
  await client.put('/other', 'x');
  const dashboard = await open('overview');
  await palette(dashboard, '/co');
  await dashboard.dialog.getByRole('option', { name: '/config 2 below' }).waitFor();
  expect(await dashboard.dialog.getByRole('option', { name: /other/ }).count()).toBe(0);
  await dashboard.page.keyboard.press('ArrowDown');
  await dashboard.page.keyboard.press('Tab');
  await expect.poll(() => dashboard.dialog.getByRole('combobox').inputValue()).toBe('/config');
  await dashboard.page.keyboard.type('/re');
  await dashboard.dialog.getByRole('option', { name: '/config/region', exact: true }).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  // What was typed is marked; the key itself comes after it.
  await dashboard.page.keyboard.press('ArrowDown');
  await dashboard.dialog.getByRole('option', { name: '/config/region', exact: true, selected: true }).waitFor();
  await dashboard.page.keyboard.press('Enter');
  await expect.poll(() => dashboard.page.url()).toContain('#/keys?path=%2Fconfig%2Fregion');
});

test('a question mark tells the keys, but not where one is typed', async () => {
  const dashboard = await open('settings');
  const search = dashboard.main.getByRole('searchbox', { name: 'Search the settings' });
  await search.fill('');
  await search.press('?');
  expect(await dashboard.dialog.count()).toBe(0);
  await dashboard.heading('Settings').click();
  await dashboard.page.keyboard.press('?');
  await dashboard.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.page.keyboard.press('Escape');
  await dashboard.dialog.waitFor({ state: 'detached' });
  await dashboard.page.keyboard.press('Control+1');
  await dashboard.heading('Overview').waitFor();
});

test('settings in effect are listed with their flags, and searched', async () => {
  const dashboard = await open('settings');
  await dashboard.main.getByRole('region', { name: 'Addresses' }).waitFor();
  await dashboard.main.getByText('--max-voters').waitFor();
  await dashboard.main.getByText(cell().agents[0]!.agentId).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  const search = dashboard.main.getByRole('searchbox', { name: 'Search the settings' });
  await search.fill('max-voters');
  await dashboard.main.getByRole('region', { name: 'Addresses' }).waitFor({ state: 'detached' });
  await dashboard.main.getByText('--max-voters').waitFor();
  await search.fill('no such thing');
  await dashboard.main.getByText('No setting matches').waitFor();
});

test('a panel opens where it was left, and goes to its beginning when it is opened again', async () => {
  await cell().agents[0]!.client.put('/left/here', 'x');
  const dashboard = await windows.open(cell().agents[0]!, {
    panel: 'keys',
    query: { path: '/left/here', tab: 'watch' },
  });
  await dashboard.openPanel('Journal');
  await dashboard.openPanel('Keys');
  await expect.poll(() => dashboard.page.url()).toContain('#/keys?path=%2Fleft%2Fhere&tab=watch');
  await dashboard.openPanel('Keys');
  await expect.poll(() => dashboard.page.url()).toMatch(/#\/keys$/);
});

test('a chosen theme is kept over a reload', async () => {
  const dashboard = await open('settings');
  await dashboard.main.getByRole('radio', { name: 'Dark' }).click();
  await dashboard.page.locator('html[data-theme=dark]').waitFor();
  await dashboard.page.reload();
  await dashboard.page.locator('html[data-theme=dark]').waitFor();
  await dashboard.main.getByRole('radio', { name: 'As the system' }).click();
  await dashboard.page.locator('html[data-theme=light]').waitFor();
});

test('read-only mode is enforced by the agent and told in every panel, until it is switched off', async () => {
  const { url } = cell().agents[0]!;
  const write = (): Promise<number> =>
    fetch(`${url}/api/v1/key`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ path: '/read-only', value: { text: 'x' } }),
    }).then(({ status }) => status);
  const dashboard = await open('settings');
  await dashboard.button('Refuse changes').click();
  await dashboard.notice(/^Read-only mode/).waitFor();
  expect(await write()).toBe(403);
  await dashboard.main.getByText('on: operators may only look').waitFor();
  // The notice takes the room of what else stands there.
  await dashboard.button('Ballot, applied slot and revision').click();
  await dashboard.page
    .getByRole('dialog', { name: 'Ballot, applied slot and revision' })
    .getByText('Revision')
    .waitFor();
  await dashboard.page.keyboard.press('Escape');
  await dashboard.openPanel('Participants');
  await dashboard.notice(/^Read-only mode/).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.openPanel('Settings');
  await dashboard.button('Allow changes again').click();
  await dashboard.notice(/^Read-only mode/).waitFor({ state: 'detached' });
  await until('writes are taken again', async () => (await write()) === 200);
});
