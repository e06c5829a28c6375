/**
 * Guards the Lab on a real demo cell of processes: a fault is previewed, done, drawn, and heals by its timer; a race is lost by
 * who comes second; a lock holder that sleeps too long loses the lock, and its old token is refused.
 */
import { expect, test } from 'vitest';
import { type Dashboard, until, withCell, withWindows } from './dashboard.ts';
import { DemoCell } from './support/demo-cell.ts';

const windows = withWindows();
const cell = withCell(() => DemoCell.found());

/** What the cell refuses is the play here. */
const REFUSED = [/status of 404/, /^answer 404: POST .*\/rpc\/keys\/put$/];

async function press(dashboard: Dashboard, name: string): Promise<void> {
  await dashboard.main.getByRole('button', { name, exact: true }).first().click();
}

test('a link is cut after a preview in numbers, is drawn as cut, and heals by its timer', async () => {
  const [first, second, third] = cell().agents;
  const dashboard = await windows.open(first!, { panel: 'lab' });
  const map = dashboard.main.getByRole('group', { name: 'Agents and links' });
  const [left, right] = [second!.name, third!.name].sort();
  const link = map.getByRole('radio', { name: new RegExp(`^Link (${left} – ${right}|${right} – ${left}), `) });
  await link.waitFor();
  // By the keyboard alone: the agents come first, then the links; the last is the one between the other two.
  await map
    .getByRole('radio', { name: /^Agent / })
    .first()
    .focus();
  await dashboard.page.keyboard.press('ArrowLeft');
  expect(await link.getAttribute('aria-checked')).toBe('true');

  await dashboard.main.getByLabel('Heals after, s').fill('5');
  const preview = dashboard.main.getByRole('region', { name: 'What it would do' });
  await preview.getByRole('img', { name: 'now: 3 of 3 voters in touch, 2 needed' }).waitFor();
  await preview.getByText('keeps a majority').waitFor();
  await dashboard.main.getByRole('button', { name: /^Cut .* for 5 s$/ }).click();

  const inEffect = dashboard.main.getByRole('region', { name: 'Faults in effect' });
  await inEffect.getByText(/^heals in [1-5] s$/).waitFor();
  await map.getByRole('radio', { name: /^Link .*, cut$/ }).waitFor();
  await dashboard.expectAccessibleInBothThemes('main');
  await inEffect.getByText('nothing: all links and processes are intact').waitFor();
  await map.getByRole('radio', { name: /^Link .*, cut$/ }).waitFor({ state: 'detached' });
  const happened = dashboard.main.getByRole('list', { name: 'What happened' });
  await happened.getByText(/^Healed: .*: cut$/).waitFor();
  expect(await happened.getByText(/^Fault: .*: cut$/).count()).toBe(1);
});

test('an agent is isolated by one fault, whose preview says who keeps a majority; Overview says that the Lab did it', async () => {
  const [first, second] = cell().agents;
  const dashboard = await windows.open(first!, { panel: 'lab' });
  const map = dashboard.main.getByRole('group', { name: 'Agents and links' });
  await map.getByRole('radio', { name: new RegExp(`^Agent ${second!.name}, `) }).click();
  await dashboard.choose('What to do', 'Isolate');
  await dashboard.main.getByLabel('Heals after, s').fill('100');
  await dashboard.main
    .getByRole('region', { name: 'What it would do' })
    .getByText(second!.name, { exact: true })
    .waitFor();
  await dashboard.main.getByRole('button', { name: `Isolate ${second!.name} for 100 s` }).click();
  await map
    .getByRole('radio', { name: /^Link .*, cut$/ })
    .nth(1)
    .waitFor();
  expect(await map.getByRole('radio', { name: /^Link .*, intact$/ }).count()).toBe(1);
  await dashboard.openPanel('Overview');
  const alerts = dashboard.main.getByRole('region', { name: 'Alerts' });
  await alerts
    .getByText(new RegExp(`^The Lab did this \\(${second!.name} \\| .*: cut\\)\\. It heals by itself in \\d+ s\\.$`))
    .waitFor();
  expect(await alerts.getByText(/Look after it/).count()).toBe(0);
  await alerts.getByRole('button', { name: 'Open the Lab' }).first().click();
  // Several are gathered in the drawing as well.
  const choice = dashboard.main.getByRole('combobox', { name: 'Links or agents' });
  await choice.selectOption({ label: 'Nothing chosen' });
  await choice.selectOption({ label: 'Split the cell in two…' });
  await map
    .getByRole('checkbox', { name: /^Agent / })
    .first()
    .focus();
  await dashboard.page.keyboard.press('ArrowRight');
  await dashboard.page.keyboard.press('Space');
  await map.getByRole('checkbox', { name: /^Agent /, checked: true }).waitFor();
  await dashboard.expectAccessible('main');
  await dashboard.main.getByRole('button', { name: /^Heal now: / }).click();
  await map
    .getByRole('radio', { name: /^Link .*, intact$/ })
    .nth(2)
    .waitFor();
});

test('in a race the second write is refused by the version it read; blindly it would wipe out the first', async () => {
  const dashboard = await windows.open(cell().agents[0]!, { panel: 'lab', query: { tab: 'arena' } });
  const list = dashboard.main.getByRole('listbox', { name: 'Interleavings' });
  const steps = dashboard.main.getByRole('table', { name: 'Steps' });
  await dashboard.main.getByText('20', { exact: true }).first().waitFor();
  await press(dashboard, 'Begin');
  await list.getByRole('option', { name: 'A B A B A B: A wrote · B refused' }).click();
  await press(dashboard, 'Run it');
  await steps.getByRole('row', { name: /writes 10 if version \d+ refused: holds 1/ }).waitFor();
  await dashboard.main.getByText('as worked out before').waitFor();
  await list.getByRole('option', { name: /^A B A B A B: .*, run, ended so$/ }).waitFor();
  const key = await dashboard.main.getByRole('textbox', { name: 'Key of the race' }).inputValue();
  const { item } = await cell().agents[1]!.client.get(key);
  expect(Buffer.from(item!.value).toString()).toBe('1');
  await dashboard.expectAccessibleInBothThemes('main');

  // The write led to a slot, and the slot leads to the messages by which it was agreed on.
  const written = steps.getByRole('row', { name: /writes 1 if version/ });
  await written.getByRole('button', { name: /^Messages of slot \d+/ }).click();
  await dashboard.heading('Messages').waitFor();
  await dashboard.page.goBack();

  await dashboard.choose('How the clients write', 'Look, then put');
  await list.getByRole('option', { name: 'A B A B A B: A overwritten · B wrote' }).click();
  await press(dashboard, 'Run it');
  await dashboard.main.getByText('1 update lost: A').waitFor();
  await press(dashboard, 'End and clean up');
  await dashboard.main.getByText('Nothing has been written yet').waitFor();
  await until('its key and its sessions are gone', async () => {
    const { item: left } = await cell().agents[1]!.client.get(key);
    return left === undefined;
  });

  // A page that is loaded again has forgotten the race, and not that there was one.
  const path = await dashboard.main.getByRole('textbox', { name: 'Key of the race' }).inputValue();
  await press(dashboard, 'Begin');
  await dashboard.main.getByRole('button', { name: 'End and clean up' }).first().waitFor();
  await dashboard.page.reload();
  await dashboard.main.getByText(`there are 2 sessions and the key ${path}.`).waitFor();
  await press(dashboard, 'Clean up');
  await dashboard.main.getByText(/^From before this page was loaded again/).waitFor({ state: 'detached' });
  expect((await cell().agents[0]!.client.get(path)).item).toBeUndefined();
});

test('a holder that sleeps past its session loses the lock; the next token is higher, and the old one is refused', async () => {
  const dashboard = await windows.open(cell().agents[0]!, { panel: 'lab', query: { tab: 'theatre' } });
  dashboard.allow(...REFUSED);
  await dashboard.choose('Contenders', '2');
  await dashboard.choose('Session TTL', '2 s');
  await press(dashboard, 'Play it, step by step');
  const guide = dashboard.main.getByRole('region', { name: 'Guide' });
  const timeline = dashboard.main.getByRole('list', { name: 'What happened' });
  const next = async (title: string): Promise<void> => {
    await guide.getByRole('heading', { name: title }).waitFor();
    await guide.getByRole('button', { name: 'Next', exact: true }).click();
  };
  await next('Ada asks for the lock');
  await next('Ben asks, too');
  await next('Ada writes to the resource');
  await next('Ada falls asleep');
  await next('The time of Ada runs out');
  await next('Ben writes to the resource');
  await timeline.getByText('Ada lost its session, and with it the lock: nobody renewed it in time').waitFor();
  const granted = await timeline.getByText(/^The lock is granted to /).allTextContents();
  const [ben, ada] = granted.map((text) => Number(/token (\d+)$/.exec(text)![1]));
  expect(ben!).toBeGreaterThan(ada!);
  await next('Ada wakes up');
  const card = dashboard.main.getByRole('listitem', { name: 'Ada' });
  await card.getByText(`token ${ada} (not so)`).waitFor();
  await dashboard.expectAccessibleInBothThemes('main');
  await next('Ada writes on');
  await timeline.getByText(`Refuses “Ada 2” of Ada: token ${ada}, and it has seen ${ben} of Ben`).waitFor();
  await next('Ada writes below the lock');
  await timeline.getByText(/^The cell refuses, as Ada writes below the lock: .*\(SESSION_UNKNOWN\)$/).waitFor();
  await next('Ada looks');
  await card.getByText('its session has ended').waitFor();
  await next('The scene ends');
  await dashboard.main.getByText(/^Nothing was lost: the resource refused/).waitFor();
  const { items } = await cell().agents[1]!.client.list({ prefix: '/lab/lock-theatre/' });
  expect(items).toEqual([]);
});
