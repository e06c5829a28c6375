/**
 * Guards what a person sees and does about the members of a real cell, each agent a process of its own: the drawing, the
 * table, a killed agent and its return, a newcomer, leadership handed over, a removal with its what-if line, and a cell
 * below its majority.
 */
import type { Locator } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { CellOfProcesses, type Dashboard, type ServedProcess, until, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellOfProcesses.found(3));

/** The three that every test begins with, whatever became of the one before. */
afterEach(async () => {
  await cell().restart(...agents().filter(({ isUp }, index) => index < 3 && !isUp));
  await cell().voters(agents().slice(0, 3));
});

function agents(): ServedProcess[] {
  return cell().agents as ServedProcess[];
}

function row(dashboard: Dashboard, agent: { readonly name: string }): Locator {
  return dashboard.main.getByRole('row', { name: agent.name, exact: true });
}

function node(dashboard: Dashboard, agent: { readonly name: string }): Locator {
  return dashboard.main.getByRole('link', { name: new RegExp(`^${agent.name} `) });
}

/** What begins something in each panel, and cannot where nothing is agreed on. */
const BEGIN = [
  ['Keys', 'New key'],
  ['Locks', 'Acquire a lock'],
  ['Elections', 'Stand for election'],
  ['Barriers', 'Make a barrier'],
  ['Proposals', 'Propose a value'],
  ['Queues', 'Add entries'],
] as const;

/** Through the menu at the end of its row. */
async function choose(dashboard: Dashboard, agent: { readonly name: string }, item: string): Promise<void> {
  await row(dashboard, agent)
    .getByRole('button', { name: `What can be done with ${agent.name}` })
    .click();
  await dashboard.page.getByRole('menuitem', { name: item }).click();
}

test('the overview draws the cell, says how it is, and leads to its participants', async () => {
  const [first, second] = agents();
  const dashboard = await windows.open(first!);
  await dashboard.main.getByText('Healthy: 3 of 3 voters answer; any one may fail.').waitFor();
  for (const agent of agents()) await node(dashboard, agent).waitFor();
  expect(await node(dashboard, first!).textContent()).toContain('this agent');
  await dashboard.main.getByRole('link', { name: /leader$/ }).waitFor();
  expect(await dashboard.main.getByRole('region', { name: 'Quorum' }).textContent()).toContain('2 of 3');
  await dashboard.main.getByText('Nothing needs attention.').waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await node(dashboard, second!).focus();
  await dashboard.page.keyboard.press('Enter');
  await dashboard.main.getByRole('complementary', { name: `Details of ${second!.name}` }).waitFor();
});

test('an empty cell says what to try, and the first key is written from there', async () => {
  const dashboard = await windows.open(agents()[0]!);
  await dashboard.button('Write /greeting').click();
  await dashboard.activity.getByText(/Write \/greeting: revision 1/).waitFor();
  const { item } = await agents()[1]!.client.get('/greeting');
  expect(Buffer.from(item!.value).toString()).toBe('hello');
  await dashboard.goTo('overview');
  await dashboard.heading('Overview').waitFor();
  await dashboard.button('Write /greeting').waitFor({ state: 'detached' });
});

test('the table sorts, is walked with the arrow keys, and opens the details', async () => {
  const dashboard = await windows.open(agents()[0]!, { panel: 'participants' });
  const names = agents()
    .map(({ name }) => name)
    .sort();
  const shown = async (): Promise<string[]> => {
    const rows = await dashboard.main.locator('tbody tr').all();
    return Promise.all(rows.map(async (one) => (await one.getAttribute('aria-label')) ?? ''));
  };
  await expect.poll(shown).toEqual(names);
  await dashboard.button('Name').click();
  await expect.poll(shown).toEqual([...names].reverse());
  await dashboard.button('Name').click();
  await dashboard.main.locator('tbody tr').first().focus();
  await dashboard.page.keyboard.press('ArrowDown');
  await dashboard.page.keyboard.press('Enter');
  const details = dashboard.main.getByRole('complementary', { name: `Details of ${names[1]}` });
  await details.getByText('decided by the autopilot').waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.main.locator('tbody tr').nth(1).focus();
  await dashboard.page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
});

test('each participant leads to its own dashboard, in a window of its own', async () => {
  const [first, second] = agents();
  const dashboard = await windows.open(first!, { panel: 'participants', query: { agent: second!.agentId } });
  const link = dashboard.main.getByRole('link', { name: 'Open its dashboard' });
  expect(await link.getAttribute('href')).toBe(`${second!.url}/`);
  expect(await link.getAttribute('rel')).toBe('noopener');
  expect(await link.getAttribute('target')).toBe('_blank');
});

test('a killed agent is seen, and so is its return', async () => {
  const { leader, followers } = await cell().roles();
  const [watcher, victim] = [leader, followers[0]] as [ServedProcess, ServedProcess];
  const dashboard = await windows.open(watcher);
  await victim.kill();
  await dashboard.main.getByText(new RegExp(`^Degraded: 2 of 3 voters answer, ${victim.name} does not`)).waitFor();
  await expect.poll(() => node(dashboard, victim).textContent()).toContain('suspect');
  await dashboard.main
    .getByRole('region', { name: 'Alerts' })
    .getByRole('button', { name: `Show ${victim.name}` })
    .click();
  await row(dashboard, victim).getByText('suspect').waitFor();
  await cell().restart(victim);
  await row(dashboard, victim).getByText('follower').waitFor();
  await dashboard.openPanel('Overview');
  await dashboard.main.getByText('Healthy: 3 of 3 voters answer; any one may fail.').waitFor();
});

test('leadership is handed over, after the dialog has said what that means', async () => {
  const [follower] = (await cell().followers()) as ServedProcess[];
  const dashboard = await windows.open(agents()[0]!, { panel: 'participants' });
  await choose(dashboard, follower!, 'Hand leadership over…');
  await dashboard.dialog.getByRole('table', { name: 'Before and after' }).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.dialog.getByRole('button', { name: 'Hand over', exact: true }).click();
  await row(dashboard, follower!).getByText('leader', { exact: true }).waitFor();
  await dashboard.activity.getByText(/Hand leadership over to .*: epoch/).waitFor();
  expect((await cell().leader()).name).toBe(follower!.name);
});

test('a change that would break the cell is refused before it is asked for', async () => {
  const asked = await cell().leader();
  const dashboard = await windows.open(asked as ServedProcess, { panel: 'participants' });
  // The others by name, not by role: leadership may move while the page opens.
  const [victim, other] = agents().filter((agent) => agent !== asked);
  await victim!.kill();
  await row(dashboard, victim!).getByText('suspect').waitFor();
  await choose(dashboard, other!, 'Demote to learner…');
  await dashboard.dialog.getByText(/It would be refused/).waitFor();
  const confirm = dashboard.dialog.getByRole('button', { name: 'Demote', exact: true });
  expect(await confirm.getAttribute('aria-disabled')).toBe('true');
  await dashboard.page.keyboard.press('Escape');
  await cell().restart(victim!);
  await row(dashboard, victim!).getByText('follower').waitFor();
});

test('a fourth agent joins by the command of the page, and is removed again with its what-if line', async () => {
  const dashboard = await windows.open(agents()[0]!, { panel: 'participants' });
  await dashboard.button('Add an agent').click();
  await dashboard.dialog.getByRole('button', { name: /Copy the command/ }).click();
  const command = await dashboard.page.evaluate<string>('navigator.clipboard.readText()');
  const [, peer] = /^synod agent .*--peer (\S+)$/.exec(command)!;
  expect(peer).toBe(agents()[0]!.address);
  const [fourth] = (await cell().reserve(1)) as ServedProcess[];
  await fourth!.start(['--peer', peer!]);
  await dashboard.dialog.getByRole('button', { name: 'Close' }).first().click();
  await row(dashboard, fourth!).getByText('learner', { exact: true }).first().waitFor();
  await dashboard.main.getByText(/majority 2 of 3/).waitFor();

  await fourth!.kill();
  await row(dashboard, fourth!).getByText('suspect').waitFor();
  await choose(dashboard, fourth!, 'Remove…');
  const whatIf = dashboard.dialog.getByRole('table', { name: 'Before and after' });
  await whatIf.getByRole('row', { name: /Tolerated 1 failure 1 failure/ }).waitFor();
  await dashboard.dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await row(dashboard, fourth!).waitFor({ state: 'detached' });
  await until('the cell has three members', async () => (await agents()[0]!.client.members()).members.length === 3);
});

test('below its majority every panel says so, nothing can be written, and it recovers by itself', async () => {
  const [last, ...others] = agents().slice(0, 3);
  const dashboard = await windows.open(last!, { panel: 'participants' });
  await Promise.all(others.map((agent) => agent.kill()));
  await dashboard.notice(/^Read-only since/).waitFor();
  await row(dashboard, others[0]!).click();
  const promote = dashboard.main.getByRole('button', { name: 'Demote to learner…' });
  expect(await promote.getAttribute('aria-disabled')).toBe('true');
  for (const [panel, button] of BEGIN) {
    await dashboard.openPanel(panel);
    await dashboard.notice(/^Read-only since/).waitFor();
    expect([panel, await dashboard.button(button).first().getAttribute('aria-disabled')]).toEqual([panel, 'true']);
  }
  await dashboard.openPanel('Overview');
  const health = dashboard.main.getByRole('region', { name: 'Health' });
  await health.getByText(/^Read-only/).waitFor();
  await health.getByText(/writing comes back by itself/).waitFor();
  await dashboard.notice(/^Read-only since/).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await cell().restart(...others);
  await dashboard.notice(/^Read-only since/).waitFor({ state: 'detached' });
  await dashboard.main.getByText('Healthy: 3 of 3 voters answer; any one may fail.').waitFor();
});

test('an agent that dies behind its page is missed, and found again without a reload', async () => {
  const [, agent] = agents();
  const dashboard = await windows.open(agent!);
  dashboard.allow(/./);
  await dashboard.page.evaluate('globalThis.isSamePage = true');
  await agent!.kill();
  await dashboard.notice(/^The agent has not answered since/).waitFor();
  await cell().restart(agent!);
  await dashboard.connected();
  await dashboard.notice(/^The agent has not answered/).waitFor({ state: 'detached' });
  await dashboard.main.getByText('Healthy: 3 of 3 voters answer; any one may fail.').waitFor();
  expect(await dashboard.page.evaluate('globalThis.isSamePage')).toBe(true);
});
