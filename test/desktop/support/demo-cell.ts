import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/client/index.ts';
import { DemoSupervisor, makeControlPath } from '../../../src/demo/index.ts';
import { ROOT } from '../../../tools/source-files.ts';
import { freePort } from '../../integration/ports.ts';
import type { ServedAgent, ServedCell } from './served-cell.ts';
import { until } from './until.ts';

/** Three agents under a supervisor, as "synod try" starts them. */
export class DemoCell implements ServedCell {
  readonly #directory: string;
  readonly #supervisor: DemoSupervisor;
  readonly agents: ServedAgent[] = [];

  private constructor(directory: string, supervisor: DemoSupervisor) {
    this.#directory = directory;
    this.#supervisor = supervisor;
  }

  static async found(): Promise<DemoCell> {
    const directory = mkdtempSync(join(tmpdir(), 'synod-demo-'));
    const supervisor = await DemoSupervisor.start({
      directory,
      controlPath: makeControlPath(directory),
      command: { file: process.execPath, args: [join(ROOT, 'src/cli/synod.ts'), 'agent'] },
      grpcPort: await freePort(),
      httpPort: await freePort(),
    });
    const cell = new DemoCell(directory, supervisor);
    for (let count = 0; count < 3; count += 1) {
      const { name, agentId, grpcAddress, httpAddress } = await supervisor.addAgent();
      const client = connect({ endpoints: [grpcAddress], timeoutMs: 10_000 });
      cell.agents.push({ name, agentId, url: `http://${httpAddress}`, grpcAddress, client });
    }
    await until('there are three voters', async () => {
      const told = await cell.agents[0]!.client.members().catch(() => undefined);
      return told?.members.filter(({ role }) => role === 'voter').length === 3;
    });
    return cell;
  }

  get pids(): number[] {
    return this.#supervisor.state().agents.map(({ pid }) => pid);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.agents.map(({ client }) => client.close()));
    await this.#supervisor.close();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
