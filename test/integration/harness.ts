import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOptions, Members } from '../../src/client/index.ts';
import { AgentUnderTest } from './agent-under-test.ts';

/** How often a condition is looked at. Nothing is decided by it. */
const LOOK_MS = 50;
/** Long enough for any machine: a test that gets there has failed, and no test passes because time went by. */
const PATIENCE_MS = 60_000;

/** Real agents in real processes on loopback, with state directories of their own. */
export class CellUnderTest {
  readonly directory: string;
  readonly agents: AgentUnderTest[] = [];
  readonly #flags: readonly string[];
  #made = 0;

  constructor(flags: readonly string[] = []) {
    this.#flags = flags;
    this.directory = mkdtempSync(join(tmpdir(), 'synod-cell-'));
  }

  /** A cell of `count` voters. */
  async found(count: number): Promise<void> {
    const [first] = await this.reserve(1);
    await first!.start(this.#flags);
    await this.join(await this.reserve(count - 1));
    await this.voters(count);
  }

  /** Places for agents that are not started yet, so that clients can know their addresses. */
  async reserve(count: number): Promise<AgentUnderTest[]> {
    const made: AgentUnderTest[] = [];
    for (let i = 0; i < count; i++) {
      made.push(await this.place(`agent${++this.#made}`));
    }
    this.agents.push(...made);
    return made;
  }

  protected place(name: string): Promise<AgentUnderTest> {
    return AgentUnderTest.at(this.directory, name);
  }

  /** Starts agents, all at once; they join, or resume, through all others that are up. */
  async join(agents: readonly AgentUnderTest[]): Promise<void> {
    const peers = this.up.flatMap(({ place, address }) => ['--peer', place.advertised ?? address]);
    await Promise.all(agents.map((agent) => agent.start([...this.#flags, ...peers])));
  }

  /** As after a crash: without naming anybody. */
  async restart(...agents: readonly AgentUnderTest[]): Promise<void> {
    await Promise.all(agents.map((agent) => agent.start(this.#flags)));
  }

  get up(): AgentUnderTest[] {
    return this.agents.filter(({ isUp }) => isUp);
  }

  named(name: string): AgentUnderTest {
    const agent = this.agents.find((one) => one.name === name);
    if (agent === undefined) throw new Error(`no agent is called ${name}`);
    return agent;
  }

  /** The one that leads in the highest ballot, and is up. */
  async leader(): Promise<AgentUnderTest> {
    return this.until('there is a leader', async () => {
      const asked = this.up.map(async (agent) => ({ agent, status: await agent.status() }));
      const leaders = (await Promise.all(asked)).filter(({ status }) => status?.state === 'leader');
      leaders.sort((a, b) => b.status!.ballot.round - a.status!.ballot.round);
      return leaders[0]?.agent;
    });
  }

  /** Who leads, and the voters that do not, as they were at one moment. */
  async roles(): Promise<{ readonly leader: AgentUnderTest; readonly followers: readonly AgentUnderTest[] }> {
    const leader = await this.leader();
    const { members } = await leader.client.members();
    const voters = new Set(members.filter(({ role }) => role === 'voter').map(({ agentId }) => agentId));
    return { leader, followers: this.up.filter((agent) => agent !== leader && voters.has(agent.ready.agentId)) };
  }

  /** Voters that do not lead. */
  async followers(): Promise<readonly AgentUnderTest[]> {
    return (await this.roles()).followers;
  }

  /** What the leader says of the membership. */
  async members(options: CallOptions = {}): Promise<Members> {
    return (await this.leader()).client.members({ quorum: 'majority', ...options });
  }

  /** Waits until the voters are these agents, or so many. */
  async voters(expected: number | readonly AgentUnderTest[]): Promise<Members> {
    const wanted = typeof expected === 'number' ? undefined : expected.map(({ name }) => name).sort();
    const what = wanted === undefined ? `there are ${expected} voters` : `the voters are ${wanted.join(', ')}`;
    return this.until(what, async () => {
      // Whoever is asked may be about to lose the lead: then somebody else is asked.
      const members = await this.members({ timeoutMs: 5_000 }).catch(() => undefined);
      const names = members?.members.filter(({ role }) => role === 'voter').map(({ name }) => name);
      const holds = wanted === undefined ? names?.length === expected : names?.sort().join() === wanted.join();
      return holds ? members : undefined;
    });
  }

  /** Waits until `look` answers something; fails with what was seen and what the agents said last. */
  async until<T>(
    what: string,
    look: () => T | undefined | false | Promise<T | undefined | false>,
    within = PATIENCE_MS,
  ): Promise<T> {
    const endMs = performance.now() + within;
    for (;;) {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      if (performance.now() > endMs) throw new Error(`not so in time: ${what}\n${await this.account()}`);
      await delay(LOOK_MS);
    }
  }

  /** Everything that helps to see what went wrong. */
  async account(): Promise<string> {
    const asked = this.up.map(async (agent) => {
      const status = await agent.status();
      const members = await agent.client.members({ timeoutMs: 1_000 }).catch(() => undefined);
      const roles = members?.members.map(({ name, role, suspect }) => `${name} ${role}${suspect ? ' suspect' : ''}`);
      return `${agent.name}: ${status?.state} ${JSON.stringify(status?.ballot)} leader ${status?.leader} chosen ${status?.chosenThrough} applied ${status?.applied} ${status?.unwritableReason} epoch ${members?.epoch} [${roles}]`;
    });
    const states = await Promise.all(asked);
    return [...states, ...this.agents.map(({ lastWords }) => lastWords)].join('\n');
  }

  /** Ends every process, whatever became of the test. */
  async dispose(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.dispose()));
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
