/**
 * Guards the composition of an agent from real parts in one process: founding, joining, resuming, ending in good order and
 * failing stop, and one clear line for every mistake of a user.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Replica } from '../../src/agent/consensus/replica.ts';
import { type Agent, AgentError, type AgentLogger, type AgentOptions, createAgent } from '../../src/agent/index.ts';
import { MarkFile } from '../../src/agent/storage/mark.ts';
import { put } from '../support/memory-cell.ts';

const SILENT: AgentLogger = { level: 'silent', info: () => {}, warn: () => {}, error: () => {} };
let folder: string;
let running: Agent[];
let listeners: Server[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synod-agent-'));
  running = [];
  listeners = [];
});

afterEach(async () => {
  vi.restoreAllMocks();
  for (const agent of running) await agent.close();
  for (const listener of listeners) listener.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(name: string, options: Partial<AgentOptions> = {}): Promise<Agent> {
  const agent = await createAgent({
    stateDir: join(folder, name),
    grpcAddr: ':0',
    httpAddr: ':0',
    logger: SILENT,
    ...options,
  });
  running.push(agent);
  return agent;
}

async function refusal(options: Partial<AgentOptions>): Promise<string> {
  const error = await start('refused', options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AgentError);
  const { message } = error as AgentError;
  expect(message.split('\n')).toHaveLength(1);
  return message;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(10);
}

function write(agent: Agent, key: string, value: string) {
  return agent.cell.write(put(key, value), { quorum: 'majority', timeoutMs: 20_000 });
}

async function read(agent: Agent, key: string): Promise<string | undefined> {
  await agent.cell.readBarrier({ quorum: 'majority', minSlot: 0, timeoutMs: 20_000 });
  const record = agent.cell.state.get('user', key);
  return record && Buffer.from(record.value).toString();
}

function voters(agent: Agent): number {
  return agent.cell.status().configuration.participants.filter(({ role }) => role === 'voter').length;
}

test('an empty state directory founds a cell, a used one resumes it', async () => {
  const first = await start('a');
  await write(first, '/x', '1');
  const { agentId, cellId } = first;
  await until(() => first.name !== '');
  const { name } = first;
  expect(name).toMatch(/^A/);
  await first.close();
  const second = await start('a');
  expect(second).toMatchObject({ agentId, cellId, name });
  expect(await read(second, '/x')).toBe('1');
});

test('agents join, become voters together, and serve whoever asks', async () => {
  const a = await start('a');
  await until(() => a.name !== '');
  const [b, c] = await Promise.all(['b', 'c'].map((name) => start(name, { peers: [a.grpcAddress] })));
  expect([b!.cellId, c!.cellId]).toEqual([a.cellId, a.cellId]);
  await until(() => voters(a) === 3);
  const joins = (agent: Agent) => agent.observability.rpcLog.query({ kinds: ['join'], statuses: ['OK'] }, 9);
  const asked = [b!, c!].flatMap(joins);
  expect(asked.map(({ direction }) => direction)).toEqual(['sent', 'sent']);
  expect(new Set(joins(a).map(({ messageId }) => messageId))).toEqual(new Set(asked.map(({ messageId }) => messageId)));
  await write(c!, '/x', '1');
  expect(await read(b!, '/x')).toBe('1');
  const leading = () => [a, b!, c!].find((agent) => agent.cell.status().leader === agent.agentId);
  await until(() => leading() !== undefined);
  const leader = leading()!;
  const others = [a, b!, c!].filter((agent) => agent !== leader);
  await leader.close({ handOver: true });
  await write(others[0]!, '/x', '2');
  expect(await read(others[1]!, '/x')).toBe('2');
  const sessions = others[1]!.cell.state.range('system', {
    start: '/_internal/sessions/',
    end: '/_internal/sessions0',
    limit: 0,
  });
  const owners = sessions.map(({ value }) => Buffer.from(value).toString());
  expect(owners.some((owner) => owner.includes(others[0]!.agentId))).toBe(true);
  // It ended its own session, instead of leaving it to run out.
  expect(owners.some((owner) => owner.includes(leader.agentId))).toBe(false);
});

test('a newcomer that finds nobody listens, says so, and joins when somebody is there', async () => {
  const a = await start('a');
  const { grpcAddress } = a;
  await until(() => a.name !== '');
  await a.close();
  const joining = start('b', { peers: [grpcAddress] });
  await delay(0);
  const again = await start('a');
  expect(again.grpcAddress).toBe(grpcAddress);
  expect((await joining).cellId).toBe(again.cellId);
});

test('a requested port that is taken is replaced by the next free one', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  listeners.push(taken);
  await until(() => taken.listening);
  const { port } = taken.address() as { port: number };
  const lines: string[] = [];
  const logger = { ...SILENT, info: (_details: object, text: string) => void lines.push(text) };
  const agent = await start('a', { grpcAddr: `:${port}`, logger });
  expect(Number(agent.grpcAddress.split(':')[1])).toBeGreaterThan(port);
  expect(lines.some((line) => line.includes(`because ${port} is taken`))).toBe(true);
});

test('a state directory has one process', async () => {
  await start('refused');
  expect(await refusal({})).toContain(`${process.pid}`);
});

test('mistakes in addresses leave no trace', async () => {
  expect(await refusal({ grpcAddr: 'nonsense' })).toContain('HOST:PORT');
  expect(await refusal({ peers: ['http://127.0.0.1:1'] })).toContain('URL');
  expect(await refusal({ httpAddr: '0.0.0.0:8081' })).toContain('--insecure');
  // It can still found a cell there: nothing was made.
  await start('refused');
});

test('a state directory of one cell is not used for another', async () => {
  const a = await start('a');
  const b = await start('b');
  const { stateDir } = b;
  await until(() => a.name !== '' && b.name !== '');
  await b.close();
  const fatal: string[] = [];
  // It knows its own cell and starts; the other cell's answer is what ends it.
  await start('b', { stateDir, peers: [a.grpcAddress], onFatal: (text) => fatal.push(text) });
  await until(() => fatal.length > 0);
  expect(fatal[0]).toContain('belongs to cell');
});

test('a damaged file is refused with what to do', async () => {
  const agent = await start('refused');
  await write(agent, '/x', '1');
  await agent.close();
  await writeFile(join(agent.stateDir, 'log.db'), 'this is no database');
  const message = await refusal({});
  expect(message).toContain('must not vote');
  expect(message).toContain(join(agent.stateDir, 'log.db'));
});

test('a client may ask an agent to end', async () => {
  const agent = await start('a');
  await write(agent, '/x', '1');
  void agent.close({ handOver: true });
  expect(agent.close()).toBe(agent.close());
  expect(await agent.closed).toContain('good order');
  await expect(write(agent, '/x', '2')).rejects.toMatchObject({ name: 'CellError' });
});

test('what still asks an agent that has ended in good order finds nothing, and is no failure of it', async () => {
  const fatal: string[] = [];
  const agent = await start('a', { onFatal: (text) => fatal.push(text) });
  await write(agent, '/x', '1');
  await agent.close();
  expect(() => agent.cell.state.get('user', '/y')).toThrow();
  expect(fatal).toEqual([]);
});

test('a broken invariant ends the agent, and it says nothing more', async () => {
  const fatal: string[] = [];
  const agent = await start('a', { onFatal: (text) => fatal.push(text) });
  await write(agent, '/x', '1');
  // A sink that breaks its promise not to throw stands for any bug inside the host.
  const sink = {
    deliver: () => {
      throw new Error('planted');
    },
    cut: () => {},
  };
  const query = { space: 'user', start: '/', end: '0', fromRevision: 0, withPrevious: false } as const;
  agent.cell.watch(query, sink);
  // Chosen and answered before the watchers are told.
  await write(agent, '/x', '2');
  await until(() => fatal.length > 0);
  expect(fatal).toEqual([expect.stringContaining('planted')]);
  await expect(write(agent, '/x', '3')).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
});

test('so does one that is broken when the disk answers', async () => {
  const fatal: string[] = [];
  const agent = await start('a', { onFatal: (text) => fatal.push(text) });
  await write(agent, '/x', '1');
  const { step } = Replica.prototype;
  vi.spyOn(Replica.prototype, 'step').mockImplementation(function (this: Replica, input, nowMs) {
    if (input.kind === 'persisted') throw new Error('planted');
    return step.call(this, input, nowMs);
  });
  const unanswered = write(agent, '/x', '2');
  await expect(unanswered).rejects.toMatchObject({ name: 'CellError' });
  expect(fatal).toEqual([expect.stringContaining('planted')]);
});

test('a disk that is full when the mark is written ends the agent with one line', async () => {
  const fatal: string[] = [];
  const agent = await start('a', { onFatal: (text) => fatal.push(text) });
  await write(agent, '/x', '1');
  vi.spyOn(MarkFile.prototype, 'write').mockImplementation(() => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  await expect(write(agent, '/x', '2')).rejects.toMatchObject({ name: 'CellError' });
  expect(fatal).toEqual([expect.stringMatching(/^\S+: the disk is full\. Free some space/)]);
});

test('history and metrics show what waits', async () => {
  const agent = await start('a');
  await write(agent, '/x', '1');
  const query = { space: 'user', start: '/', end: '0', fromRevision: 0, withPrevious: false } as const;
  const watch = agent.cell.watch(query, { deliver: () => true, cut: () => {} });
  const unanswered = write(agent, '/x', '2');
  const { history, metrics } = agent.observability;
  history.sample();
  const { columns } = history.series(0);
  const last = (name: string) => columns[name]!.at(-1);
  expect(last('watchers')).toBe(1);
  expect(last('writesUnanswered')).toBeGreaterThan(0);
  expect([last('linkBufferBytes'), last('proposalsQueued')]).toEqual([0, 0]);
  const text = await metrics.metrics();
  for (const queue of ['linkBufferBytes', 'writesUnanswered', 'proposalsQueued']) expect(text).toContain(queue);
  expect(text).toContain('synod_backlog{queue="watchers"} 1');
  await unanswered;
  watch.cancel();
});
