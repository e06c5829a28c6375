import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { vi } from 'vitest';
import { type Agent, type AgentLogger, type AgentOptions, createAgent } from '../../src/agent/index.ts';
import type { OperatorClient } from '../../src/contract/index.ts';
import { httpLink } from './http-link.ts';

const SILENT: AgentLogger = { level: 'silent', info: () => {}, warn: () => {}, error: () => {} };
export const PATIENCE = { timeout: 20_000, interval: 20 };

/** Real agents in this process, over loopback, each with a client of its operator API. */
export class OperatedCell {
  readonly agents: Agent[] = [];
  #folder = '';

  /** The first founds the cell, the others join it; waits until all of them have names. */
  static async of(count: number, options: Partial<AgentOptions> = {}): Promise<OperatedCell> {
    const cell = new OperatedCell();
    cell.#folder = await mkdtemp(join(tmpdir(), 'synod-operated-'));
    for (let index = 0; index < count; index += 1) await cell.add(options);
    return cell;
  }

  async add(options: Partial<AgentOptions> = {}): Promise<Agent> {
    const [founder] = this.agents;
    const agent = await createAgent({
      stateDir: join(this.#folder, `agent${this.agents.length + 1}`),
      grpcAddr: '127.0.0.1:0',
      httpAddr: '127.0.0.1:0',
      peers: founder === undefined ? [] : [founder.grpcAddress],
      logger: SILENT,
      ...options,
    });
    this.agents.push(agent);
    await vi.waitUntil(() => agent.name !== '', PATIENCE);
    return agent;
  }

  /** The same state directory, once more. */
  async restart(index: number): Promise<Agent> {
    const { stateDir } = this.agents[index] as Agent;
    await this.agents[index]?.close();
    const agent = await createAgent({
      stateDir,
      grpcAddr: '127.0.0.1:0',
      httpAddr: '127.0.0.1:0',
      logger: SILENT,
    });
    this.agents[index] = agent;
    return agent;
  }

  /** Over HTTP, as the page of a dashboard calls. */
  client(index = 0): OperatorClient {
    return createORPCClient(httpLink(`http://${this.agents[index]?.httpAddress}/rpc`));
  }

  async close(): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.close()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What an oRPC call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<{ code: string; reason: string; message: string }> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const {
    code = '',
    data,
    message = '',
  } = (error ?? {}) as {
    code?: string;
    message?: string;
    data?: { reason?: string };
  };
  return { code, reason: data?.reason ?? '', message };
}
