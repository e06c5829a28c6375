/**
 * Guards what the Messages panel says when an agent is killed: its lane says why its log is missing, what only the other side
 * saw is one-sided, what could not be sent was dropped, and its log in the table is asked for in vain, in words.
 */
import { expect, test } from 'vitest';
import { CellOfProcesses, type Dashboard, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellOfProcesses.found(3));

const inView = ({ main }: Dashboard) => main.getByRole('list', { name: 'Messages in view' }).getByRole('listitem');

test('a killed agent: lane, one-sided messages, dropped messages, and its own log', async () => {
  const [first, , killed] = cell().agents;
  const { name } = killed!;
  const dashboard = await windows.open(first!, { panel: 'messages', query: { view: 'sequence' } });
  // The page asks again and again for a log that is not there: each refusal is an answer.
  dashboard.allow(/answer 50[34]: .*messages\//, /Failed to load resource/);
  await first!.client.put('/killed/before', 'x');
  await inView(dashboard).filter({ hasText: 'sends' }).first().waitFor();
  const lane = dashboard.main.getByRole('list', { name: 'Lanes' }).getByRole('listitem').filter({ hasText: name });
  expect(await lane.textContent()).not.toContain('cannot be read');
  await killed!.kill();
  await lane.getByText(new RegExp(`the log of ${name} .*cannot be read`)).waitFor();
  await dashboard.main.getByRole('checkbox', { name: 'Heartbeats' }).check();
  await first!.client.put('/killed/after', 'x');
  await inView(dashboard)
    .filter({ hasText: new RegExp(`to ${name}; (only .* has it in its log|it was dropped: there was no connection)`) })
    .first()
    .waitFor();
  await dashboard.expectAccessible('main');
  await dashboard.goTo('messages');
  await dashboard.main.getByRole('combobox', { name: 'Status' }).selectOption('failed');
  await dashboard.main.getByRole('row').filter({ hasText: 'dropped: no link' }).first().waitFor();
  await dashboard.main.getByRole('combobox', { name: 'Whose log' }).selectOption({ label: `Log of ${name}` });
  await dashboard.main
    .getByRole('alert')
    .getByText(new RegExp(`the log of ${name} .*cannot be read`))
    .waitFor();
  await killed!.start();
  await dashboard.main.getByRole('alert').waitFor({ state: 'detached' });
});
