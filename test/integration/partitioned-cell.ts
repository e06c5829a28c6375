import { FaultProxy } from '../support/fault-proxy.ts';
import { AgentUnderTest } from './agent-under-test.ts';
import { LoadedCell } from './loaded-cell.ts';
import { freePort } from './ports.ts';

/**
 * A cell whose agents reach each other through proxies only. Clients do not: what they are told across a partition is the
 * question.
 */
export class PartitionedCell extends LoadedCell {
  readonly #proxies = new Map<AgentUnderTest, FaultProxy>();

  /** Nothing passes from one of `sources` to one of `targets`, nor the answers to it. */
  cut(sources: readonly AgentUnderTest[], targets: readonly AgentUnderTest[]): void {
    for (const target of targets) {
      for (const source of sources) this.#proxies.get(target)!.cutFrom(source.ready.agentId);
    }
  }

  /** Neither group hears anything of the other. */
  part(one: readonly AgentUnderTest[], other: readonly AgentUnderTest[]): void {
    this.cut(one, other);
    this.cut(other, one);
  }

  heal(): void {
    for (const proxy of this.#proxies.values()) proxy.heal();
  }

  /** Every message between agents is so late. */
  delay(delayMs: number): void {
    for (const proxy of this.#proxies.values()) proxy.delay(delayMs);
  }

  /** Every connection between agents breaks. */
  dropConnections(): void {
    for (const proxy of this.#proxies.values()) proxy.dropConnections();
  }

  /** Every connection to this agent breaks without a word to those who made it. */
  halfOpen(agent: AgentUnderTest): void {
    this.#proxies.get(agent)!.halfOpen();
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
  }

  protected override async place(name: string): Promise<AgentUnderTest> {
    const grpcPort = await freePort();
    // Agents greet each other with both of their ids, and it is not the target that calls.
    const identify = (said: Buffer): string | undefined =>
      this.agents.find((other) => other !== agent && other.isKnown && said.includes(other.ready.agentId))?.ready
        .agentId;
    const proxy = await FaultProxy.start({ host: '127.0.0.1', port: grpcPort }, 0, identify);
    const agent = await AgentUnderTest.at(this.directory, name, { grpcPort, advertised: proxy.address });
    this.#proxies.set(agent, proxy);
    return agent;
  }
}
