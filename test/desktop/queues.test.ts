/**
 * Guards the Queues panel in a browser, on a real cell: participants of the window add, claim, report and lose entries as
 * programs do, what depends on them follows by itself, nothing is listed as whole that is not; and a person says what became of
 * work whose claimant died.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, until, withCell, withWindows } from './dashboard.ts';
import { actAs, participantMenu } from './support/participants.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(1));

const first = () => cell().agents[0]!;
const open = (query: Readonly<Record<string, string>> = {}) => windows.open(first(), { panel: 'queues', query });
const entries = ({ main }: Dashboard, queue: string) => main.getByRole('grid', { name: `Entries of ${queue}` });
const entryRow = (dashboard: Dashboard, queue: string, seq: number) =>
  entries(dashboard, queue)
    .getByRole('row')
    .filter({ has: dashboard.page.getByRole('gridcell', { name: String(seq), exact: true }) });
const detail = ({ main }: Dashboard, seq: number) =>
  main.getByRole('complementary', { name: `Entry ${seq}`, exact: true });

async function confirm(dashboard: Dashboard, name: string | RegExp): Promise<void> {
  await dashboard.dialog.getByRole('button', { name }).click();
  await dashboard.dialog.waitFor({ state: 'detached' });
}

async function claim(dashboard: Dashboard): Promise<void> {
  await dashboard.button('Claim').click();
  await confirm(dashboard, 'Claim');
}

test('entries that wait for each other are added in one step, claimed, continued from a checkpoint, and done', async () => {
  const queue = '/queues/steps';
  const dashboard = await open();
  await actAs(dashboard, 'ann');
  await dashboard.button('Add the first entry').click();
  await dashboard.dialog.getByLabel('Queue').fill(queue);
  await dashboard.dialog.getByLabel('Payload', { exact: true }).fill('{"step": 1}');
  await dashboard.dialog.getByRole('button', { name: 'Another entry' }).click();
  await dashboard.dialog.getByLabel('B comes after').fill('B');
  await dashboard.dialog.getByRole('button', { name: 'Add 2 entries' }).click();
  // What waits for itself is refused where it was written, and nothing is there.
  dashboard.allow(/queues\/enqueue|the server responded with a status of 4/);
  await dashboard.dialog
    .getByRole('alert')
    .getByText(/wait for each other.*|CIRCULAR_DEPENDENCY/)
    .first()
    .waitFor();
  expect(await first().client.queue(queue).entries()).toMatchObject({ entries: [] });
  await dashboard.dialog.getByLabel('B comes after').fill('A');
  await confirm(dashboard, 'Add 2 entries');
  await entryRow(dashboard, queue, 1).getByText('ready').waitFor();
  await entryRow(dashboard, queue, 2).getByText('waits for 1 of 1: 1').waitFor();

  await claim(dashboard);
  await detail(dashboard, 1).getByText('you: ann', { exact: true }).waitFor();
  await detail(dashboard, 1).getByRole('list', { name: 'Waiting for it' }).getByText('2', { exact: true }).waitFor();
  await detail(dashboard, 1).getByRole('button', { name: 'Checkpoint' }).click();
  await dashboard.dialog.getByLabel('How far it is').fill('row 7');
  await confirm(dashboard, 'Keep the checkpoint');
  await dashboard.button(/^Acting as ann/).click();
  await dashboard.page.getByRole('menuitem', { name: /^End ann/ }).click();
  // Its worker is gone; the next one goes on where it was.
  await entryRow(dashboard, queue, 1).getByText('again: the session ended').waitFor();
  await actAs(dashboard, 'bob');
  await claim(dashboard);
  await detail(dashboard, 1).getByRole('region', { name: 'Last checkpoint' }).getByText('row 7').waitFor();
  await detail(dashboard, 1).getByRole('button', { name: 'Complete' }).click();
  await dashboard.dialog.getByLabel('Result').fill('imported');
  await confirm(dashboard, 'Complete');
  await detail(dashboard, 1).getByRole('region', { name: 'Result' }).getByText('imported').waitFor();
  await entryRow(dashboard, queue, 2).getByText('ready').waitFor();
  const done = await first().client.queue(queue).entry(1);
  expect(Buffer.from(done!.result!).toString()).toBe('imported');
});

test('an entry that is given up is dead until it is requeued; another worker cannot be spoken for', async () => {
  const queue = '/queues/dead';
  const { client } = first();
  await client.queue(queue).enqueue([{ payload: 'one' }, { payload: 'two' }]);
  const dashboard = await open({ queue });
  await actAs(dashboard, 'cid', 600);
  await dashboard.button('Claim').click();
  await dashboard.choose('The claim lasts', 'As long as a lease is renewed');
  await dashboard.dialog.getByLabel('Lease in seconds').fill('3');
  await confirm(dashboard, 'Claim');
  await detail(dashboard, 1).getByText('the lease of 3 s is renewed by itself until cid is paused or ends').waitFor();
  // A worker that stands still loses what it works on, and nothing else.
  await detail(dashboard, 1).getByRole('button', { name: 'Pause cid' }).click();
  await detail(dashboard, 1)
    .getByText(/^cid is paused: nobody renews/)
    .waitFor();
  await entryRow(dashboard, queue, 1).getByText('again: the lease ended').waitFor();
  await participantMenu(dashboard, 'Resume cid');
  await claim(dashboard);
  await detail(dashboard, 1).getByRole('button', { name: 'Fail' }).click();
  await dashboard.dialog.getByLabel('Why').fill('no such file');
  await dashboard.dialog.getByText(/^Try again/).click();
  await confirm(dashboard, 'Give it up');
  await entryRow(dashboard, queue, 1).getByText('failed: no such file').waitFor();
  await detail(dashboard, 1).getByRole('button', { name: 'Requeue' }).click();
  await entryRow(dashboard, queue, 1).getByText('ready').waitFor();

  const session = await client.openSession({ owner: 'elsewhere' });
  await client.queue(queue, { session, worker: 'elsewhere' }).claim();
  const complete = detail(dashboard, 1).getByRole('button', { name: 'Complete' });
  await expect.poll(() => complete.getAttribute('aria-disabled')).toBe('true');
  await dashboard.button('Delete this queue').click();
  const deletion = dashboard.dialog.getByRole('button', { name: /^Delete with 2 open/ });
  await expect.poll(() => deletion.getAttribute('aria-disabled')).toBe('true');
  await session.end();
  await dashboard.dialog.getByLabel(/^These are 2 open entries/).fill('2');
  await expect.poll(() => deletion.getAttribute('aria-disabled')).toBeNull();
  await confirm(dashboard, /^Delete with 2 open/);
  await dashboard.activity.getByText('with all its entries').waitFor();
  expect(await client.queue(queue).entries()).toMatchObject({ entries: [] });
});

test('a long queue is listed page by page and says so; states narrow it; the keyboard chooses', async () => {
  const queue = '/queues/long';
  const { client } = first();
  for (let batch = 0; batch < 4; batch += 1) {
    await client.queue(queue).enqueue(Array.from({ length: 110 }, (_, index) => ({ payload: `${batch} ${index}` })));
  }
  await client.queue(queue).enqueue({ payload: 'last', after: [440] });
  const dashboard = await open({ queue });
  await dashboard.main.getByText('200 entries, numbers 1 to 200; more follow.').waitFor();
  await dashboard.button('Next 200').click();
  await dashboard.button('Next 200').click();
  await dashboard.main.getByText('41 entries, numbers 401 to 441; those up to 400 are not listed here.').waitFor();
  await dashboard.main.getByLabel('Show entries from number').fill('300');
  await dashboard.page.keyboard.press('Enter');
  await entryRow(dashboard, queue, 300).waitFor();
  await entries(dashboard, queue).focus();
  await dashboard.page.keyboard.press('ArrowDown');
  await dashboard.page.keyboard.press('ArrowDown');
  await detail(dashboard, 301).waitFor();
  await dashboard.page.keyboard.press('Escape');
  await detail(dashboard, 301).waitFor({ state: 'detached' });
  for (const state of ['ready', 'claimed', 'delayed', 'dead']) await dashboard.button(new RegExp(`^${state} `)).click();
  await entryRow(dashboard, queue, 441).click();
  await detail(dashboard, 441).getByRole('list', { name: 'Waits for 1 of 1' }).getByText('440').click();
  await detail(dashboard, 440).getByRole('list', { name: 'Waiting for it' }).getByText('441').waitFor();
  await dashboard.expectAccessibleInBothThemes('main');
});

test('work whose claimant died comes first and is counted, until a person says what became of it', async () => {
  const { client } = first();
  const path = '/once/z-mail';
  await client.once('/once/a-mail', () => 'sent as 1', { onDeath: 'ask' });
  const dashboard = await open({ tab: 'once' });
  await actAs(dashboard, 'dan');
  await dashboard.button('Claim work').click();
  await dashboard.dialog.getByLabel('Work', { exact: true }).fill(path);
  await confirm(dashboard, 'Claim');
  const work = dashboard.main.getByRole('complementary', { name: `Work ${path}` });
  await work.getByText('you: dan', { exact: true }).waitFor();
  await dashboard.button(/^Acting as dan/).click();
  await dashboard.page.getByRole('menuitem', { name: /^End dan/ }).click();
  const tab = dashboard.main.getByRole('tab', { name: /^Done once/ });
  await tab.getByText('1 unknown').waitFor();
  const inSidebar = dashboard.page
    .getByRole('navigation', { name: 'Panels' })
    .getByRole('button', { name: /^Queues wait for a person: 1 work of which nobody knows what became/ });
  await inSidebar.waitFor();
  const rows = dashboard.main.getByRole('grid', { name: 'Works' }).getByRole('row');
  await expect.poll(() => rows.nth(1).textContent()).toContain(path);
  await dashboard.expectAccessibleInBothThemes('main');

  await dashboard.button('It was done').click();
  await dashboard.dialog.getByLabel('Who says so').fill('carla');
  await dashboard.dialog.getByLabel('Why').fill('it is in the log of the server');
  await dashboard.dialog.getByLabel('Result').fill('message 42');
  await confirm(dashboard, 'It was done');
  await work.getByText(/^said to be done by carla: it is in the log of the server/).waitFor();
  await work.getByRole('region', { name: 'Result' }).getByText('message 42').waitFor();
  await tab.getByText('1 unknown').waitFor({ state: 'detached' });
  await inSidebar.waitFor({ state: 'detached' });
  const { result, didRun } = await client.once(path, () => 'done twice', { onDeath: 'ask' });
  expect([Buffer.from(result).toString(), didRun]).toEqual(['message 42', false]);
  await work.getByRole('button', { name: 'Forget' }).click();
  await confirm(dashboard, 'Forget');
  await until('it is forgotten', async () => (await client.onceWork.list({ prefix: path })).works.length === 0);
});

test('why nothing can be claimed stands beside the button until somebody acts, and a long path is shown whole', async () => {
  const queue = `/queues/${'regional-warehouse/'.repeat(9)}outgoing`;
  await first()
    .client.queue(queue)
    .enqueue([{ payload: 'parcel' }]);
  const dashboard = await open({ queue });
  const why = dashboard.main.getByText('Not now: nobody acts: choose or make a participant at the top', {
    exact: true,
  });
  await why.waitFor();
  const shown = dashboard.main.getByRole('heading', { level: 2 }).getByText(queue, { exact: true });
  expect(await shown.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)).toBe(true);
  await actAs(dashboard, 'eve');
  await why.waitFor({ state: 'detached' });
  expect(await dashboard.button('Claim').getAttribute('aria-disabled')).toBeNull();
});
