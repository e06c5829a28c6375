import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { SynodClient } from '../../client/index.ts';
import { OWN_COMMAND } from '../agent-command.ts';
import { EXIT, Failure } from '../command.ts';
import type { BenchCell } from './bench-cell.ts';
import { type Figure, latencies, quantile } from './figure.ts';
import type { BenchOptions } from './modes.ts';

const RESIGNATIONS = 100;
const SESSION_TTL_MS = 2_000;

/** How long an election is without a winner: after it has resigned, and after it was killed. */
export async function measureElections(cell: BenchCell, options: BenchOptions): Promise<Figure[]> {
  await using client = await cell.client();
  const resigned: number[] = [];
  const killed: number[] = [];
  for (let round = 0; round < RESIGNATIONS; round++) resigned.push(await resignation(client, options.stop));
  for (let round = 0; round < options.rounds; round++) killed.push(await death(cell, client, options.stop));
  return [
    {
      what: `election hand-over after a resignation, ${RESIGNATIONS} times: median`,
      value: quantile(resigned, 0.5),
      unit: 'ms',
      goal: { atMost: 20 },
      details: latencies(resigned),
    },
    {
      what: `election hand-over after kill -9 of the winner (session of 2 s), ${options.rounds} times: worst`,
      value: quantile(killed, 1) / 1_000,
      unit: 's',
      goal: { atMost: 4 },
      details: latencies(killed),
    },
  ];
}

async function resignation(client: SynodClient, stop: AbortSignal): Promise<number> {
  refuseWhenStopped(stop);
  const path = '/bench/resigned';
  const [first, second] = await Promise.all([0, 1].map(() => client.openSession({ ttlMs: 10_000 })));
  const tenure = await client.election(path, { session: first! }).campaign('first');
  const next = client.election(path, { session: second! }).campaign('second');
  await inLine(client, path);
  const startMs = performance.now();
  void tenure.resign();
  const followed = await next;
  const tookMs = performance.now() - startMs;
  await followed.resign();
  await Promise.all([first!.end(), second!.end()]);
  return tookMs;
}

/** The winner is a program of its own: only a process can be killed. */
async function death(cell: BenchCell, client: SynodClient, stop: AbortSignal): Promise<number> {
  refuseWhenStopped(stop);
  const path = '/bench/killed';
  const ttl = `${SESSION_TTL_MS}ms`;
  const args = [...OWN_COMMAND.args, 'elect', path, '--ttl', ttl, '--value', 'doomed'];
  const winner = spawn(OWN_COMMAND.file, args, {
    env: { ...process.env, SYNOD_ENDPOINTS: cell.endpoints.join(',') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await elected(winner);
    const session = await client.openSession({ ttlMs: 10_000 });
    const next = client.election(path, { session }).campaign('next');
    await inLine(client, path);
    const startMs = performance.now();
    winner.kill('SIGKILL');
    const tenure = await next;
    const tookMs = performance.now() - startMs;
    await tenure.resign();
    await session.end();
    return tookMs;
  } finally {
    winner.kill('SIGKILL');
  }
}

/** It says so when it is elected. */
async function elected(winner: ChildProcess): Promise<void> {
  const said = once(winner.stdout!, 'data');
  const ended = once(winner, 'exit').then(() => {
    throw new Failure('the candidate ended before it was elected');
  });
  await Promise.race([said, ended]);
  ended.catch(() => undefined);
}

async function inLine(client: SynodClient, path: string): Promise<void> {
  for await (const { queue } of client.election(path).observe()) if (queue.length > 0) return;
}

function refuseWhenStopped(stop: AbortSignal): void {
  if (stop.aborted) throw new Failure('interrupted', EXIT.interrupted);
}
