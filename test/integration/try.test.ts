/**
 * Guards `synod try` and `synod agent` as processes: a cell forms, the pasted commands work, one agent may die, everything
 * ends together however it ends, and what cannot be started says why in one line.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../../src/client/index.ts';
import type { Ready } from '../../src/command-line/run-agent.ts';
import type { DemoAgent, DemoState } from '../../src/contract/index.ts';
import { eventually } from '../support/eventually.ts';
import { isRunning, SynodProcess, synod } from '../support/synod-process.ts';

interface Announcement {
  readonly agents: readonly Ready[];
  readonly commands: readonly string[];
}

const PATIENCE = { timeout: 30_000, interval: 50 };
let home: string;
let env: Record<string, string>;
const running: SynodProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'synod-try-'));
  env = { XDG_STATE_HOME: home, SYNOD_LAUNCHER: 'bin/synod' };
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
  rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function start(...args: string[]): SynodProcess {
  const started = new SynodProcess(args, env);
  running.push(started);
  return started;
}

async function startTry(...args: string[]): Promise<{ process: SynodProcess } & Announcement> {
  const started = start('try', '-w', 'json', ...args);
  return { process: started, ...(JSON.parse(await started.firstLine()) as Announcement) };
}

const gone = (pids: readonly number[]) => vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), PATIENCE);

test('a cell forms, its commands work, one agent may die, and Ctrl-C ends and removes all', async () => {
  const { process: cell, agents, commands } = await startTry();
  expect(agents).toHaveLength(3);
  expect(agents.map(({ name }) => name[0])).toEqual(['A', 'B', 'C']);
  const pids = agents.map(({ pid }) => pid);

  const outputs = [];
  for (const command of commands) {
    const [launcher, ...args] = command.split(' ');
    expect(launcher).toBe('bin/synod');
    outputs.push(await synod(args));
  }
  expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(outputs[1]!.stdout).toBe('hello\n');

  const names = agents.map(({ name }) => name);
  const proposed = await synod(['propose', '/mode', 'careful', '--no-wait', '--endpoint', agents[0]!.grpcAddress]);
  const told = /^proposal (\d+) stands for 5s: 2 of 3 must be for it \((.*)\)\n$/.exec(proposed.stdout);
  expect(told?.[2]?.split(', ').toSorted()).toEqual(names);

  process.kill(pids[0]!, 'SIGKILL');
  const endpoints = agents.flatMap(({ grpcAddress }) => ['--endpoint', grpcAddress]);
  expect(await synod(['put', '/after', 'x', ...endpoints])).toMatchObject({ code: 0 });
  await eventually(() => expect(cell.stderr).toContain(`${agents[0]!.name} (pid ${pids[0]}) has ended: SIGKILL`));

  cell.child.kill('SIGINT');
  expect(await cell.ended).toEqual({ code: 0, signal: null });
  expect(pids.filter(isRunning)).toEqual([]);
  expect(readdirSync(join(home, 'synod/try'))).toEqual([]);
});

test('the dashboard of one agent starts, kills and restarts others, which join the cell and end with it', async () => {
  const { process: cell, agents } = await startTry();
  const [first, second] = agents;
  const demo = async (path: string, from = first!, method = 'POST') => {
    const response = await fetch(`http://${from.httpAddress}/api/v1/demo${path}`, { method });
    return { status: response.status, body: (await response.json()) as DemoAgent & { data?: { reason: string } } };
  };
  const added = await demo('/agents');
  expect(added.status).toBe(200);
  expect(added.body).toMatchObject({ index: 4, state: 'running', isSelf: false });
  expect(added.body.name[0]).toBe('D');
  expect(statSync(join(home, 'synod/try/control/socket')).mode & 0o777).toBe(0o600);
  await using client = connect({ endpoints: [second!.grpcAddress], timeoutMs: 20_000 });
  await vi.waitFor(async () => {
    const { members } = await client.members();
    expect(members.find(({ agentId }) => agentId === added.body.agentId)).toMatchObject({ role: 'learner' });
  }, PATIENCE);

  expect(await demo('/agents/1/kill')).toMatchObject({ status: 409, body: { data: { reason: 'CHANGE_REFUSED' } } });
  expect(await demo('/agents/4/restart')).toMatchObject({ status: 409 });
  expect(await demo('/agents/9/kill')).toMatchObject({ status: 404, body: { data: { reason: 'NOT_FOUND' } } });
  expect((await demo('/agents/1/kill', second)).status).toBe(200);
  expect(isRunning(first!.pid)).toBe(false);
  const { body } = await demo('/agents/1/restart', second);
  expect(body).toMatchObject({ index: 1, name: first!.name, agentId: first!.agentId, state: 'running', isSelf: false });
  expect(body.pid).not.toBe(first!.pid);
  const state = (await demo('', second, 'GET')).body as unknown as DemoState;
  expect(state.agents.map(({ index, isSelf }) => [index, isSelf])).toEqual([
    [1, false],
    [2, true],
    [3, false],
    [4, false],
  ]);

  cell.child.kill('SIGKILL');
  await gone(state.agents.map(({ pid }) => pid));
});

test('the agents end with their parent, also when it is killed', async () => {
  const { process: cell, agents } = await startTry();
  cell.child.kill('SIGKILL');
  await gone(agents.map(({ pid }) => pid));
});

test('it ends by itself after a time, and keeps the cell when asked to', async () => {
  const first = await startTry('--keep');
  const endpoint = first.agents[0]!.grpcAddress;
  expect(await synod(['put', '/kept', 'yes', '--endpoint', endpoint])).toMatchObject({ code: 0 });
  first.process.child.kill('SIGTERM');
  expect(await first.process.ended).toEqual({ code: 0, signal: null });

  const second = await startTry('--keep', '--for', '500ms');
  expect(second.agents.map(({ agentId }) => agentId)).toEqual(first.agents.map(({ agentId }) => agentId));
  expect(await second.process.ended).toEqual({ code: 0, signal: null });
  expect(existsSync(join(home, 'synod/try/agent1/log.db'))).toBe(true);
});

test('a second one is refused and leaves the first alone', async () => {
  const { process: cell, agents } = await startTry();
  const second = await synod(['try'], env);
  expect(second.code).toBe(1);
  const where = agents.map(({ grpcAddress, httpAddress }) => `${grpcAddress} (http://${httpAddress})`).join(', ');
  expect(second.stderr).toContain(`a cell to try is running already (process ${cell.pid}) at ${where}: use it`);
  expect(agents.every(({ pid }) => isRunning(pid))).toBe(true);
});

test('without a majority a command says so while it waits, and in the end why and what to do', async () => {
  const { agents } = await startTry();
  const [left, ...others] = agents;
  for (const { pid } of others) process.kill(pid, 'SIGKILL');
  const { code, stdout, stderr } = await synod(['put', '/a', '1', '--endpoint', left!.grpcAddress, '--timeout', '6s']);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const [remark, failure, ...more] = stderr.trimEnd().split('\n');
  expect(remark).toMatch(/^synod: waiting for a majority \(no leader: .*\), 6s in all: --timeout$/);
  expect(failure).toMatch(
    /^synod: no majority of the voters answers \(no leader: this agent hears 1 of 3 voters, .*\).*: start the agents that are down/,
  );
  expect(more).toEqual([]);
});

test('an agent says it is ready in one line, and ends cleanly when told to', async () => {
  const stateDir = join(home, 'one');
  const agent = start('agent', '--state-dir', stateDir, '--grpc-addr', ':0', '--http-addr', ':0');
  const line = await agent.firstLine();
  expect(line).toMatch(
    /^A[a-z]+ is ready: pid \d+, grpc 127\.0\.0\.1:\d+, dashboard http:\/\/127\.0\.0\.1:\d+\/, id [0-9a-f-]{36}$/,
  );
  expect(line).toContain(`pid ${agent.pid},`);

  const taken = await synod(['agent', '--state-dir', stateDir, '--grpc-addr', ':0', '--http-addr', ':0']);
  expect(taken.code).toBe(1);
  expect(taken.stderr.trim().split('\n')).toHaveLength(1);
  expect(taken.stderr).toContain(`${agent.pid}`);

  const endpoint = /grpc ([\d.:]+)/.exec(line)![1]!;
  expect((await synod(['put', '/a', 'x', '--endpoint', endpoint])).code).toBe(0);
  agent.child.kill('SIGTERM');
  expect(await agent.ended).toEqual({ code: 0, signal: null });
  expect(agent.stdout.trim().split('\n')).toHaveLength(1);
});

test('an agent without its peers waits, and can be ended', async () => {
  const agent = start(
    'agent',
    '--state-dir',
    join(home, 'late'),
    '--grpc-addr',
    ':0',
    '--http-addr',
    ':0',
    '--peer',
    ':1',
  );
  await vi.waitFor(() => expect(agent.stderr).not.toBe(''), PATIENCE);
  agent.child.kill('SIGINT');
  expect(await agent.ended).toEqual({ code: 0, signal: null });
  expect(agent.stdout).toBe('');
});

test.each([
  ['a file', (path: string) => writeFileSync(path, 'x')],
  [
    'a directory with a damaged database',
    (path: string) => {
      mkdirSync(path);
      writeFileSync(join(path, 'log.db'), 'this is no database');
    },
  ],
])('%s as state directory is refused in one line', async (_, prepare) => {
  const path = join(home, 'strange');
  prepare(path);
  const { code, stderr } = await synod(['agent', '--state-dir', path, '--grpc-addr', ':0', '--http-addr', ':0']);
  expect(code).toBe(1);
  expect(stderr).toContain(path);
  expect(stderr).not.toContain('    at ');
});

test('binding beyond this machine is refused without --insecure, which says what it means', async () => {
  const { code, stderr } = await synod(['agent', '--state-dir', join(home, 'open'), '--grpc-addr', '0.0.0.0:0']);
  expect(code).toBe(1);
  expect(stderr).toContain('--insecure');
});
