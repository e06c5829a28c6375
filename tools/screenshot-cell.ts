import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type SynodClient } from '../src/client/index.ts';
import { DemoSupervisor, makeControlPath } from '../src/demo/index.ts';
import { agreeOnThings } from './screenshot-agreements.ts';
import { contendForLocks } from './screenshot-locks.ts';
import { fillQueues } from './screenshot-queues.ts';
import { ROOT } from './source-files.ts';

const VOTERS = 3;
/** Away from where people run their own cells. */
const GRPC_PORT = 50_401;
const HTTP_PORT = 8_481;
const WRITE_EVERY_MS = 40;

/** A demo cell that somebody could have: three voters and a learner, then keys with a history, and programs that use it. */
export class ScreenshotCell {
  readonly client: SynodClient;
  readonly #directory: string;
  readonly #supervisor: DemoSupervisor;
  readonly #stop = new AbortController();
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(directory: string, supervisor: DemoSupervisor) {
    this.#directory = directory;
    this.#supervisor = supervisor;
    this.client = connect({ endpoints: supervisor.serving.map(({ grpcAddress }) => grpcAddress) });
  }

  static async start(): Promise<ScreenshotCell> {
    const directory = mkdtempSync(join(tmpdir(), 'synod-screenshots-'));
    const supervisor = await DemoSupervisor.start({
      directory,
      controlPath: makeControlPath(directory),
      command: { file: process.execPath, args: [join(ROOT, 'src/cli/synod.ts'), 'agent'] },
      grpcPort: GRPC_PORT,
      httpPort: HTTP_PORT,
    });
    for (let count = 0; count < VOTERS; count += 1) await supervisor.addAgent();
    const cell = new ScreenshotCell(directory, supervisor);
    await cell.#voters(VOTERS);
    await supervisor.addAgent();
    return cell;
  }

  /** From here on it holds keys, and programs use it. */
  async beginWork(): Promise<void> {
    await writeKeys(this.client);
    await contendForLocks(this.client);
    await fillQueues(this.client);
    await agreeOnThings(this.client);
    this.#busy = Promise.all([this.#work('worker-1'), this.#work('worker-2'), this.#read()]);
  }

  /** Kills all voters but the one that serves the dashboard. */
  async loseMajority(): Promise<void> {
    this.#stop.abort();
    await this.#busy;
    for (let index = 2; index <= VOTERS; index += 1) await this.#supervisor.killAgent(index);
  }

  /** Kills the agent that serves the dashboard. */
  async loseDashboard(): Promise<void> {
    await this.#supervisor.killAgent(1);
  }

  get dashboard(): string {
    return `http://${this.#supervisor.serving[0]!.httpAddress}`;
  }

  /** Of an agent that does not serve the dashboard. */
  get otherId(): string {
    return this.#supervisor.serving[1]!.agentId;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#busy;
    await this.client.close();
    await this.#supervisor.close();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #voters(count: number): Promise<void> {
    for (;;) {
      const { members } = await this.client.members();
      if (members.filter(({ role }) => role === 'voter').length === count) return;
      await delay(100);
    }
  }

  /** Takes jobs, one after the other, as a program would. */
  async #work(worker: string): Promise<void> {
    for (let job = 1; !this.#stop.signal.aborted; job += 1) {
      const at = new Date().toISOString();
      const running = JSON.stringify({ worker, job, state: 'running', at });
      // A machine that draws pictures may be too busy to answer in time: the next job is another chance.
      await this.client.put(`/jobs/import/${worker}`, running).catch(() => undefined);
      await delay(WRITE_EVERY_MS);
    }
  }

  async #read(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.client.get('/config/api/limits').catch(() => undefined);
      await delay(WRITE_EVERY_MS / 2);
    }
  }
}

async function writeKeys(client: SynodClient): Promise<void> {
  const limits = { requestsPerMinute: 600, burst: 50, regions: ['eu-west', 'us-east'] };
  await client.put('/config/api/limits', pretty(limits));
  await client.put('/config/api/limits', pretty({ ...limits, burst: 80 }));
  await client.put('/config/api/limits', pretty({ ...limits, burst: 80, requestsPerMinute: 900 }));
  await client.put('/config/api/maintenance', 'false');
  await client.put('/config/database/primary', 'postgres://db-1.internal:5432/orders');
  await client.put('/config/database/pool', pretty({ min: 4, max: 32, idleTimeoutMs: 30_000 }));
  for (const [flag, on] of Object.entries({ 'new-checkout': true, 'dark-launch': false, 'bulk-export': true })) {
    await client.put(`/features/${flag}`, String(on));
  }
  for (const [service, ports] of Object.entries({
    web: [8_080, 8_081, 8_082],
    search: [9_200, 9_201],
    mail: [2_525],
  })) {
    for (const [index, port] of ports.entries()) {
      const address = `10.0.${index}.${port % 200}:${port}`;
      await client.put(`/services/${service}/${index + 1}`, pretty({ address, healthy: true, weight: 10 }));
    }
  }
  for (let id = 1; id <= 40; id += 1) {
    await client.put(
      `/jobs/queue/${String(id).padStart(4, '0')}`,
      pretty({ kind: 'import', file: `orders-${id}.csv` }),
    );
  }
  await client.delete('/features/dark-launch');
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
