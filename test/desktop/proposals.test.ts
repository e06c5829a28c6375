/**
 * Guards proposals as people vote on them, in windows on different agents: a value is proposed, votes cast in one window
 * appear in the other, always saying in whose name; the deciding vote writes the key; how and why the others ended.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';
import { actAs } from './support/participants.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

const rows = (dashboard: Dashboard, path: string) =>
  dashboard.main.getByRole('grid', { name: 'Proposals', exact: true }).getByRole('row').filter({ hasText: path });
const detail = (dashboard: Dashboard) => dashboard.main.getByRole('region', { name: /^Proposal \d+$/ });
const electorate = (dashboard: Dashboard) => detail(dashboard).getByRole('table', { name: 'Electorate' });
const nameField = (dashboard: Dashboard) => dashboard.main.getByRole('combobox', { name: 'In whose name' });

const open = (agent = 0) => windows.open(cell().agents[agent]!, { panel: 'proposals' });

async function openAs(name: string, agent: number): Promise<Dashboard> {
  const dashboard = await open(agent);
  await dashboard.button('Act as…').waitFor();
  await actAs(dashboard, name);
  return dashboard;
}

interface Draft {
  readonly path: string;
  readonly value: string;
  readonly names?: readonly string[];
  readonly seconds: string;
}

async function propose(dashboard: Dashboard, { path, value, names, seconds }: Draft): Promise<void> {
  await dashboard.button('Propose a value').first().click();
  const form = dashboard.dialog;
  await form.getByRole('textbox', { name: 'Key' }).fill(path);
  await form.getByRole('textbox', { name: 'Proposed value' }).fill(value);
  if (names !== undefined) {
    await dashboard.choose('Who votes', 'whoever is named');
    await form.getByRole('textbox', { name: 'Names, one a line' }).fill(names.join('\n'));
  }
  await form.getByRole('textbox', { name: 'Deadline in seconds' }).fill(seconds);
  await form.getByRole('button', { name: /^Propose/ }).click();
  await form.waitFor({ state: 'hidden' });
  await detail(dashboard).getByRole('heading', { level: 2, name: path }).waitFor();
}

test('a vote cast in one window appears in the other, and the deciding one writes the key', async () => {
  const path = '/config/limits';
  const alice = await openAs('alice', 0);
  await alice.button('Propose a value').first().click();
  await alice.dialog.getByRole('button', { name: 'Propose as alice' }).click();
  await alice.dialog.getByText('A key is a path such as /jobs/1.').waitFor();
  await alice.expectAccessibleInBothThemes();
  await alice.dialog.getByRole('button', { name: 'Cancel' }).click();
  await propose(alice, { path, value: '{ "burst": 80 }', names: ['alice', 'bob', 'cleo'], seconds: '120' });
  await detail(alice).getByText('2 more votes for it write the value; 2 more against it reject it.').waitFor();

  const bob = await openAs('bob', 1);
  await rows(bob, path).click();
  await detail(bob).getByText('{ "burst": 80 }').waitFor();
  await detail(bob).getByText('It counts as the vote of bob, and cannot be taken back.').waitFor();
  await bob.expectAccessibleInBothThemes();
  await bob.button('Vote for as bob').click();
  await electorate(alice)
    .getByRole('row', { name: /^bob for/ })
    .waitFor();
  await electorate(alice)
    .getByRole('row', { name: /^cleo not yet/ })
    .waitFor();
  await rows(alice, path).getByText('1 of 3; 2 needed').waitFor();
  await detail(bob).getByText('bob has voted. A vote stands.').waitFor();
  expect(await bob.button('Vote for').getAttribute('aria-disabled')).toBe('true');

  await nameField(alice).selectOption('cleo');
  await detail(alice).getByText('It counts as the vote of cleo, cast by alice: the record says both.').waitFor();
  await alice.button('Vote for as cleo').click();
  await detail(bob).getByText('2 for, 0 against, of 3; 2 needed').waitFor();
  await detail(bob).getByText('the votes decided it').waitFor();
  await electorate(alice)
    .getByRole('row', { name: /^cleo for .*you: alice/ })
    .waitFor();
  const { item } = await cell().agents[2]!.client.get(path);
  expect(Buffer.from(item!.value).toString()).toBe('{ "burst": 80 }');
  await detail(bob).getByRole('button', { name: 'Open the key' }).click();
  await bob.main.getByRole('textbox', { name: `Value of ${path}` }).waitFor();
});

test('a name that somebody else votes in meanwhile is not voted in again', async () => {
  const path = '/config/race';
  const [first, second] = [await open(0), await open(1)];
  await propose(first, { path, value: 'x', names: ['ann', 'ben', 'cat', 'dan', 'eve'], seconds: '120' });
  await rows(second, path).click();
  await nameField(second).selectOption('ann');
  await nameField(first).selectOption('ann');
  await first.button('Vote against as ann').click();
  await electorate(second)
    .getByRole('row', { name: /^ann against .*an agent/ })
    .waitFor();
  expect(await second.button('Vote for').getAttribute('aria-disabled')).toBe('true');
  expect(await nameField(second).inputValue()).toBe('');
});

test('the voters of the cell vote by their short names, and enough against it reject it', async () => {
  const path = '/config/cell';
  const dashboard = await open();
  await propose(dashboard, { path, value: 'new', seconds: '120' });
  for (const { name } of cell().agents.slice(0, 2)) {
    await nameField(dashboard).selectOption({ label: name });
    await dashboard.button(`Vote against as ${name}`).click();
    await electorate(dashboard)
      .getByRole('row', { name: new RegExp(`^${name} against`) })
      .waitFor();
  }
  await detail(dashboard).getByText('2 of 3 are against it, so the 2 that it needs cannot be reached').waitFor();
  await rows(dashboard, path).getByText('rejected').waitFor();
});

test('what ran out of time, was guarded by a lock, or was taken back, says why; nothing is written', async () => {
  const dashboard = await open();
  await propose(dashboard, { path: '/config/late', value: 'x', seconds: '0.2' });
  await detail(dashboard).getByText('its time was over', { exact: true }).waitFor();
  await rows(dashboard, '/config/late').getByText('expired').waitFor();

  const guarded = '/jobs/_lockable/state';
  await propose(dashboard, { path: guarded, value: 'x', names: ['ann'], seconds: '120' });
  await nameField(dashboard).selectOption('ann');
  await dashboard.button('Vote for as ann').click();
  await detail(dashboard).getByText('a lock above the key was not held').waitFor();

  await propose(dashboard, { path: '/config/mistake', value: 'x', names: ['ann'], seconds: '120' });
  await dashboard.button('Withdraw…').click();
  const confirm = dashboard.dialog.getByRole('button', { name: 'Withdraw it' });
  expect(await confirm.getAttribute('aria-disabled')).toBe('true');
  await dashboard.dialog.getByRole('textbox', { name: 'Who you are' }).fill('carla');
  await dashboard.dialog.getByRole('textbox', { name: 'Why' }).fill('wrong key');
  await confirm.click();
  await detail(dashboard).getByText('withdrawn by carla: wrong key').waitFor();
  for (const path of ['/config/late', guarded, '/config/mistake']) {
    expect((await cell().agents[1]!.client.get(path)).item).toBeUndefined();
  }
});
