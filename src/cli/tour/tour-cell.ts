import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Status, type SynodClient } from '../../client/index.ts';
import type { DemoAgent } from '../../contract/index.ts';
import { DemoSupervisor, makeControlPath } from '../../demo/index.ts';
import { AGENT_COMMAND } from '../agent-command.ts';
import { Failure } from '../command.ts';
import { AGENTS, formed } from '../formed-cell.ts';

/** Not those of "synod try", which may be running, and whose users are told its ports. */
const FIRST_GRPC_PORT = 50_301;
const FIRST_HTTP_PORT = 8_301;
const LED_MS = 20_000;
const LOOK_MS = 5;

export interface AgentNow {
  readonly agent: DemoAgent;
  readonly status: Status;
}

/** A real cell of three processes in a temporary directory, for the length of the tour. */
export class TourCell {
  readonly directory: string;
  readonly stop: AbortSignal;
  readonly #clients = new Map<string, SynodClient>();
  #supervisor: DemoSupervisor | undefined;

  private constructor(directory: string, stop: AbortSignal) {
    this.directory = directory;
    this.stop = stop;
  }

  static async start(stop: AbortSignal): Promise<TourCell> {
    const cell = new TourCell(mkdtempSync(join(tmpdir(), 'synod-demo-')), stop);
    try {
      const supervisor = await DemoSupervisor.start({
        directory: cell.directory,
        controlPath: makeControlPath(cell.directory),
        command: AGENT_COMMAND,
        grpcPort: FIRST_GRPC_PORT,
        httpPort: FIRST_HTTP_PORT,
        stop,
      });
      cell.#supervisor = supervisor;
      for (let count = 0; count < AGENTS; count++) await supervisor.addAgent();
      await formed(supervisor.serving, stop);
      return cell;
    } catch (error) {
      await cell.close();
      throw error;
    }
  }

  /** Those that run, in the order of their ports. */
  get running(): readonly DemoAgent[] {
    return this.#supervisor!.state().agents.filter(({ state }) => state === 'running');
  }

  /** Those that were killed. */
  get ended(): readonly DemoAgent[] {
    return this.#supervisor!.state().agents.filter(({ state }) => state === 'ended');
  }

  get endpoints(): readonly string[] {
    return this.running.map(({ grpcAddress }) => grpcAddress);
  }

  /** That asks this agent and no other. */
  clientOf({ grpcAddress }: DemoAgent): SynodClient {
    const known = this.#clients.get(grpcAddress);
    if (known !== undefined) return known;
    const client = connect({ endpoints: [grpcAddress], session: { owner: 'synod demo' } });
    this.#clients.set(grpcAddress, client);
    return client;
  }

  /** What each of them says of itself. */
  now(): Promise<readonly AgentNow[]> {
    const asked = this.running.map(async (agent) => {
      return { agent, status: await this.clientOf(agent).status({ signal: this.stop }) };
    });
    return Promise.all(asked);
  }

  /** The agent that leads and takes writes. @throws Failure when there is none for long */
  async leader(): Promise<AgentNow> {
    const endMs = performance.now() + LED_MS;
    while (performance.now() < endMs) {
      const leading = (await this.now()).find(({ status }) => status.state === 'leader' && status.writable);
      if (leading !== undefined) return leading;
      await delay(LOOK_MS, undefined, { signal: this.stop });
    }
    throw new Failure(`no agent leads; see the logs in ${this.directory}`);
  }

  /** kill -9 */
  async kill({ index, grpcAddress }: DemoAgent): Promise<void> {
    // A connection to what is gone would only be in the way of the next one.
    await this.#clients.get(grpcAddress)?.close();
    this.#clients.delete(grpcAddress);
    await this.#supervisor!.killAgent(index);
  }

  /** With the state that it had. */
  restart({ index }: DemoAgent): Promise<DemoAgent> {
    return this.#supervisor!.restartAgent(index);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
    await this.#supervisor?.close();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
