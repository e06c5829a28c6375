/**
 * Guards what a window shows when its agent goes away and comes back: what was told stays, greyed and with its age; the
 * connection is regained without a reload; nothing is asked for once the page is closed.
 */
import { expect, test } from 'vitest';
import type { SessionList } from '../../src/contract/index.ts';
import { CellOfProcesses, type Dashboard, ServedProcess, until, withCell, withWindows } from './dashboard.ts';
import { acquireLock, actAs, participantMenu } from './support/participants.ts';

const windows = withWindows();
const cell = withCell(() => CellOfProcesses.found(3));

/** What a browser says of an agent that is not there. */
const GONE =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET_NOT_CONNECTED/;

async function follower(): Promise<ServedProcess> {
  const [agent] = await cell().followers();
  if (!(agent instanceof ServedProcess)) throw new Error('there is no follower');
  return agent;
}

async function openOn(agent: ServedProcess, panel: string): Promise<Dashboard> {
  const dashboard = await windows.open(agent, { panel });
  // Lost with a reload: that it is still there proves that there was none.
  await dashboard.page.evaluate('globalThis.__sameDocument = true');
  return dashboard;
}

const isSameDocument = (dashboard: Dashboard) => dashboard.page.evaluate<boolean>('globalThis.__sameDocument === true');
const lost = (dashboard: Dashboard) => dashboard.notice(/has not answered since/);
const isGreyed = (dashboard: Dashboard) =>
  dashboard.main.evaluate((main) =>
    main.ownerDocument.defaultView!.getComputedStyle(main).filter.includes('grayscale'),
  );

test('an agent that was killed and started again is regained without a reload', async () => {
  const agent = await follower();
  const dashboard = await openOn(agent, 'participants');
  dashboard.allow(GONE);
  await dashboard.main.getByText(agent.name).first().waitFor();
  await agent.kill();
  await lost(dashboard).waitFor();
  expect(await isGreyed(dashboard)).toBe(true);
  // The way to those that still answer, but not to itself.
  const others = cell().agents.filter(({ name }) => name !== agent.name);
  const links = await lost(dashboard).getByRole('link').allTextContents();
  expect(links.toSorted()).toEqual(others.map(({ name }) => name).toSorted());
  // What was told last is still there to be read.
  await dashboard.main.getByText(agent.name).first().waitFor();
  await expect.poll(() => dashboard.topBar.textContent()).toMatch(/lost · told \d+ s ago/);

  await cell().restart(agent);
  await dashboard.connected();
  await expect.poll(() => lost(dashboard).count()).toBe(0);
  expect(await isGreyed(dashboard)).toBe(false);
  expect(await isSameDocument(dashboard)).toBe(true);
  const pid = String(agent.ready.pid);
  await dashboard.openPanel('Runtime');
  await dashboard.main.getByRole('region', { name: 'Process', exact: true }).getByText(pid, { exact: true }).waitFor();
});

test('a panel that was never opened opens also while the agent is away, and shows what there is once it is back', async () => {
  const agent = await follower();
  const dashboard = await windows.open(agent, { panel: 'participants' });
  dashboard.allow(GONE);
  await agent.kill();
  await lost(dashboard).waitFor();
  await dashboard.openPanel('Journal');
  await cell().restart(agent);
  await dashboard.main.getByRole('grid', { name: 'Journal' }).getByRole('row').nth(1).waitFor();
});

test('what is done while the agent is away fails, and says that its outcome is not known', async () => {
  const agent = await follower();
  const dashboard = await openOn(agent, 'runtime');
  dashboard.allow(GONE);
  const level = dashboard.main.getByRole('combobox', { name: 'Log level' });
  await level.waitFor();
  await agent.kill();
  await lost(dashboard).waitFor();
  await level.selectOption('debug');
  await dashboard.activity.getByText(/Log level debug failed: .*connection was lost/).waitFor();
  await dashboard.activity.getByText(/Whether it was done is not known/).waitFor();
  await cell().restart(agent);
  await dashboard.connected();
});

test('participants of a window outlive a short restart of its agent, and act on; who ended meanwhile is told of', async () => {
  const agent = await follower();
  const path = '/outlives/_lockable';
  const dashboard = await openOn(agent, 'locks');
  dashboard.allow(GONE);
  await actAs(dashboard, 'ann', 600);
  await acquireLock(dashboard, path);
  const row = dashboard.main.getByRole('treegrid', { name: 'Locks' }).getByRole('row').filter({ hasText: path });
  await row.getByText('you: ann').waitFor();
  await actAs(dashboard, 'bob', 600);
  await agent.kill();
  await lost(dashboard).waitFor();
  const { url } = (await cell().leader()) as ServedProcess;
  const { sessions } = (await (await fetch(`${url}/api/v1/sessions`)).json()) as SessionList;
  const { sessionId } = sessions.find(({ owner }) => owner === 'bob')!;
  const body = JSON.stringify({ sessionId });
  await fetch(`${url}/api/v1/sessions/end`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  await cell().restart(agent);
  await dashboard.connected();
  await dashboard.button(/^Acting as bob ended/).waitFor();
  await participantMenu(dashboard, /^ann.*renewed/);
  await dashboard.main.getByRole('button', { name: 'Release', exact: true }).click();
  await dashboard.main.getByText('Nobody holds or wants a lock').waitFor();
  expect(await isSameDocument(dashboard)).toBe(true);
});

test('an agent that is paused keeps its connections: its silence is noticed, its facts grow old, and it comes back', async () => {
  const agent = await follower();
  const dashboard = await openOn(agent, 'overview');
  dashboard.allow(GONE);
  agent.pause();
  try {
    await lost(dashboard).waitFor({ timeout: 30_000 });
    expect(await isGreyed(dashboard)).toBe(true);
    await expect.poll(() => dashboard.topBar.textContent()).toMatch(/lost · told \d+ s ago/);
  } finally {
    agent.resume();
  }
  await dashboard.connected();
  await expect.poll(() => isGreyed(dashboard)).toBe(false);
  expect(await isSameDocument(dashboard)).toBe(true);
});

test('another window sees that an agent has gone, and that it has come back', async () => {
  const agent = await follower();
  const leader = await cell().leader();
  if (!(leader instanceof ServedProcess)) throw new Error('the leader is not served');
  const dashboard = await windows.open(leader, { panel: 'participants' });
  const row = dashboard.main.getByRole('row').filter({ hasText: agent.name });
  await row.getByText('follower').waitFor();
  await agent.kill();
  await row.getByText('suspect').waitFor();
  await cell().restart(agent);
  await row.getByText('follower').waitFor();
});

test('below a majority every panel says that nothing can be written, and it recovers by itself', async () => {
  const leader = await cell().leader();
  const others = cell().agents.filter((agent) => agent !== leader);
  await leader.client.put('/below/majority', 'still here');
  const dashboard = await windows.open(leader as ServedProcess, { panel: 'keys' });
  // A majority read is refused, as it must be.
  dashboard.allow(/rpc\/keys\/get/);
  await Promise.all(others.map((agent) => agent.kill()));
  await dashboard.notice(/^Read-only since/).waitFor({ timeout: 30_000 });
  for (const panel of ['Overview', 'Requests', 'Journal']) {
    await dashboard.openPanel(panel);
    await dashboard.notice(/^Read-only since/).waitFor();
  }
  await dashboard.openPanel('Participants');
  for (const { name } of others) {
    await dashboard.main.getByRole('row').filter({ hasText: name }).getByText('suspect').waitFor();
  }
  const key = { panel: 'keys', query: { path: '/below/majority' } };
  const valueIn = ({ main }: Dashboard) =>
    main.getByRole('textbox', { name: 'Value of /below/majority' }).getByText('still here');
  const patient = await windows.open(leader as ServedProcess, key);
  patient.allow(/rpc\/keys\/get/);
  await patient.main.getByText('The cell has no quorum').waitFor();
  await dashboard.page.goto(`${dashboard.page.url().split('#')[0]}#/keys?path=/below/majority`);
  await dashboard.button('Read it locally').click();
  await valueIn(dashboard).waitFor();
  expect(await valueIn(patient).count()).toBe(0);
  await cell().restart(...others);
  await valueIn(patient).waitFor({ timeout: 30_000 });
  await expect.poll(() => dashboard.notice(/^Read-only since/).count(), { timeout: 30_000 }).toBe(0);
}, 120_000);

test('a page that is closed leaves no traffic behind', async () => {
  const agent = await follower();
  const dashboard = await windows.open(agent, { panel: 'messages' });
  const counted = await viewersOf(agent);
  expect(counted).toBeGreaterThan(0);
  await dashboard.page.close();
  await until('the agent runs no call of a viewer any more', async () => (await viewersOf(agent)) === 0);
});

/** Calls of viewers that run at an agent, without the one that asks. */
async function viewersOf(agent: ServedProcess): Promise<number> {
  const response = await fetch(`${agent.url}/api/v1/requests?limit=1000&includeOwn=true`);
  const { running } = (await response.json()) as { readonly running: readonly { method: string; own: boolean }[] };
  // The cell's own client may be calling too; what a viewer causes is marked.
  return running.filter(({ method, own }) => own && method !== 'RequestsList').length;
}
