/**
 * Guards locks as a person works with them: participants of one window that acquire, wait, are handed the lock and lose it,
 * countdowns that drain and jump up, refused writes with their reason, force, and who waits for whom.
 */
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, until, withCell, withWindows } from './dashboard.ts';
import { acquireLock, actAs, participantMenu } from './support/participants.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

const agent = () => cell().agents[1]!;
const open = (path = '') => windows.open(agent(), { panel: 'locks', query: path === '' ? {} : { path } });
const locks = (dashboard: Dashboard) => dashboard.main.getByRole('treegrid', { name: 'Locks' });
const row = (dashboard: Dashboard, path: string) => locks(dashboard).getByRole('row').filter({ hasText: path });
const detail = (dashboard: Dashboard, path: string) => dashboard.main.getByRole('article', { name: `Lock ${path}` });

/** The token of who holds it now. */
async function tokenOf(path: string): Promise<number> {
  const response = await fetch(`${agent().url}/api/v1/locks?prefix=${encodeURIComponent(path)}`);
  const { locks: found } = (await response.json()) as { locks: { path: string; fencingToken: number }[] };
  return found.find((lock) => lock.path === path)?.fencingToken ?? 0;
}

const text = async (found: Locator): Promise<string> => (await found.textContent()) ?? '';

async function write(dashboard: Dashboard, path: string, as: string, token: string | RegExp): Promise<void> {
  const shown = detail(dashboard, path);
  await shown.getByRole('combobox', { name: 'As' }).selectOption({ label: as });
  const tokens = shown.getByRole('combobox', { name: 'Fencing token' });
  const labels = await tokens.locator('option').allTextContents();
  const label = labels.find((known) => (typeof token === 'string' ? known === token : token.test(known)));
  if (label === undefined) throw new Error(`there is no token ${token} among ${labels.join(' | ')}`);
  await tokens.selectOption({ label });
  await shown.getByRole('button', { name: 'Write', exact: true }).click();
}

test('a lock is acquired, counted down, waited for, released, and handed over with a higher token', async () => {
  const path = '/handed/_lockable';
  const dashboard = await open();
  await dashboard.main.getByText('Nobody holds or wants a lock').waitFor();
  await actAs(dashboard, 'alice', 4);
  await acquireLock(dashboard, path);
  const shown = detail(dashboard, path);
  await row(dashboard, path).getByText('you: alice').waitFor();
  await dashboard.main.getByText(/^What is left is counted by \w+, the leader/).waitFor();
  // Renewals are told by nothing but a countdown that goes up.
  const left = row(dashboard, path).getByRole('gridcell').nth(3);
  let before = Number.POSITIVE_INFINITY;
  await until('the countdown has jumped up', async () => {
    const now = Number.parseFloat(await text(left));
    const hasJumped = now > before;
    if (!Number.isNaN(now)) before = now;
    return hasJumped;
  });
  const first = await tokenOf(path);

  await shown.getByRole('button', { name: 'Let another participant wait' }).click();
  await shown
    .getByRole('list', { name: `Who waits for ${path}` })
    .getByText('you: bob', { exact: true })
    .waitFor();
  await dashboard.button(/^Acting as alice/).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await shown.getByRole('button', { name: 'Release', exact: true }).click();
  await row(dashboard, path).getByText('you: bob', { exact: true }).waitFor();
  await shown.getByText(/^you: alice released it/).waitFor();
  expect(await tokenOf(path)).toBeGreaterThan(first);
  await row(dashboard, path)
    .getByText(String(await tokenOf(path)), { exact: true })
    .waitFor();

  // A window that is loaded again has the same participants, and goes on renewing them.
  await dashboard.page.reload();
  await dashboard.connected();
  await row(dashboard, path).getByText('you: bob', { exact: true }).waitFor();
  await participantMenu(dashboard, /^bob/);
  await shown.getByRole('button', { name: 'Release', exact: true }).click();
  await dashboard.main.getByText('Nobody holds or wants a lock').waitFor();
});

test('a paused holder loses the lock, the next gets it, and stale writes are refused with the reason', async () => {
  const path = '/paused/_lockable';
  const dashboard = await open();
  dashboard.allow(/409/);
  await actAs(dashboard, 'alice', 2);
  await acquireLock(dashboard, path);
  const shown = detail(dashboard, path);
  await write(dashboard, path, 'alice', 'none');
  await shown.getByText(/^Written by you: alice without a token: version 1/).waitFor();
  const first = await tokenOf(path);
  await shown.getByRole('button', { name: 'Let another participant wait' }).click();
  await shown
    .getByRole('list', { name: `Who waits for ${path}` })
    .getByText('you: bob', { exact: true })
    .waitFor();
  await write(dashboard, path, 'bob', 'none');
  await shown.getByText(/^LOCK_NOT_HELD · you: bob does not hold the lock, you: alice does/).waitFor();
  await participantMenu(dashboard, 'Pause alice');
  await row(dashboard, path).getByText('you: bob', { exact: true }).waitFor();
  await shown.getByText(/^The session of you: alice ended/).waitFor();
  expect(await tokenOf(path)).toBeGreaterThan(first);

  await write(dashboard, path, 'bob', /of the hold before/);
  await shown.getByText(new RegExp(`^TOKEN_STALE · Token ${first} is of a hold that is over`)).waitFor();
  await write(dashboard, path, 'bob', /of the hold now/);
  await shown.getByText(/^Written by you: bob with token \d+: version 2/).waitFor();
  const { item } = await agent().client.get(`${path}/state`);
  expect(item?.version).toBe(2);
});

test('a lock is taken by force, with who and why on record, after saying what it does', async () => {
  const path = '/forced/_lockable';
  const dashboard = await open();
  await actAs(dashboard, 'carol', 15);
  await acquireLock(dashboard, path);
  const shown = detail(dashboard, path);
  await shown.getByRole('button', { name: 'Force release…' }).click();
  await dashboard.dialog.getByText(/^you: carol loses it at once, though its session lives on/).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.dialog.getByRole('textbox', { name: 'Who you are' }).fill('dana');
  await dashboard.dialog.getByRole('textbox', { name: 'Why' }).fill('it is stuck');
  await dashboard.dialog.getByRole('button', { name: 'Release it' }).click();
  await shown.getByText(/^dana took it from you: carol: it is stuck/).waitFor();
  await shown.getByText('Nobody holds it and nobody waits for it.').waitFor();
  await dashboard.main.getByRole('checkbox', { name: 'Free ones too' }).check();
  await row(dashboard, path).getByText('free').waitFor();
});

test('who waits for whom is drawn and said; the tree is walked with the keyboard', async () => {
  const holder = await agent().client.openSession({ owner: 'importer', ttlMs: 30_000 });
  const waiter = await agent().client.openSession({ owner: 'nightly', ttlMs: 30_000 });
  await agent().client.lock('/tree/_lockable', { session: holder, owner: 'importer' }).tryAcquire();
  await agent().client.lock('/tree/_lockable/inner/_lockable', { session: holder, owner: 'importer' }).tryAcquire();
  const stop = new AbortController();
  const waiting = agent()
    .client.lock('/tree/_lockable', { session: waiter, owner: 'nightly' })
    .acquire({ signal: stop.signal })
    .catch(() => undefined);
  const dashboard = await open();
  await dashboard.main.getByRole('textbox', { name: 'Only locks whose path begins with' }).fill('/tree');
  await row(dashboard, '/inner/_lockable').waitFor();
  await expect.poll(() => locks(dashboard).getByRole('row').count()).toBe(3);
  await locks(dashboard).focus();
  await dashboard.page.keyboard.press('ArrowDown');
  await detail(dashboard, '/tree/_lockable').getByText('nightly', { exact: true }).waitFor();
  await dashboard.page.keyboard.press('ArrowLeft');
  await row(dashboard, '/inner/_lockable').waitFor({ state: 'hidden' });
  await row(dashboard, '/tree/_lockable').getByText('1 below').waitFor();
  await dashboard.page.keyboard.press('ArrowRight');
  await dashboard.page.keyboard.press('ArrowRight');
  await detail(dashboard, '/tree/_lockable/inner/_lockable').waitFor();

  await dashboard.choose('What is shown', 'Who waits for whom');
  const words = dashboard.main.getByRole('region', { name: 'Who waits for whom, in words' });
  await words.getByText('importer holds /tree/_lockable.').waitFor();
  await words.getByText('nightly waits for /tree/_lockable, number 1 in line.').waitFor();
  await dashboard.main.getByRole('img', { name: /^3 sessions and locks, 2 lines between them/ }).waitFor();
  await dashboard.expectAccessibleInBothThemes();
  stop.abort();
  await waiting;
  await dashboard.main.getByText('Nobody waits for anybody').waitFor();
});

test('a lock whose holder was lost says for how long nobody gets it, and who gets it then', async () => {
  const path = '/lost/_lockable';
  const { client } = agent();
  const session = await client.openSession({ owner: 'crashed' });
  await client.lock(path, { session, lockDelayMs: 600_000 }).tryAcquire();
  await session.end();
  const dashboard = await open(path);
  await row(dashboard, path).getByText('until its delay is over').waitFor();
  const delay = detail(dashboard, path).getByRole('region', { name: 'Delayed' });
  await delay.getByText('it is free').waitFor();
  // Ten minutes, and the quarter that a leader adds.
  await delay.getByText(/^1[0-3] min$/).waitFor();
  await row(dashboard, path)
    .getByText(/^1[0-3] min$/)
    .waitFor();
  await dashboard.button('End the delay…').waitFor();
});
