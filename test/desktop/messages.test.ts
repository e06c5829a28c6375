/**
 * Guards the Messages panel in a browser, on a real cell: a write is found by its slot on all lanes and told as a story; the
 * table filters, pauses, counts, exports and opens what was said; everything works by keyboard; nothing hostile is executed.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { MessageView } from '../../src/contract/index.ts';
import { CellInProcess, type Dashboard, withCell, withWindows } from './dashboard.ts';

const windows = withWindows();
const cell = withCell(() => CellInProcess.found(3));

const first = () => cell().agents[0]!;
const names = () => cell().agents.map(({ name }) => name);
const open = (query: Readonly<Record<string, string>> = {}) => windows.open(first(), { panel: 'messages', query });
const table = ({ main }: Dashboard) => main.getByRole('grid', { name: 'Messages' });
const rows = (dashboard: Dashboard) => table(dashboard).getByRole('row');
const detail = ({ main }: Dashboard) => main.getByRole('region', { name: 'Message', exact: true });
const picture = ({ main }: Dashboard) => main.getByRole('application', { name: /^Sequence of messages/ });
const inView = ({ main }: Dashboard) => main.getByRole('list', { name: 'Messages in view' }).getByRole('listitem');
const choose = ({ main }: Dashboard, label: string, option: string) =>
  main.getByRole('combobox', { name: label, exact: true }).selectOption(option);

/** Writes through the first agent and says in which slot. */
async function write(path: string, value = 'x'): Promise<number> {
  const { slot } = await first().client.put(path, value);
  return slot;
}

test('a write issued in the page is found by its slot, with accept messages to every other voter', async () => {
  const dashboard = await windows.open(first(), { panel: 'requests', query: { view: 'form' } });
  await dashboard.main.getByRole('combobox', { name: 'Method', exact: true }).selectOption('Put');
  await dashboard.main
    .getByRole('textbox', { name: 'Request as JSON' })
    .fill(JSON.stringify({ key: { text: '/messages/issued' }, value: { text: 'x' } }));
  await dashboard.button('Send').click();
  await dashboard.main.getByText(/Put was answered in/).waitFor();
  await dashboard.openPanel('Journal');
  const entry = dashboard.main.getByRole('row').filter({ hasText: 'put /messages/issued' });
  const slot = Number(await entry.getByRole('gridcell').first().textContent());
  expect(slot).toBeGreaterThan(1);
  await entry.click();
  await dashboard.button('Its story').click();
  await dashboard.heading('Messages').waitFor();
  const lanes = dashboard.main.getByRole('list', { name: 'Lanes' });
  for (const name of names()) await lanes.getByText(name, { exact: true }).waitFor();
  const accepts = inView(dashboard).filter({ hasText: new RegExp(`sends accept, ballot .*slot ${slot} to`) });
  await expect.poll(() => accepts.count()).toBe(2);
  const story = dashboard.main.getByRole('region', { name: `Story of slot ${slot}` });
  await story.getByText(/proposes it for slot/).waitFor();
  await story.getByText(/It is chosen: .* are 2 of 3 voters, a majority/).waitFor();
  await story.getByText(/^Applied by now on .* and /).waitFor();
  await story
    .getByRole('button', { name: /has accepted and stored it/ })
    .first()
    .click();
  await expect
    .poll(() => dashboard.main.locator('[aria-live=polite].sr-only').textContent())
    .toMatch(/sends accept reply/);
});

test('a slot is followed everywhere until it is stopped in the top bar', async () => {
  const slot = await write('/messages/followed');
  const dashboard = await open({ slot: String(slot) });
  await dashboard.topBar.getByText('Following slot').waitFor();
  await rows(dashboard).filter({ hasText: 'accept' }).first().waitFor();
  const cells = rows(dashboard).getByRole('gridcell', { name: `${slot}, followed` });
  await cells.first().waitFor();
  await dashboard.button(`Stop following slot ${slot}`).click();
  await expect.poll(() => cells.count()).toBe(0);
  await dashboard.topBar.getByText('Following slot').waitFor({ state: 'detached' });
});

test('filters ask the agent and say what they leave out; text chooses among the rows', async () => {
  await write('/messages/filtered');
  const dashboard = await open();
  await choose(dashboard, 'Kind', 'kind:acceptReply');
  await rows(dashboard).filter({ hasText: 'accept reply' }).first().waitFor();
  const kinds = () => table(dashboard).getByRole('row').locator('[role=gridcell]:nth-child(4)').allTextContents();
  await expect.poll(async () => new Set(await kinds())).toEqual(new Set(['accept reply']));
  await choose(dashboard, 'Kind', 'group:calls');
  await rows(dashboard).getByRole('gridcell', { name: 'Put', exact: true }).first().waitFor();
  await choose(dashboard, 'Status', 'failed');
  await choose(dashboard, 'Direction', 'sent');
  await dashboard.main.getByText('No message matches').waitFor();
  await dashboard.button('Show everything').click();
  await dashboard.main.getByRole('searchbox', { name: 'Text in the rows' }).fill('accept');
  await dashboard.main.getByText(/kept messages contain "accept"/).waitFor();
  const shown = await kinds();
  expect(shown.length).toBeGreaterThan(0);
  for (const kind of shown) expect(kind).toContain('accept');
});

test('heartbeats are folded into a counter until they are wanted; own traffic is hidden', async () => {
  const dashboard = await open();
  await expect.poll(() => dashboard.main.getByText(/[1-9]\d* heartbeats and reports since/).count()).toBe(1);
  expect(await rows(dashboard).filter({ hasText: 'heartbeat' }).count()).toBe(0);
  expect(await rows(dashboard).filter({ hasText: 'MessagesWatch' }).count()).toBe(0);
  await dashboard.button('Show them').click();
  await rows(dashboard).filter({ hasText: 'heartbeat reply' }).first().waitFor();
  await dashboard.main.getByRole('checkbox', { name: 'My own traffic' }).check();
  await choose(dashboard, 'Channel', 'user');
  await rows(dashboard).filter({ hasText: 'mine' }).first().waitFor();
});

test('a pause holds the rows and counts what comes; clear empties the table', async () => {
  const dashboard = await open();
  await choose(dashboard, 'Kind', 'kind:accept');
  await write('/messages/paused', 'before');
  await rows(dashboard).filter({ hasText: 'accept' }).first().waitFor();
  await dashboard.button('Pause').click();
  const held = await rows(dashboard).count();
  const last = await write('/messages/paused', 'meanwhile');
  await dashboard.button(/^Paused: [1-9]\d* new$/).waitFor();
  expect(await rows(dashboard).count()).toBe(held);
  await dashboard.button('Resume').click();
  await rows(dashboard)
    .getByRole('gridcell', { name: String(last), exact: true })
    .first()
    .waitFor();
  await dashboard.button('Clear').click();
  await dashboard.main.getByText('No message matches').waitFor();
});

test('an export has every matching message of the log as JSON lines', async () => {
  const slot = await write('/messages/exported');
  const dashboard = await open({ slot: String(slot) });
  await rows(dashboard).filter({ hasText: 'accept' }).first().waitFor();
  const [download] = await Promise.all([dashboard.page.waitForEvent('download'), dashboard.button('Export').click()]);
  expect(download.suggestedFilename()).toMatch(/^messages-.*\.jsonl$/);
  const text = await readFile(await download.path(), 'utf8');
  const messages = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as MessageView);
  expect(messages.filter(({ kind }) => kind === 'accept').length).toBeGreaterThanOrEqual(1);
  for (const message of messages) {
    expect(message.slot).toBeLessThanOrEqual(slot);
    expect(message.throughSlot).toBeGreaterThanOrEqual(slot);
  }
  await dashboard.activity.getByText(new RegExp(`${messages.length} messages in a file`)).waitFor();
});

test('the log of another participant is read through this agent', async () => {
  const [, other] = cell().agents;
  const dashboard = await open();
  await dashboard.main.getByRole('combobox', { name: 'Whose log' }).selectOption({ label: `Log of ${other!.name}` });
  await choose(dashboard, 'Kind', 'group:calls');
  await other!.client.get('/messages/elsewhere');
  await rows(dashboard).getByRole('gridcell', { name: 'Read', exact: true }).first().waitFor();
});

test('by keyboard alone: step through rows, open one with its other end, close it, back to the newest', async () => {
  const dashboard = await open();
  await choose(dashboard, 'Kind', 'kind:accept');
  await write('/messages/keyboard');
  await rows(dashboard).filter({ hasText: 'accept' }).nth(1).waitFor();
  const { keyboard } = dashboard.page;
  await table(dashboard).focus();
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  const opened = detail(dashboard);
  await opened.getByText('"kind"').first().waitFor();
  await opened.getByText(/by its own clock/).waitFor();
  const id = await opened.getByRole('button', { name: 'Copy message id' }).textContent();
  await keyboard.press('ArrowUp');
  await expect.poll(() => opened.getByRole('button', { name: 'Copy message id' }).textContent()).not.toBe(id);
  await keyboard.press('Escape');
  await opened.waitFor({ state: 'detached' });
  await keyboard.press('End');
  await dashboard.button(/^Standing still/).waitFor({ state: 'detached' });
});

test('the row of an opened message stays in sight above its detail', async () => {
  const dashboard = await open();
  for (let count = 0; count < 8; count += 1) await write('/messages/sight');
  await rows(dashboard).nth(24).waitFor();
  const last = rows(dashboard).last();
  await last.click();
  const top = (await detail(dashboard).first().boundingBox())!.y;
  const box = (await table(dashboard).getByRole('row', { selected: true }).boundingBox())!;
  expect(box.y + box.height).toBeLessThanOrEqual(top);
});

test('what is said is shown as text, whatever it contains', async () => {
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const slot = await write(`/messages/${hostile.replaceAll('/', '|')}`, hostile);
  const dashboard = await open({ slot: String(slot) });
  const title = await dashboard.page.title();
  await rows(dashboard).filter({ hasText: 'Put' }).first().click();
  await detail(dashboard)
    .getByText(/onerror/)
    .first()
    .waitFor();
  expect(await detail(dashboard).locator('img, script').count()).toBe(0);
  expect(await dashboard.page.title()).toBe(title);
});

test('the sequence is stepped through by keyboard and read out as sentences', async () => {
  const dashboard = await open({ view: 'sequence' });
  await write('/messages/stepped');
  await inView(dashboard).filter({ hasText: 'sends accept' }).first().waitFor();
  const spoken = () => dashboard.main.locator('[aria-live=polite].sr-only').textContent();
  await picture(dashboard).focus();
  await dashboard.page.keyboard.press('k');
  await expect.poll(spoken).toMatch(/(sends|calls) .* to /);
  const before = await spoken();
  await dashboard.page.keyboard.press('k');
  await expect.poll(spoken).not.toBe(before);
  await dashboard.page.keyboard.press('j');
  await expect.poll(spoken).toBe(before);
  await dashboard.button(/^Standing still/).waitFor();
  await dashboard.page.keyboard.press('Enter');
  await detail(dashboard)
    .getByText(/in its log/)
    .first()
    .waitFor();
  await picture(dashboard).focus();
  await dashboard.page.keyboard.press('End');
  await dashboard.button(/^Standing still/).waitFor({ state: 'detached' });
});

test('the picture is drawn in the colours of the theme, and nothing is drawn twice as large or small', async () => {
  const dashboard = await open({ view: 'sequence' });
  await write('/messages/drawn');
  await inView(dashboard).filter({ hasText: 'sends accept' }).first().waitFor();
  const inked = () =>
    dashboard.page.evaluate<number>(`(() => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let inked = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 0) inked += 1;
      return inked;
    })()`);
  await expect.poll(inked).toBeGreaterThan(1_000);
  const box = await dashboard.page.locator('canvas').boundingBox();
  const outer = await picture(dashboard).boundingBox();
  expect(box!.height).toBe(outer!.height);
  expect(outer!.width - box!.width).toBeLessThan(20);
});

test('both views are accessible in both themes, with a detail open and without anything to show', async () => {
  const slot = await write('/messages/accessible');
  const dashboard = await open({ slot: String(slot) });
  await rows(dashboard).filter({ hasText: 'accept' }).first().click();
  await detail(dashboard).getByText('"kind"').first().waitFor();
  await dashboard.expectAccessibleInBothThemes('main');
  await dashboard.goTo('messages', { view: 'sequence', slot: String(slot) });
  await dashboard.main.getByText(/It is chosen/).waitFor();
  await dashboard.expectAccessibleInBothThemes('main');
  await dashboard.goTo('messages', { slot: '999999' });
  await dashboard.main.getByText('No message matches').waitFor();
  await dashboard.expectAccessibleInBothThemes('main');
});
