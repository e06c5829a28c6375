/**
 * Guards the Requests panel in a browser: calls of programs show up live with what was said in them, also while they run;
 * own traffic only when asked for; requests are issued, repeated and cancelled from the page, a write never twice unasked.
 */
import { expect, test } from 'vitest';
import { CellInProcess, type Dashboard, until, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

const first = () => cell().agents[0]!;
const open = (query: Readonly<Record<string, string>> = {}) => windows.open(first(), { panel: 'requests', query });
const calls = (dashboard: Dashboard) => dashboard.main.getByRole('grid', { name: 'Calls' });
const rows = (dashboard: Dashboard, method: string) =>
  calls(dashboard)
    .getByRole('row')
    .filter({ has: dashboard.page.getByRole('gridcell', { name: method, exact: true }) });
const detail = (dashboard: Dashboard) => dashboard.main.getByRole('tabpanel', { name: 'Call' });
const editor = (dashboard: Dashboard) => dashboard.main.getByRole('textbox', { name: 'Request as JSON' });

async function typeRequest(dashboard: Dashboard, method: string, json: string): Promise<void> {
  await dashboard.main.getByRole('combobox', { name: 'Method', exact: true }).selectOption(method);
  await editor(dashboard).fill(json);
}

/** What the cell holds at a path, as text. */
async function stored(path: string): Promise<{ readonly text: string; readonly version: number } | undefined> {
  const { item } = await first().client.get(path);
  return item && { text: Buffer.from(item.value).toString(), version: item.version };
}

/** While a program watches. */
async function watching(prefix: string, body: () => Promise<void>): Promise<void> {
  await using watch = first().client.watch({ prefix });
  void watch.next().catch(() => undefined);
  await body();
}

test('a call of a program shows up with its request, its reply and forms for other tools', async () => {
  await first().client.put('/requests/shown', 'a <b>bold</b> value');
  const dashboard = await open();
  await rows(dashboard, 'Put').first().click();
  const panel = detail(dashboard);
  await panel.getByRole('heading', { name: 'Put' }).waitFor();
  await panel.getByRole('region', { name: 'Request' }).getByText('/requests/shown').waitFor();
  await panel.getByRole('region', { name: 'Reply' }).getByText('"succeeded"').waitFor();
  await panel
    .getByRole('region', { name: 'Command line' })
    .getByText(/synod put .*\/requests\/shown/)
    .waitFor();
  await panel
    .getByRole('region', { name: 'gRPC' })
    .getByText(/UserService\/Put/)
    .waitFor();
  await panel
    .getByRole('region', { name: 'TypeScript' })
    .getByText(/\/requests\/shown/)
    .waitFor();
  await panel.getByRole('button', { name: 'Copy Command line' }).click();
  expect(await dashboard.page.evaluate('navigator.clipboard.readText()')).toMatch(/^synod put /);
  expect(await panel.locator('b').count()).toBe(0);
});

test('a call that runs is listed with a duration that goes on, and can be cancelled', async () => {
  const dashboard = await open();
  await watching('/requests/watched', async () => {
    const row = rows(dashboard, 'Watch').filter({ hasText: 'running' }).first();
    await row.click();
    const duration = row.getByRole('gridcell').nth(4);
    const before = await duration.textContent();
    await expect.poll(() => duration.textContent()).not.toBe(before);
    await detail(dashboard).getByRole('button', { name: 'Cancel' }).click();
    await dashboard.activity.getByText(/Cancel Watch: cancelled\. It only reads/).waitFor();
    await detail(dashboard).getByText('CANCELLED').first().waitFor();
  });
});

test('a running write is cancelled only after a question that says what is known of its effect', async () => {
  const dashboard = await open();
  // The first write of a client opens its session, whose renewals are one long call.
  await first().client.put('/requests/session', 'x');
  const row = rows(dashboard, 'Renew').filter({ hasText: 'running' }).first();
  await row.click();
  await detail(dashboard).getByRole('button', { name: 'Cancel' }).click();
  await dashboard.dialog.getByText(/cannot be known/).waitFor();
  await dashboard.dialog.getByRole('button', { name: 'Let it run' }).click();
  await row.getByText('running').waitFor();
});

test('own traffic is hidden, and marked when it is asked for', async () => {
  const dashboard = await open();
  await first().client.put('/requests/own', 'x');
  await rows(dashboard, 'Put').first().waitFor();
  expect(await rows(dashboard, 'RequestsWatch').count()).toBe(0);
  await dashboard.main.getByRole('checkbox', { name: 'My own traffic' }).check();
  await calls(dashboard).getByRole('row').filter({ hasText: 'RequestsWatch' }).getByText('own').first().waitFor();
});

test('the list is filtered by text, method and status, and says how many match', async () => {
  const dashboard = await open();
  await first().client.put('/requests/filtered', 'x');
  await first()
    .client.compareAndWrite('/requests/filtered', { version: 99 }, 'y')
    .catch(() => undefined);
  await first()
    .client.get('relative')
    .catch(() => undefined);
  await rows(dashboard, 'Put').first().waitFor();
  await dashboard.main.getByRole('combobox', { name: 'Filter by status' }).selectOption('failed');
  await rows(dashboard, 'Read').filter({ hasText: 'INVALID_ARGUMENT' }).first().waitFor();
  expect(await rows(dashboard, 'Put').count()).toBe(0);
  await dashboard.main.getByText(/of these match/).waitFor();
  await dashboard.main.getByRole('textbox', { name: 'Filter calls by text' }).fill('no such call');
  await dashboard.main.getByText('No call matches').waitFor();
  await dashboard.main.getByRole('button', { name: 'Clear the filter' }).click();
  await rows(dashboard, 'Put').first().waitFor();
  await dashboard.main.getByRole('combobox', { name: 'Filter by method' }).selectOption('Put');
  await expect.poll(() => rows(dashboard, 'Read').count()).toBe(0);
});

test('any request can be issued; the reply comes with its duration, and the cell has done it', async () => {
  const dashboard = await open({ view: 'form' });
  await typeRequest(dashboard, 'Put', '{"key": {"text": "/requests/issued"}, "value": {"text": "from the form"}}');
  await dashboard.button('Send').click();
  await dashboard.main.getByText(/Put was answered in/).waitFor();
  expect(await stored('/requests/issued')).toEqual({ text: 'from the form', version: 1 });
  await dashboard.main.getByRole('button', { name: 'Show the call' }).click();
  await detail(dashboard).getByRole('region', { name: 'Request' }).getByText('/requests/issued').waitFor();
});

test('what is no JSON cannot be sent, and a refused request says why and what became of the data', async () => {
  const dashboard = await open({ view: 'form' });
  dashboard.allow(/400/);
  await typeRequest(dashboard, 'Put', '{\n"key":\n}');
  await dashboard.main.getByText(/not JSON yet: look at line [23]/).waitFor();
  await expect.poll(() => dashboard.button('Send').getAttribute('aria-disabled')).toBe('true');
  await typeRequest(dashboard, 'Put', '{"key": {"text": "relative"}, "value": {"text": "x"}}');
  await editor(dashboard).press('Control+Enter');
  const alert = dashboard.main.getByRole('alert');
  await alert.getByText(/starts with/).waitFor();
  await alert.getByText(/Nothing was changed/).waitFor();
  await dashboard.activity.getByText(/Send Put failed/).waitFor();
});

test('repeating a write asks first, and writes once more under a new sequence', async () => {
  await first().client.put('/requests/repeated', 'again');
  const dashboard = await open();
  await rows(dashboard, 'Put').first().click();
  await detail(dashboard).getByRole('region', { name: 'Request' }).getByText('/requests/repeated').waitFor();
  await dashboard.button('Repeat…').click();
  await editor(dashboard).getByText('/requests/repeated').waitFor();
  await dashboard.button('Send').click();
  await dashboard.dialog.getByText('Send Put again?').waitFor();
  await dashboard.dialog.getByRole('button', { name: 'Do not send' }).click();
  expect(await stored('/requests/repeated')).toMatchObject({ version: 1 });
  await dashboard.button('Send').click();
  await dashboard.dialog.getByRole('button', { name: 'Send again' }).click();
  await dashboard.main.getByText(/Put was answered in/).waitFor();
  expect(await stored('/requests/repeated')).toEqual({ text: 'again', version: 2 });
  await dashboard.main.getByRole('region', { name: 'Sent from here' }).getByRole('button', { name: /Put/ }).waitFor();
});

test('the list stands still under the pointer, and goes on when it leaves', async () => {
  const dashboard = await open();
  await first().client.put('/requests/aimed-at', 'x');
  await rows(dashboard, 'Put').first().waitFor();
  await rows(dashboard, 'Put').first().hover();
  const before = await rows(dashboard, 'Put').count();
  await first().client.put('/requests/meanwhile', 'x');
  await dashboard.main.getByText(/^\d+ new, shown when the pointer leaves the list$/).waitFor();
  expect(await rows(dashboard, 'Put').count()).toBe(before);
  await dashboard.heading('Requests').hover();
  await expect.poll(() => rows(dashboard, 'Put').count()).toBe(before + 1);
});

test('the keyboard alone leads from the list to what was said', async () => {
  await first().client.put('/requests/by-keyboard', 'x');
  const dashboard = await open();
  await rows(dashboard, 'Put').first().waitFor();
  await dashboard.button('Pause').click();
  await calls(dashboard).focus();
  await dashboard.page.keyboard.press('Home');
  await expect.poll(() => calls(dashboard).getByRole('row', { selected: true }).count()).toBe(1);
  await dashboard.page.keyboard.press('End');
  await dashboard.page.keyboard.press('Enter');
  await until('the detail has the focus', () =>
    dashboard.page.evaluate<boolean>(`document.activeElement?.tagName === 'H2'`),
  );
});

test('list, detail and form are without serious findings of axe in both themes', async () => {
  await first().client.put('/requests/axe', 'x');
  const dashboard = await open();
  await rows(dashboard, 'Put').first().click();
  await detail(dashboard).getByRole('region', { name: 'Reply' }).waitFor();
  await dashboard.button('Pause').click();
  await dashboard.expectAccessibleInBothThemes();
  await dashboard.main.getByRole('tab', { name: 'New request' }).click();
  await typeRequest(dashboard, 'Read', '{}');
  await dashboard.expectAccessibleInBothThemes();
});
