import { expect } from 'vitest';
import { type Item, SynodError } from '../../src/client/index.ts';
import { synod } from '../support/synod-process.ts';
import type { AgentUnderTest } from './agent-under-test.ts';
import { CellUnderTest } from './harness.ts';
import { describe } from './history.ts';
import { judge } from './judge.ts';
import { Workload } from './workload.ts';

/** A cell that is used all the time while things happen to it, and judged after each of them. */
export class LoadedCell extends CellUnderTest {
  #load: Workload | undefined;

  get load(): Workload {
    if (this.#load === undefined) throw new Error('there is no load yet');
    return this.#load;
  }

  /** From here on programs use all agents that there are, and all places reserved for others. */
  use(): void {
    this.#load = new Workload(this.agents.map(({ address }) => address));
  }

  /** Every patient client has been answered again, from its next call on. */
  async goesOn(): Promise<void> {
    const since = this.load.mark();
    await this.until('every client is answered again', () => this.load.hasMoved(since));
  }

  /** To be called after each thing that happened: clients go on, saw nothing wrong, and all agents have the same. */
  async isRight(): Promise<void> {
    await this.goesOn();
    const { revision, ...run } = await this.load.turn();
    await this.until('the watch has delivered everything', () => this.load.hasSeen(revision));
    expect(judge(run)).toEqual([]);
    // "Clients see at most a pause."
    expect(this.load.failures.map(describe)).toEqual([]);
    await this.agree();
  }

  /** At the end: judges everything at once, and compares what each agent tells of the whole past. */
  async ends(): Promise<void> {
    await this.load.pause();
    const { operations } = this.load.history;
    const revision = Math.max(...operations.map((operation) => operation.revision));
    await this.until('the watch has delivered everything', () => this.load.hasSeen(revision));
    const { batches } = this.load;
    expect(judge({ operations, batches })).toEqual([]);
    // What a hasty client gave up on may still be written, and reach some agents first.
    const told = batches
      .flatMap(({ events }) => events.filter((event) => event.revision <= revision))
      .map((event) => `${event.revision} ${event.key} ${event.value}`);
    for (const agent of this.up) expect(await this.#pastAt(agent, revision), agent.name).toEqual(told);
  }

  /** All agents that are up have the same content at the same revision. */
  async agree(): Promise<void> {
    const leader = await this.leader();
    const { revision } = await leader.client.get('/load', { timeoutMs: 30_000 });
    const contents = await Promise.all(this.up.map((agent) => this.#contentAt(agent, revision)));
    for (const content of contents) expect(content).toEqual(contents[0]);
  }

  /** Runs a command against whichever agents are up. */
  async command(...args: string[]): Promise<string> {
    const endpoints = this.up.flatMap(({ address }) => ['--endpoint', address]);
    const { code, stdout, stderr } = await synod([...args, ...endpoints]);
    // It may have had to wait for a leader, which it remarks on.
    expect(code, stderr).toBe(0);
    return stdout;
  }

  override async dispose(): Promise<void> {
    await this.#load?.stop();
    await super.dispose();
  }

  #contentAt(agent: AgentUnderTest, revision: number): Promise<Item[]> {
    return this.until(`${agent.name} has applied revision ${revision}`, async () => {
      try {
        const items: Item[] = [];
        for await (const item of agent.client.scan('/', { quorum: 'local', revision })) items.push(item);
        return items;
      } catch (error) {
        if (error instanceof SynodError && error.reason === 'FUTURE_REVISION') return undefined;
        throw error;
      }
    });
  }

  async #pastAt(agent: AgentUnderTest, revision: number): Promise<string[]> {
    const told: string[] = [];
    for await (const batch of agent.client.watch('/', { fromRevision: 1, progress: true })) {
      for (const { item } of batch.events) {
        if (item.modRevision > revision) continue;
        told.push(`${item.modRevision} ${item.key} ${Buffer.from(item.value).toString('utf8')}`);
      }
      if (batch.revision >= revision) break;
    }
    return told;
  }
}
