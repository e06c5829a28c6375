/**
 * Guards the faults of a demo cell where they are kept: who may do what to whom, which one takes the place of which, every one
 * heals by its timer, by request and with the cell, and every agent that follows hears of each change.
 */
import { execFileSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import type { DemoState, PlannedDemoFault } from '../../src/contract/index.ts';
import { DemoControlClient, type DemoNews, type DemoSupervisor } from '../../src/demo/index.ts';
import { isRunning } from '../support/synod-process.ts';
import { DemoUnderTest, fake, refusal } from './demo-under-test.ts';

const demo = new DemoUnderTest();
/** Long enough for any machine. */
const PATIENCE = { timeout: 20_000 };
const HOSTED = { agentId: 'id-1', name: 'Ada', grpcAddress: '127.0.0.1:1', httpAddress: '127.0.0.1:2' };

/** Three agents; the second is the one that is asked. */
async function cellOfThree() {
  const { supervisor, path } = await demo.start();
  for (let count = 0; count < 3; count++) await supervisor.addAgent();
  return { supervisor, path, control: new DemoControlClient(path, 'id-2') };
}

const fault = (planned: Partial<PlannedDemoFault>): PlannedDemoFault => ({
  kind: 'cut',
  agents: ['id-1', 'id-3'],
  links: [],
  direction: 'both',
  delayMs: 0,
  jitterMs: 0,
  share: 1,
  healsAfterMs: 60_000,
  ...planned,
});

/** All links of one agent with those others. */
const starOf = (agentId: string, ...others: string[]): [string, string][] => others.map((other) => [agentId, other]);

const pidOf = ({ agents }: DemoState, index: number): number => agents.find((agent) => agent.index === index)!.pid;
const stateOf = (supervisor: DemoSupervisor, index: number) =>
  supervisor.state().agents.find((agent) => agent.index === index)!.state;
const isStopped = (pid: number): boolean =>
  execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' }).startsWith('T');

test('a fault says what was done and until when; one of its kind on the same agents takes its place', async () => {
  const { control } = await cellOfThree();
  const first = await control.call('addFault', { fault: fault({ delayMs: 7, share: 0.5 }) });
  expect(first).toMatchObject({ kind: 'cut', agents: ['id-1', 'id-3'], delayMs: 0, share: 0 });
  expect(first.healsAtMs - first.beganMs).toBe(60_000);
  const delay = await control.call('addFault', { fault: fault({ kind: 'delay', delayMs: 7, jitterMs: 3 }) });
  expect(delay).toMatchObject({ delayMs: 7, jitterMs: 3 });
  const second = await control.call('addFault', { fault: fault({ agents: ['id-3', 'id-1'] }) });
  const listed = async () => (await control.call('state')).faults.map(({ id }) => id);
  expect(await listed()).toEqual([delay.id, second.id]);
  const forth = await control.call('addFault', { fault: fault({ direction: 'forth' }) });
  expect(await listed()).toEqual([delay.id, forth.id]);
  const back = await control.call('addFault', { fault: fault({ direction: 'forth', agents: ['id-3', 'id-1'] }) });
  expect(await listed()).toEqual([delay.id, forth.id, back.id]);
  await control.call('healFault', { id: forth.id });
  expect(await listed()).toEqual([delay.id, back.id]);
  expect((await refusal(control.call('healFault', { id: forth.id }))).reason).toBe('NOT_FOUND');
  await control.call('healAll');
  expect(await listed()).toEqual([]);
});

test('what cannot be done is refused with what to do instead, and nothing is changed', async () => {
  const { supervisor, control } = await cellOfThree();
  const refused = async (planned: Partial<PlannedDemoFault>) => {
    const { reason, message } = await refusal(control.call('addFault', { fault: fault(planned) }));
    return `${reason}: ${message}`;
  };
  expect(await refused({ kind: 'pause', agents: ['id-2'] })).toBe(
    'REFUSED: Name2 serves this page, which would be gone with it: pause it from the dashboard of another agent',
  );
  expect(await refused({ kind: 'kill', agents: ['id-2'] })).toContain('kill it from the dashboard of another agent');
  expect(await refused({ agents: ['id-1'] })).toBe('INVALID: cut: name the two agents of a link, or several links');
  expect(await refused({ agents: ['id-1', 'id-1'] })).toContain('name the two agents of a link');
  expect(await refused({ links: [['id-1', 'id-3']] })).toContain('not both');
  const twice = { agents: [], links: [...starOf('id-1', 'id-2'), ...starOf('id-2', 'id-1')] };
  expect(await refused(twice)).toContain('one of the links is named twice');
  expect(await refused({ agents: [], links: starOf('id-1', 'id-1') })).toContain('a link has two agents');
  expect(await refused({ kind: 'pause', agents: [] })).toContain('pause: name one agent or several');
  expect(await refused({ kind: 'pause', agents: ['id-1', 'id-1'] })).toContain('one of the agents is named twice');
  expect(await refused({ kind: 'pause', agents: ['id-1', 'id-2'] })).toContain('Name2 serves this page');
  expect(await refused({ agents: ['id-1', 'id-9'] })).toContain('no process of this demo cell is the agent "id-9"');
  expect(await refused({ kind: 'delay' })).toContain('a delay of 0 ms changes nothing');
  expect(await refused({ kind: 'drop', share: 0 })).toContain('a share of 0 changes nothing');
  await supervisor.killAgent(3);
  expect(await refused({ kind: 'pause', agents: ['id-3'] })).toBe('REFUSED: Name3 is not running');
  expect(supervisor.state().faults).toEqual([]);
  expect(stateOf(supervisor, 2)).toBe('running');
});

test('the agent of the desktop app loses its links, and is neither paused nor killed', async () => {
  const { supervisor } = await demo.start({ hosted: HOSTED });
  await supervisor.addAgent();
  for (const kind of ['pause', 'kill'] as const) {
    const error = await refusal(supervisor.addFault(fault({ kind, agents: ['id-1'] }), 'id-2'));
    expect(error.message).toBe('Ada is the agent of the desktop app: cut its links, or quit the app to end it');
  }
  expect(await supervisor.addFault(fault({ agents: ['id-1', 'id-2'] }), 'id-1')).toMatchObject({ kind: 'cut' });
});

test('a paused agent stands still until its timer, and a second pause only moves that', async () => {
  const { supervisor, control } = await cellOfThree();
  const pid = pidOf(supervisor.state(), 1);
  await control.call('addFault', { fault: fault({ kind: 'pause', agents: ['id-1'] }) });
  expect(stateOf(supervisor, 1)).toBe('paused');
  await vi.waitFor(() => expect(isStopped(pid)).toBe(true), PATIENCE);
  await control.call('addFault', { fault: fault({ kind: 'pause', agents: ['id-1'], healsAfterMs: 1_000 }) });
  expect(supervisor.state().faults).toHaveLength(1);
  expect(isStopped(pid)).toBe(true);
  await vi.waitFor(() => expect(stateOf(supervisor, 1)).toBe('running'), PATIENCE);
  expect(supervisor.state().faults).toEqual([]);
  await vi.waitFor(() => expect(isStopped(pid)).toBe(false), PATIENCE);
  expect(isRunning(pid)).toBe(true);
});

test('a fault of several links is one, and stands beside one of its kind that it does not cover', async () => {
  const { control } = await cellOfThree();
  const listed = async () => (await control.call('state')).faults.map(({ id }) => id);
  const link = await control.call('addFault', { fault: fault({}) });
  expect(link.links).toEqual([['id-1', 'id-3']]);
  const star = fault({ agents: [], links: starOf('id-1', 'id-2', 'id-3') });
  const isolated = await control.call('addFault', { fault: star });
  expect(isolated).toMatchObject({ agents: ['id-1', 'id-2', 'id-3'], links: star.links });
  expect(await listed()).toEqual([isolated.id]);
  const again = await control.call('addFault', { fault: fault({}) });
  expect(await listed()).toEqual([isolated.id, again.id]);
  const wider = await control.call('addFault', { fault: star });
  expect(await listed()).toEqual([wider.id]);
});

test('a fault of several agents is of each of them, and of none that another fault holds or that woke before', async () => {
  const { supervisor } = await cellOfThree();
  const states = () => [1, 2, 3].map((index) => stateOf(supervisor, index));
  const both = await supervisor.addFault(fault({ kind: 'pause' }));
  expect(states()).toEqual(['paused', 'running', 'paused']);
  const one = await supervisor.addFault(fault({ kind: 'pause', agents: ['id-1'] }));
  await supervisor.healFault(both.id);
  expect(states()).toEqual(['paused', 'running', 'running']);
  await supervisor.healFault(one.id);
  await supervisor.addFault(fault({ kind: 'pause' }));
  await supervisor.killAgent(3);
  await vi.waitFor(() => expect(supervisor.state().faults).toMatchObject([{ agents: ['id-1'] }]), PATIENCE);
  await supervisor.healAll();
  expect(states()).toEqual(['running', 'running', 'ended']);
});

test('a pause that follows another at once is a whole one', async () => {
  const { supervisor } = await cellOfThree();
  const pid = pidOf(supervisor.state(), 1);
  const pause = fault({ kind: 'pause', agents: ['id-1'] });
  const { id } = await supervisor.addFault(pause);
  await Promise.all([supervisor.healFault(id), supervisor.addFault(pause)]);
  const helpers = () =>
    execFileSync('ps', ['-o', 'args=', '--ppid', `${process.pid}`], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes('kill -CONT') && line.endsWith(` ${pid}`));
  await vi.waitFor(() => expect(helpers()).toHaveLength(1), PATIENCE);
  await vi.waitFor(() => expect(isStopped(pid)).toBe(true), PATIENCE);
});

test('a killed agent comes back by its timer, with its state, or earlier by hand', async () => {
  const { supervisor, control } = await cellOfThree();
  const pid = pidOf(supervisor.state(), 1);
  await control.call('addFault', { fault: fault({ kind: 'kill', agents: ['id-1'], healsAfterMs: 100 }) });
  expect(isRunning(pid)).toBe(false);
  await vi.waitFor(() => expect(stateOf(supervisor, 1)).toBe('running'), PATIENCE);
  expect(supervisor.state()).toMatchObject({ faults: [], agents: [{ agentId: 'id-1' }, {}, {}] });
  await control.call('addFault', { fault: fault({ kind: 'pause', agents: ['id-3'] }) });
  await control.call('addFault', { fault: fault({ kind: 'kill', agents: ['id-3'] }) });
  expect(supervisor.state().faults.map(({ kind }) => kind)).toEqual(['kill']);
  await control.call('restartAgent', { index: 3 });
  expect(supervisor.state().faults).toEqual([]);
});

test('an agent that does not come back by itself is told', async () => {
  const troubles: string[] = [];
  const env: NodeJS.ProcessEnv = { ...process.env };
  const { supervisor } = await demo.start({ command: { ...fake(), env }, onTrouble: (text) => troubles.push(text) });
  await supervisor.addAgent();
  env.FAKE_AGENT = 'fails';
  await supervisor.addFault(fault({ kind: 'kill', agents: ['id-1'], healsAfterMs: 50 }));
  await vi.waitFor(
    () => expect(troubles.join()).toContain('an agent ended before it was ready (exit code 3)'),
    PATIENCE,
  );
  expect(supervisor.state()).toMatchObject({ faults: [], agents: [{ state: 'ended' }] });
});

test('agents that follow hear of every change at once, with what is left of each fault', async () => {
  const { supervisor, path, control } = await cellOfThree();
  const heard: DemoNews[] = [];
  const gone = Promise.withResolvers<string>();
  new DemoControlClient(path, 'id-3').follow({
    news: (news) => heard.push(news),
    gone: ({ reason }) => gone.resolve(reason),
  });
  await vi.waitFor(() => expect(heard).toHaveLength(1), PATIENCE);
  expect(heard[0]!.state.agents.map(({ isSelf }) => isSelf)).toEqual([false, false, true]);
  const { id } = await control.call('addFault', { fault: fault({}) });
  await vi.waitFor(() => expect(heard.at(-1)!.state.faults).toMatchObject([{ id }]), PATIENCE);
  expect(heard.at(-1)!.remainingMs[0]).toBeGreaterThan(0);
  expect(heard.at(-1)!.remainingMs[0]).toBeLessThanOrEqual(60_000);

  const late: DemoNews[] = [];
  const stop = new DemoControlClient(path, 'id-9').follow({ news: (news) => late.push(news), gone: () => undefined });
  await vi.waitFor(() => expect(late[0]?.state.faults).toMatchObject([{ id }]), PATIENCE);
  stop();
  await control.call('healFault', { id });
  await vi.waitFor(() => expect(heard.at(-1)!.state.faults).toEqual([]), PATIENCE);
  await control.call('killAgent', { index: 1 });
  await vi.waitFor(() => expect(heard.at(-1)!.state.agents[0]).toMatchObject({ state: 'ended' }), PATIENCE);
  await supervisor.close();
  expect(await gone.promise).toBe('GONE');
});

test('with the cell everything ends in good order: who was paused wakes, and whoever was cut off is told', async () => {
  const { supervisor, path } = await cellOfThree();
  const { agents } = supervisor.state();
  const heard: DemoNews[] = [];
  new DemoControlClient(path, 'id-2').follow({ news: (news) => heard.push(news), gone: () => undefined });
  await supervisor.addFault(fault({}));
  await supervisor.addFault(fault({ kind: 'pause', agents: ['id-3'] }));
  await vi.waitFor(() => expect(heard.at(-1)?.state.faults).toHaveLength(2), PATIENCE);
  await supervisor.close();
  expect(agents.filter(({ pid }) => isRunning(pid))).toEqual([]);
  expect(heard.at(-1)!.state.faults).toEqual([]);
});
