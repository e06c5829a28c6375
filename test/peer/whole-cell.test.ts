// Guards that hosts and their connections fit together: a cell founded, joined and grown over real gRPC on loopback, with
// the real consensus, machine and autopilot; only the disks are in memory.
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { hostConfig } from '../../src/agent/config.ts';
import { EMPTY_CONFIGURATION, encodeConfiguration } from '../../src/agent/consensus/configuration.ts';
import type { Base } from '../../src/agent/consensus/io.ts';
import { Cell } from '../../src/agent/host/cell.ts';
import { GroupHost } from '../../src/agent/host/group-host.ts';
import { NO_OBSERVER } from '../../src/agent/host/observer.ts';
import type { HostPorts } from '../../src/agent/host/ports.ts';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import { autopilot } from '../../src/agent/peer/autopilot.ts';
import { type Address, parseAddress } from '../../src/agent/peer/ports.ts';
import type { ManualClock } from '../support/manual-ports.ts';
import { MemoryLogDisk } from '../support/memory-log-disk.ts';
import { type StartOptions, startAgent, stopAgents, type TestAgent } from './agents.ts';

const CELL_ID = 'cell-1';
const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 30_000, interval: 10 });

const clock = {
  after: (delayMs: number, work: () => void): (() => void) => {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};

interface Member {
  readonly agent: TestAgent;
  readonly host: GroupHost;
  readonly cell: Cell;
  readonly disk: MemoryLogDisk;
  readonly store: MemoryStateStore;
  stop(): void;
}

const members = new Set<Member>();
afterEach(() => {
  for (const member of [...members]) member.stop();
  stopAgents();
});

function start(agent: TestAgent, base: Base, disk: MemoryLogDisk, store: MemoryStateStore): Member {
  const ports: HostPorts = {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    random: Math.random,
    soon: (work) => void setImmediate(work),
    after: clock.after,
    send: (to, message) => agent.peers.send(to, message),
    afterSends: (work) => {
      agent.peers.flush();
      setImmediate(work);
    },
    fetchSnapshot: (_, then) => then(undefined),
  };
  const host = new GroupHost({
    agentId: agent.agentId,
    cellId: CELL_ID,
    group: 0,
    disk,
    store,
    base,
    ports,
    config: { ...hostConfig('test'), autopilotMs: 100 },
    autopilot,
    observer: NO_OBSERVER,
    bootNonce: randomUUID(),
  });
  const cell = new Cell(host, (work) => work());
  agent.peers.start(CELL_ID, cell, (message) => host.receive(message));
  host.start();
  const member: Member = {
    agent,
    host,
    cell,
    disk,
    store,
    stop: () => {
      members.delete(member);
      host.stop();
      agent.stop();
    },
  };
  members.add(member);
  return member;
}

const NO_ERA = { round: 0, agentId: '' };
const NOTHING: Base = { slot: 0, era: NO_ERA, configuration: EMPTY_CONFIGURATION, configurationSlot: 0 };

/** Slot 1 is written as already chosen. */
async function found(agentId: string): Promise<Member> {
  const payload = encodeConfiguration({ epoch: 1, participants: [{ agentId, role: 'voter' }] });
  const entry = { kind: 'configuration' as const, origin: NO_ERA, stampMs: 1, requestId: '', payload };
  const founding = new MemoryLogDisk(clock as unknown as ManualClock);
  founding.commit({ entries: [{ slot: 1, ballot: NO_ERA, entry }], chosenThrough: 1 });
  const disk = new MemoryLogDisk(clock as unknown as ManualClock, founding);
  return start(await startAgent(agentId, timing), NOTHING, disk, new MemoryStateStore());
}

/** Links as they are in production, so that pauses of a busy machine do not reset them. */
const timing: StartOptions = { limits: {}, rejoinAfterMs: 1_000 };

async function join(agentId: string, bootstrap: readonly Address[]): Promise<Member> {
  const agent = await startAgent(agentId, { ...timing, bootstrap });
  await agent.peers.join();
  return start(agent, NOTHING, new MemoryLogDisk(clock as unknown as ManualClock), new MemoryStateStore());
}

/** The same agent, started again on another port with what its disks hold. */
async function restart(member: Member): Promise<Member> {
  member.stop();
  const disk = new MemoryLogDisk(clock as unknown as ManualClock, member.disk);
  const store = member.store.cloneFlushed();
  const meta = store.readMeta();
  const base = {
    slot: meta.appliedSlot,
    era: meta.era === '' ? NO_ERA : JSON.parse(meta.era),
    configuration: meta.configuration === '' ? EMPTY_CONFIGURATION : JSON.parse(meta.configuration),
    configurationSlot: meta.configurationSlot,
  };
  const found = { promised: disk.found.promised, journalEnd: Math.max(disk.found.end, base.slot) };
  return start(await startAgent(member.agent.agentId, { ...timing, found }), base, disk, store);
}

const put = (member: Member, key: string): Promise<unknown> =>
  member.cell.write(
    { kind: 'put', key, value: Buffer.from('v'), leaseId: '', returnPrevious: false },
    { quorum: 'majority', timeoutMs: 20_000 },
  );

const roles = (member: Member): string =>
  member.host.status.configuration.participants
    .map(({ agentId, role }) => `${agentId}:${role}`)
    .sort()
    .join(' ');

async function three(): Promise<Member[]> {
  const a = await found('a');
  const at = [parseAddress(a.agent.address)];
  const b = await join('b', at);
  const c = await join('c', at);
  await until(() => expect([a, b, c].map(roles)).toEqual(Array(3).fill('a:voter b:voter c:voter')));
  return [a, b, c];
}

/** A change of the voters ends a leadership, so there may be none for a moment. */
async function leaderOf(all: readonly Member[]): Promise<Member> {
  const find = (): Member | undefined => all.find(({ host }) => host.replica.isLeaderReady && host.status.writable);
  await until(() => expect(find()).toBeDefined());
  return find()!;
}

test('two newcomers join a founder, become voters together, and any of the three takes a write', async () => {
  const [a, b, c] = (await three()) as [Member, Member, Member];
  for (const member of [a, b, c]) await put(member, `/by/${member.agent.agentId}`);
  await until(() => expect(new Set([a, b, c].map(({ host }) => host.stateHash)).size).toBe(1));
  const names = a.agent.peers.records().map(({ name }) => name.charAt(0));
  expect(names.sort()).toEqual(['A', 'B', 'C']);
  await until(() => expect(b.agent.peers.roundTripMs('a')).toBeGreaterThan(0));
});

test('the leader dies and comes back elsewhere: the others go on, find it, and it has what it missed', async () => {
  const all = await three();
  const leader = await leaderOf(all);
  const others = all.filter((member) => member !== leader);
  await put(others[0]!, '/before');
  leader.stop();
  await put(others[1]!, '/without');
  const again = await restart(leader);
  expect(again.agent.address).not.toBe(leader.agent.address);
  await until(() => expect(again.host.state.get('user', '/without')).toBeDefined());
  await until(() =>
    expect(others[0]!.agent.peers.records()).toContainEqual(
      expect.objectContaining({ agentId: leader.agent.agentId, grpcAddress: again.agent.address }),
    ),
  );
  await put(again, '/after');
});

test('a leader that is cut off loses the lead to the others, and follows when it is back', async () => {
  const all = await three();
  const leader = await leaderOf(all);
  const [other] = all.filter((member) => member !== leader);
  const { policy } = leader.agent.peers;
  policy.set({ direction: 'send', peer: '*', rule: { cut: true } });
  policy.set({ direction: 'receive', peer: '*', rule: { cut: true } });
  await put(other!, '/while-cut');
  await until(() => expect(leader.host.status.writable).toBe(false));
  policy.clear();
  await put(leader, '/healed');
  await until(() => expect(new Set(all.map(({ host }) => host.stateHash)).size).toBe(1));
});
