import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, type AgentLogger, type AgentOptions, createAgent } from '../../../src/agent/index.ts';
import { connect, type SynodClient } from '../../../src/client/index.ts';
import { ROOT } from '../../../tools/source-files.ts';
import { AgentUnderTest } from '../../integration/agent-under-test.ts';
import { CellUnderTest } from '../../integration/harness.ts';
import { until } from './until.ts';

/** An agent as a browser and a client reach it. */
export interface ServedAgent {
  readonly name: string;
  readonly agentId: string;
  /** Its dashboard. */
  readonly url: string;
  readonly grpcAddress: string;
  readonly client: SynodClient;
}

/** A real cell whose agents serve the built page. */
export interface ServedCell {
  readonly agents: readonly ServedAgent[];
  dispose(): Promise<void>;
}

const SILENT: AgentLogger = { level: 'silent', info: () => {}, warn: () => {}, error: () => {} };
const PAGE_DIR = join(ROOT, 'dist', 'renderer');
/** All agents in this process: quick to start. For everything but killing them. */
export class CellInProcess implements ServedCell {
  readonly directory = mkdtempSync(join(tmpdir(), 'synod-cell-'));
  readonly agents: (ServedAgent & { readonly agent: Agent })[] = [];
  readonly #options: Partial<AgentOptions>;

  private constructor(options: Partial<AgentOptions>) {
    this.#options = options;
  }

  static async found(count: number, options: Partial<AgentOptions> = {}): Promise<CellInProcess> {
    const cell = new CellInProcess(options);
    await cell.add();
    await Promise.all(Array.from({ length: count - 1 }, () => cell.add()));
    await until(`there are ${count} voters`, async () => {
      const told = await cell.agents[0]!.client.members().catch(() => undefined);
      return told?.members.filter(({ role }) => role === 'voter').length === count;
    });
    return cell;
  }

  /** One more agent; it becomes a voter when the cell makes it one. */
  async add(options: Partial<AgentOptions> = {}): Promise<ServedAgent & { readonly agent: Agent }> {
    const agent = await createAgent({
      stateDir: mkdtempSync(join(this.directory, 'agent-')),
      grpcAddr: ':0',
      httpAddr: ':0',
      logger: { ...SILENT },
      pageDir: PAGE_DIR,
      peers: this.agents.slice(0, 1).map(({ grpcAddress }) => grpcAddress),
      ...this.#options,
      ...options,
    });
    const { agentId, grpcAddress, httpAddress } = agent;
    const client = connect({ endpoints: [grpcAddress], timeoutMs: 10_000 });
    await until('the agent has a name', () => agent.name !== '');
    const served = { name: agent.name, agentId, url: `http://${httpAddress}`, grpcAddress, client, agent };
    this.agents.push(served);
    return served;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.agents.map(({ client }) => client.close()));
    await Promise.all(this.agents.map(({ agent }) => agent.close()));
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** Each agent in a process of its own, to be killed, paused and started again in the same place. */
export class CellOfProcesses extends CellUnderTest implements ServedCell {
  declare readonly agents: ServedProcess[];

  static async found(count: number, flags: readonly string[] = []): Promise<CellOfProcesses> {
    const cell = new CellOfProcesses(flags);
    await cell.found(count);
    return cell;
  }

  protected override place(name: string): Promise<AgentUnderTest> {
    return ServedProcess.at(this.directory, name);
  }
}

/** An agent in a process of its own. */
export class ServedProcess extends AgentUnderTest implements ServedAgent {
  static override async at(directory: string, name: string): Promise<ServedProcess> {
    const { place } = await AgentUnderTest.at(directory, name);
    return new ServedProcess(place);
  }

  get agentId(): string {
    return this.ready.agentId;
  }

  get url(): string {
    return `http://127.0.0.1:${this.place.httpPort}`;
  }

  get grpcAddress(): string {
    return this.address;
  }
}
