/**
 * Guards a demo cell as its page shows and steers it: processes added, killed and started again by a click, with what that
 * means for the majority said before.
 */
import { expect, test } from 'vitest';
import { type Dashboard, until, withCell, withWindows } from './dashboard.ts';
import { DemoCell } from './support/demo-cell.ts';

const windows = withWindows();
const cell = withCell(() => DemoCell.found());

function processes(dashboard: Dashboard) {
  return dashboard.main.getByRole('region', { name: 'Processes of the demo cell' });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('an agent is killed by a click that first says what it means, and started again by another', async () => {
  const [first, , third] = cell().agents;
  const dashboard = await windows.open(first!, { panel: 'participants' });
  const pid = cell().pids[2]!;
  const own = processes(dashboard).getByRole('button', { name: `Kill ${first!.name}` });
  expect(await own.getAttribute('aria-disabled')).toBe('true');
  await processes(dashboard)
    .getByRole('button', { name: `Kill ${third!.name}` })
    .click();
  await dashboard.dialog.getByText(/2 of 3 voters still answer, and 2 are needed: writes go on\./).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.dialog.getByRole('button', { name: 'Kill', exact: true }).click();
  await processes(dashboard).getByText('ended').waitFor();
  await until('the process is gone', () => !isAlive(pid));
  await dashboard.main.getByRole('row', { name: third!.name }).getByText('suspect').waitFor();
  await cell().agents[0]!.client.put('/while-it-was-dead', 'x');

  const again = processes(dashboard).getByRole('button', { name: `Start again: ${third!.name}` });
  await dashboard.expectAccessibleInBothThemes();
  await again.click();
  await again.waitFor({ state: 'detached' });
  await dashboard.main
    .getByRole('row', { name: third!.name })
    .getByText(/^(follower|leader)$/)
    .waitFor();
  expect(cell().pids[2]).not.toBe(pid);
  await until('it has caught up', async () => {
    const answer = await cell()
      .agents[2]!.client.get('/while-it-was-dead', { quorum: 'local' })
      .catch(() => undefined);
    return answer?.item !== undefined;
  });
});

test('a fourth agent is added by a click, and is followed until it has everything', async () => {
  const dashboard = await windows.open(cell().agents[0]!);
  await dashboard.openPanel('Participants');
  await dashboard.button('Add an agent').click();
  await dashboard.button('Start one more agent here').click();
  const joining = dashboard.dialog.getByRole('list', { name: 'Joining' });
  await joining.getByText(/has joined as a (learner|voter)/).waitFor();
  await joining.getByText('It has caught up').waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.dialog.getByRole('button', { name: 'Close' }).first().click();
  await expect.poll(() => dashboard.main.locator('tbody tr').count()).toBe(4);
  await expect.poll(() => processes(dashboard).getByRole('listitem').count()).toBe(4);
  await dashboard.openPanel('Overview');
  await expect.poll(() => dashboard.main.getByRole('region', { name: 'Topology' }).getByRole('link').count()).toBe(4);
});

test('a learner takes the place of a voter in one change, and roles are pinned', async () => {
  const dashboard = await windows.open(cell().agents[0]!, { panel: 'participants' });
  const rows = dashboard.main.locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(4);
  const { members } = await cell().agents[0]!.client.members();
  const learner = members.find(({ role }) => role === 'learner')!;
  const voter = members.find(
    ({ role, state, agentId }) => role === 'voter' && state !== 'leader' && agentId !== cell().agents[0]!.agentId,
  )!;
  const choose = async (name: string, item: string): Promise<void> => {
    await dashboard.main.getByRole('button', { name: `What can be done with ${name}` }).click();
    await dashboard.page.getByRole('menuitem', { name: item }).click();
  };
  await choose(voter.name, 'Replace by a learner…');
  await dashboard.dialog.getByRole('row', { name: /Majority 2 2/ }).waitFor();
  expect(await dashboard.dialog.getByRole('combobox').inputValue()).toBe(learner.agentId);
  await dashboard.dialog.getByRole('button', { name: 'Replace', exact: true }).click();
  await dashboard.main
    .getByRole('row', { name: learner.name })
    .getByRole('gridcell', { name: 'voter', exact: true })
    .waitFor();
  await dashboard.main
    .getByRole('row', { name: voter.name })
    .getByRole('gridcell', { name: 'learner', exact: true })
    .first()
    .waitFor();

  await choose(voter.name, 'Pin as learner…');
  await dashboard.dialog.getByRole('button', { name: 'Pin', exact: true }).click();
  await dashboard.main.getByRole('row', { name: voter.name }).getByText('pinned: learner').waitFor();
  await choose(voter.name, 'Unpin…');
  await dashboard.dialog.getByRole('button', { name: 'Unpin', exact: true }).click();
  await dashboard.main.getByText('pinned: learner').waitFor({ state: 'detached' });
});
