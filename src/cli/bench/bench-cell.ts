import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type SynodClient } from '../../client/index.ts';
import { AgentProcess, type StartedAgentProcess } from '../../demo/index.ts';
import { AGENT_COMMAND } from '../agent-command.ts';
import { Failure } from '../command.ts';

const AGENTS = 3;
const FIRST_GRPC_PORT = 52_101;
const FIRST_HTTP_PORT = 8_181;
const FORMED_MS = 60_000;

/** A cell of three real processes with real disks. */
export class BenchCell {
  readonly #directory: string;
  readonly #agents: StartedAgentProcess[] = [];
  readonly #stop: AbortSignal;

  private constructor(directory: string, stop: AbortSignal) {
    this.#directory = directory;
    this.#stop = stop;
  }

  static async start(directory: string, stop: AbortSignal): Promise<BenchCell> {
    const cell = new BenchCell(directory, stop);
    try {
      for (let index = 0; index < AGENTS; index++) cell.#agents.push(await cell.#startAgent(index));
      await cell.whole();
      return cell;
    } catch (error) {
      await cell.stop();
      throw error;
    }
  }

  get endpoints(): readonly string[] {
    return this.#agents.map(({ ready }) => ready.grpcAddress);
  }

  get pids(): readonly number[] {
    return this.#agents.map(({ ready }) => ready.pid);
  }

  /** A client of these agents, the leader first. */
  async client(first: 'leader' | 'follower' = 'leader'): Promise<SynodClient> {
    const leader = await this.leader();
    const others = this.endpoints.filter((_, index) => index !== leader);
    const own = this.endpoints[leader]!;
    return connect({ endpoints: first === 'leader' ? [own, ...others] : [...others, own], timeoutMs: 30_000 });
  }

  /** Index of the agent that leads. */
  async leader(): Promise<number> {
    await using client = connect({ endpoints: this.endpoints });
    const endMs = performance.now() + FORMED_MS;
    while (performance.now() < endMs && !this.#stop.aborted) {
      const { leader } = await client.members();
      const index = this.#agents.findIndex(({ ready }) => ready.name === leader);
      if (index >= 0) return index;
      await delay(20);
    }
    throw new Failure('the cell found no leader in time');
  }

  /** Resolves when all agents are voters, heard, and have applied what the leader has. */
  async whole(): Promise<void> {
    await using client = connect({ endpoints: this.endpoints });
    const endMs = performance.now() + FORMED_MS;
    while (performance.now() < endMs && !this.#stop.aborted) {
      const { members, leader } = await client.members();
      const through = Math.max(...members.map(({ applied }) => applied));
      const well = members.filter(
        ({ role, suspect, applied, lastHeardMs }) =>
          role === 'voter' && !suspect && applied + 100 >= through && (lastHeardMs ?? 0) < 1_000,
      );
      if (well.length === AGENTS && leader !== '') return;
      await delay(50);
    }
    throw new Failure(`the agents did not form a cell of ${AGENTS} voters in time`);
  }

  /** kill -9. */
  async kill(index: number): Promise<void> {
    this.#agents[index]!.process.signal('SIGKILL');
    await this.#agents[index]!.process.exited;
  }

  async restart(index: number): Promise<void> {
    this.#agents[index] = await this.#startAgent(index);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#agents.map(({ process }) => process.stop()));
  }

  #startAgent(index: number): Promise<StartedAgentProcess> {
    const stateDir = join(this.#directory, `agent${index + 1}`);
    mkdirSync(stateDir, { recursive: true });
    const first = this.#agents[0];
    const args = [
      ...['--state-dir', stateDir, '--grpc-addr', `127.0.0.1:${FIRST_GRPC_PORT + index}`],
      ...['--http-addr', `127.0.0.1:${FIRST_HTTP_PORT + index}`],
      ...(index > 0 && first ? ['--peer', first.ready.grpcAddress] : []),
    ];
    const logFile = join(this.#directory, `agent${index + 1}.log`);
    return AgentProcess.start({ command: AGENT_COMMAND, args, logFile, stop: this.#stop });
  }
}
