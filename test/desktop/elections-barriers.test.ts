/**
 * Guards elections and barriers as a person works with them, in windows on different agents and beside programs: standing,
 * waiting in line, proclaiming, resigning; barriers made, arrived at, released, broken, reset and deleted; cascades.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';
import { actAs } from './support/participants.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

const client = () => cell().agents[2]!.client;
const election = (dashboard: Dashboard, path: string) =>
  dashboard.main.getByRole('region', { name: `Election ${path}` });
const barrier = (dashboard: Dashboard, path: string) => dashboard.main.getByRole('region', { name: `Barrier ${path}` });
const row = (dashboard: Dashboard, grid: string, path: string) =>
  dashboard.main.getByRole('grid', { name: grid, exact: true }).getByRole('row').filter({ hasText: path });

/** A window on one of the agents, with a participant of its own. */
async function openAs(name: string, panel: string, agent: number): Promise<Dashboard> {
  const dashboard = await windows.open(cell().agents[agent]!, { panel });
  await dashboard.button('Act as…').waitFor();
  await actAs(dashboard, name);
  return dashboard;
}

test('one stands, is elected and proclaims; who waits in line follows when it resigns, in every window', async () => {
  const path = '/desk/chair';
  const alice = await openAs('alice', 'elections', 0);
  await alice.button('Stand for election').first().click();
  await alice.dialog.getByRole('textbox', { name: 'Election' }).fill(path);
  await alice.dialog.getByRole('textbox', { name: 'Value' }).fill('from alice');
  await alice.dialog.getByRole('button', { name: 'Stand as alice' }).click();
  await election(alice, path).getByText('alice is elected; this tenure lasts').waitFor();

  const bob = await openAs('bob', 'elections', 1);
  await row(bob, 'Elections', path).click();
  await election(bob, path).getByText('bob is not a candidate here.').waitFor();
  await election(bob, path).getByRole('textbox', { name: 'Value to stand with' }).fill('from bob');
  await bob.button('Stand for it').click();
  await election(bob, path).getByText('bob waits in line, at place 1.').waitFor();
  const line = election(alice, path).getByRole('table', { name: 'In line' });
  await line.getByRole('row', { name: /^1\. .*bob from bob/ }).waitFor();

  await election(alice, path).getByRole('textbox', { name: 'Its value' }).fill('something else');
  await alice.button('Proclaim').click();
  await row(bob, 'Elections', path).getByText('something else').waitFor();
  await bob.expectAccessibleInBothThemes();

  await alice.button('Resign').click();
  await election(bob, path).getByText('bob is elected; this tenure lasts').waitFor();
  const tenures = election(alice, path).getByRole('table', { name: 'Tenures' }).getByRole('row');
  await tenures
    .filter({ hasText: 'something else' })
    .getByText(/^resigned/)
    .waitFor();
  await tenures.filter({ hasText: 'from bob' }).getByText('lasts').waitFor();
  await row(alice, 'Elections', path).getByText('bob', { exact: true }).waitFor();
});

test('a winner that dies is followed by the next, and the line is left again', async () => {
  const path = '/desk/fallback';
  const program = await client().openSession({ owner: 'worker', ttlMs: 60_000 });
  await client().election(path, { session: program, owner: 'worker' }).campaign('by a program');
  const dashboard = await openAs('carol', 'elections', 0);
  await row(dashboard, 'Elections', path).click();
  await dashboard.button('Stand for it').click();
  await election(dashboard, path).getByText('carol waits in line, at place 1.').waitFor();
  await dashboard.button('Leave the line').click();
  await election(dashboard, path).getByText('Nobody waits').waitFor();
  await dashboard.button('Stand for it').click();
  await election(dashboard, path).getByText('carol waits in line, at place 1.').waitFor();
  await program.end();
  await election(dashboard, path).getByText('carol is elected; this tenure lasts').waitFor();
  await election(dashboard, path)
    .getByRole('table', { name: 'Tenures' })
    .getByText(/^its session ended/)
    .waitFor();
});

test('the list is walked with the keyboard, filtered, and says what it would show when it is empty', async () => {
  const dashboard = await windows.open(cell().agents[0]!, { panel: 'elections' });
  const grid = dashboard.main.getByRole('grid', { name: 'Elections', exact: true });
  await grid.press('End');
  await grid.press('ArrowUp');
  await grid.press('Enter');
  const heading = election(dashboard, '/desk/chair').getByRole('heading', { level: 2 });
  await heading.waitFor();
  await expect.poll(() => dashboard.page.evaluate('document.activeElement.textContent')).toBe('/desk/chair');
  await grid.press('Escape');
  await dashboard.main.getByText('No election is chosen').waitFor();
  await dashboard.main.getByRole('searchbox', { name: 'Filter elections' }).fill('no such election');
  await dashboard.button('Clear the filter').click();
  await row(dashboard, 'Elections', '/desk/fallback').waitFor();
  await dashboard.goTo('barriers');
  await dashboard.main.getByText('There are no barriers').waitFor();
  await dashboard.expectAccessibleInBothThemes();
});

test('a barrier is made, arrived at from a window and from a program, and released; its release arms the next', async () => {
  const [first, second] = ['/stages/load', '/stages/cut'];
  await client()
    .barrier(second)
    .create({ threshold: { count: 1 }, isOpen: true, isArmed: false });
  const program = await client().openSession({ owner: 'loader', ttlMs: 60_000 });
  const dashboard = await openAs('dave', 'barriers', 0);
  await dashboard.button('Make a barrier').click();
  const form = dashboard.dialog;
  await form.getByRole('textbox', { name: 'Path' }).fill(first);
  await form.getByRole('button', { name: 'Make it' }).click();
  await form.getByText('It waits for at least one: choose who takes part.').waitFor();
  await form.getByRole('checkbox', { name: /^you: dave/ }).check();
  await form.getByRole('checkbox', { name: /^loader/ }).check();
  await form.getByRole('combobox', { name: 'Its release arms' }).fill(second);
  await form.getByText('All 2 have to arrive.').waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await form.getByRole('button', { name: 'Make it' }).click();

  const shown = barrier(dashboard, first);
  await shown.getByText('2 more arrivals release it').waitFor();
  const cascade = shown.getByRole('list', { name: 'Cascade' });
  await cascade.getByRole('button', { name: second }).getByText('not armed').waitFor();
  await dashboard.button('Arrive').click();
  await shown.getByText('dave has arrived, and waits for the others.').waitFor();
  expect(await dashboard.button('Arrive').getAttribute('aria-disabled')).toBe('true');
  const other = await windows.open(cell().agents[1]!, { panel: 'barriers', query: { path: first } });
  const members = barrier(other, first).getByRole('table', { name: 'Members' }).getByRole('row');
  await members.filter({ hasText: 'dave' }).getByText('arrived', { exact: true }).waitFor();
  await members.filter({ hasText: 'loader' }).getByText('not yet').waitFor();
  await other.expectAccessibleInBothThemes();

  await client().barrier(first, { session: program }).await();
  const endings = barrier(other, first).getByRole('table', { name: 'Releases and breaks' });
  await endings.getByRole('row', { name: /^1 released 2 of 2 arrived/ }).waitFor();
  await cascade.getByRole('button', { name: second }).getByText('standing').waitFor();
  await shown.getByText('dave is a member that has not arrived.').waitFor();
});

test('a barrier is broken with name and reason, reset, given other members, and deleted after a question', async () => {
  const path = '/release/train';
  const session = await client().openSession({ owner: 'switch', ttlMs: 60_000 });
  await client()
    .barrier(path)
    .create({ members: [session.id] });
  const dashboard = await windows.open(cell().agents[0]!, { panel: 'barriers', query: { path } });
  const shown = barrier(dashboard, path);
  await dashboard.button('Break…').click();
  const confirm = dashboard.dialog.getByRole('button', { name: 'Break it' });
  expect(await confirm.getAttribute('aria-disabled')).toBe('true');
  await dashboard.dialog.getByRole('textbox', { name: 'Who you are' }).fill('carla');
  await dashboard.dialog.getByRole('textbox', { name: 'Why' }).fill('wrong train');
  await confirm.click();
  await shown.getByText('It is broken: nobody passes until it is reset.').waitFor();
  await shown.getByRole('row', { name: /^1 broken by carla: wrong train/ }).waitFor();
  await dashboard.button('Reset').click();
  await shown.getByText('1 more arrival releases it').waitFor();

  const late = await client().openSession({ owner: 'late comer', ttlMs: 60_000 });
  await shown.getByRole('button', { name: 'Change…' }).click();
  await dashboard.dialog.getByRole('checkbox', { name: /^late comer/ }).check();
  await dashboard.dialog.getByRole('checkbox', { name: /^switch/ }).uncheck();
  await dashboard.dialog.getByText('1 to add, 1 to remove').waitFor();
  await dashboard.dialog.getByRole('button', { name: 'Change', exact: true }).click();
  const members = shown.getByRole('table', { name: 'Members' });
  await members.getByRole('button', { name: /late comer/ }).waitFor();
  await members.getByRole('button', { name: /switch/ }).waitFor({ state: 'detached' });
  await late.end();
  await shown.getByRole('row', { name: /broken a member's session ended/ }).waitFor();

  await dashboard.button('Delete…').click();
  await dashboard.dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await row(dashboard, 'Barriers', path).waitFor({ state: 'detached' });
  await dashboard.main.getByText('No barrier is chosen').waitFor();
});
