/**
 * Guards the Lab on real processes: a fault does to a running cell what its preview said, the cell goes on as Paxos has it,
 * everything heals by itself, also when whoever supervises it is killed, and no other cell can be treated so.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAgent } from '../../src/agent/index.ts';
import { connect } from '../../src/client/index.ts';
import type { Ready } from '../../src/command-line/run-agent.ts';
import type { DemoFaultInput, OperatorClient } from '../../src/contract/index.ts';
import { httpLink } from '../support/http-link.ts';
import { SILENT_LOGGER } from '../support/served-api.ts';
import { isRunning, SynodProcess } from '../support/synod-process.ts';

const PATIENCE = { timeout: 30_000, interval: 25 };
let home: string;
let process: SynodProcess;
type Told = Pick<Ready, 'agentId' | 'name' | 'pid' | 'grpcAddress' | 'httpAddress'>;
let agents: readonly Told[];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'synod-lab-'));
  process = new SynodProcess(['try', '-w', 'json'], { XDG_STATE_HOME: home });
  ({ agents } = JSON.parse(await process.firstLine()) as { agents: Ready[] });
}, 60_000);
afterAll(async () => {
  await process.stop();
  rmSync(home, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
});

const operatorOf = ({ httpAddress }: Told): OperatorClient => createORPCClient(httpLink(`http://${httpAddress}/rpc`));
const clientOf = ({ grpcAddress }: Told, timeoutMs: number) => connect({ endpoints: [grpcAddress], timeoutMs });
const idOf = ({ agentId }: Told): string => agentId;

async function rolesNow() {
  const leaderId = await vi.waitFor(async () => {
    const { leaderId } = await operatorOf(agents[0]!).cell.status();
    expect(agents.map(idOf)).toContain(leaderId);
    return leaderId;
  }, PATIENCE);
  const leader = agents.find(({ agentId }) => agentId === leaderId)!;
  const [first, second] = agents.filter((agent) => agent !== leader);
  return { leader, first: first!, second: second! };
}

test('a leader that is cut off gives way, refuses writes, and is back when the links heal by themselves', async () => {
  const { leader, first, second } = await rolesNow();
  const asked = operatorOf(first);
  const abort = new AbortController();
  const events = await asked.demo.watch(undefined, { signal: abort.signal });
  expect((await events.next()).value).toMatchObject({ isDemo: true, faults: [], agents: [{}, {}, {}] });

  const cut = (other: Told, healsAfterMs = 300_000) => ({
    kind: 'cut' as const,
    agents: [idOf(leader), idOf(other)],
    healsAfterMs,
  });
  expect(await asked.demo.previewFault(cut(first))).toMatchObject({ losesMajority: false, affectsLeader: false });
  const one = await asked.demo.addFault(cut(first));
  const preview = await asked.demo.previewFault(cut(second));
  expect(preview).toMatchObject({ voters: 3, reachableThen: 2, losesMajority: false, affectsLeader: true });
  expect(preview.says).toContain(`takes the majority from the leader ${leader.name}`);
  const two = await asked.demo.addFault(cut(second));
  expect((await events.next()).value).toMatchObject({ faults: [one] });
  expect((await events.next()).value).toMatchObject({ faults: [one, two] });

  await vi.waitFor(async () => {
    const { leaderId, writable } = await asked.cell.status();
    expect([idOf(first), idOf(second)]).toContain(leaderId);
    expect(writable).toBe(true);
  }, PATIENCE);
  await using majority = clientOf(first, 10_000);
  await majority.put('/lab/written', 'by the majority');
  await using minority = clientOf(leader, 500);
  await expect(minority.put('/lab/refused', 'x')).rejects.toThrow();
  const isWritable = async (): Promise<boolean> => (await operatorOf(leader).cell.status()).writable;
  await vi.waitFor(async () => expect(await isWritable()).toBe(false), PATIENCE);

  await asked.demo.addFault(cut(first, 500));
  await asked.demo.addFault(cut(second, 500));
  for await (const { faults } of events) if (faults.length === 0) break;
  abort.abort();
  await vi.waitFor(async () => expect(await isWritable()).toBe(true), PATIENCE);
  await using healed = clientOf(leader, 10_000);
  await healed.put('/lab/written', 'by all');
}, 60_000);

test('a paused agent is suspect until it wakes, a killed one comes back with its state, and nobody ends the page', async () => {
  const { leader, first, second } = await rolesNow();
  const asked = operatorOf(leader);
  const isSuspect = async (agent: Told): Promise<boolean> =>
    (await asked.cell.view({})).participants.find(({ agentId }) => agentId === idOf(agent))!.suspect;
  const pause = await asked.demo.addFault({ kind: 'pause', agents: [idOf(first)], healsAfterMs: 60_000 });
  await vi.waitFor(async () => expect(await isSuspect(first)).toBe(true), PATIENCE);
  expect(await asked.demo.previewFault({ kind: 'kill', agents: [idOf(second)] })).toMatchObject({
    reachableNow: 2,
    reachableThen: 1,
    losesMajority: true,
  });
  await asked.demo.healFault({ id: pause.id });
  await vi.waitFor(async () => expect(await isSuspect(first)).toBe(false), PATIENCE);

  await asked.demo.addFault({ kind: 'kill', agents: [idOf(second)], healsAfterMs: 500 });
  expect(isRunning(second.pid)).toBe(false);
  await vi.waitFor(async () => {
    const { agents, faults } = await asked.demo.state();
    const again = agents.find(({ agentId }) => agentId === idOf(second))!;
    expect(again).toMatchObject({ state: 'running', name: second.name });
    expect(again.pid).not.toBe(second.pid);
    expect(faults).toEqual([]);
  }, PATIENCE);
  // Where it listened before there may be somebody else by now, such as an agent of another cell.
  agents = (await asked.demo.state()).agents;
  const own = asked.demo.addFault({ kind: 'pause', agents: [idOf(leader)] });
  await expect(own).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('serves this page') });
}, 60_000);

test('when the supervisor is killed, not even a paused agent is left behind', async () => {
  const { leader, first } = await rolesNow();
  const asked = operatorOf(leader);
  const { agents: processes } = await asked.demo.state();
  await asked.demo.addFault({ kind: 'pause', agents: [idOf(first)], healsAfterMs: 600_000 });
  process.child.kill('SIGKILL');
  await vi.waitFor(() => expect(processes.filter(({ pid }) => isRunning(pid))).toEqual([]), PATIENCE);
}, 60_000);

test('a cell that is no demo is left alone', async () => {
  const stateDir = join(home, 'alone');
  const addresses = { grpcAddr: '127.0.0.1:0', httpAddr: '127.0.0.1:0' };
  const agent = await createAgent({ stateDir, ...addresses, logger: SILENT_LOGGER });
  const post = async (path: string, fault: DemoFaultInput | undefined) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(fault ?? {});
    const response = await fetch(`http://${agent.httpAddress}/api/v1/demo/faults${path}`, {
      method: 'POST',
      headers,
      body,
    });
    return { status: response.status, body: await response.json() };
  };
  const cut = { kind: 'cut' as const, agents: [agent.agentId, 'b'] };
  for (const refused of [post('', cut), post('/preview', cut), post('/heal', undefined), post('/x/heal', undefined)]) {
    expect(await refused).toMatchObject({ status: 409, body: { data: { reason: 'NOT_A_DEMO_CELL' } } });
  }
  expect(agent.peers.policy.rules()).toEqual([]);
  const client: OperatorClient = createORPCClient(httpLink(`http://${agent.httpAddress}/rpc`));
  const events = await client.demo.watch();
  expect((await events.next()).value).toEqual({ isDemo: false, agents: [], faults: [] });
  await events.return?.();
  await agent.close();
});
