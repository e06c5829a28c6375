import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Agent, type AgentOptions, createAgent } from '../agent/index.ts';
import type { Flags } from './parse-flags.ts';

/** Handing over takes one round among the voters; without a majority it cannot be done, and is not waited for. */
const CLOSE_MS = 10_000;

/** What an agent says on standard output, in one line, once it serves. */
export interface Ready {
  readonly name: string;
  readonly agentId: string;
  readonly cellId: string;
  readonly pid: number;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly stateDir: string;
}

/** Of the process whose only purpose the agent is. */
export interface Surroundings {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Fires at SIGINT and SIGTERM. */
  readonly stop: AbortSignal;
  readonly flags: Flags;
  /** How to say that it is ready. */
  readonly json: boolean;
}

/**
 * One agent from start to end, as a process without a window has it. Resolves to the exit code.
 *
 * @throws AgentError when it cannot start
 */
export async function runAgent(options: AgentOptions, surroundings: Surroundings): Promise<number> {
  process.on('uncaughtException', stopUnexpectedly);
  const over = overWhen(surroundings);
  const agent = await Promise.race([createAgent(options), over.ended]);
  // Given up while it looked for its peers: nothing was promised to anybody yet.
  if (agent === undefined) return 0;
  void agent.closed.then(over.end);
  if (await named(agent, over)) await announce(surroundings, agent);
  await over.ended;
  await close(surroundings, agent);
  return 0;
}

/** What nobody caught left something half done: an agent must not go on with it. What it has promised is on its disk. */
function stopUnexpectedly(error: Error): void {
  process.stderr.write(`${JSON.stringify({ level: 60, time: new Date().toISOString(), error: error.stack })}\n`);
  const remedy = 'Nothing that was acknowledged is lost; start the agent again and report this';
  process.stderr.write(`synod: the agent failed unexpectedly (${error.message}). ${remedy}\n`);
  process.exit(1);
}

interface Over {
  readonly signal: AbortSignal;
  readonly ended: Promise<undefined>;
  readonly end: () => void;
}

/** Ctrl-C, or the end of whoever started it. */
function overWhen(surroundings: Surroundings): Over {
  const over = new AbortController();
  const end = () => over.abort();
  const ended = new Promise<undefined>((resolve) => {
    over.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  if (surroundings.stop.aborted) end();
  surroundings.stop.addEventListener('abort', end, { once: true });
  if (surroundings.flags.has('until-stdin-ends')) {
    surroundings.stdin.on('end', end).on('close', end).on('error', end).resume();
  }
  return { signal: over.signal, ended, end };
}

/** A newcomer is ready when the cell has given it a name. Resolves to false when it is over before. */
async function named(agent: Agent, { signal }: Over): Promise<boolean> {
  while (agent.name === '' && !signal.aborted) await delay(20, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}

async function announce(surroundings: Surroundings, agent: Agent): Promise<void> {
  const { name, agentId, cellId, grpcAddress, httpAddress, stateDir } = agent;
  const ready: Ready = { name, agentId, cellId, pid: process.pid, grpcAddress, httpAddress, stateDir };
  const line = `${name} is ready: pid ${process.pid}, grpc ${grpcAddress}, dashboard http://${httpAddress}/, id ${agentId}`;
  await write(surroundings.stdout, `${surroundings.json ? JSON.stringify(ready) : line}\n`);
}

async function close(surroundings: Surroundings, agent: Agent): Promise<void> {
  const late = new AbortController();
  const timer = delay(CLOSE_MS, 'late', { signal: late.signal }).catch(() => undefined);
  const outcome = await Promise.race([agent.close({ handOver: true }), timer]);
  late.abort();
  if (outcome !== 'late') return;
  await write(surroundings.stderr, 'synod: ended without handing over: the other agents did not answer in time\n');
}

async function write(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
