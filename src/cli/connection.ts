import { setTimeout as delay } from 'node:timers/promises';
import { connect, DEFAULT_ENDPOINT, type SynodClient, SynodError } from '../client/index.ts';
import { formatDuration, parseAddress } from '../command-line/values.ts';
import { type Context, Failure } from './command.ts';
import { unknownEffect } from './failures.ts';
import { write } from './output.ts';

/** Someone waits at the terminal: a cell that nobody can reach is reported sooner than a program would give up. */
const UNREACHABLE_AFTER_MS = 1_500;
/** And that it waits for a majority is said before it gives up. */
const REMARK_AFTER_MS = 1_500;
const STATUS_MS = 1_000;
/** What a call ends with while no majority answers, depending on when it was lost. */
const WITHOUT_MAJORITY: ReadonlySet<string> = new Set([
  ...['NO_MAJORITY', 'NO_SESSION', 'NO_ANSWER', 'TIMEOUT', 'OUTCOME_UNKNOWN'],
]);

export function endpointsOf(context: Context): string[] {
  const split = (text: string) => text.split(/[,\s]+/).filter((part) => part !== '');
  const given = context.flags.list('endpoint').flatMap(split);
  if (given.length > 0) return given.map((text) => parseAddress(text, '--endpoint'));
  const known = split(context.env.SYNOD_ENDPOINTS ?? '');
  if (known.length > 0) return known.map((text) => parseAddress(text, 'SYNOD_ENDPOINTS'));
  return [DEFAULT_ENDPOINT];
}

/** Runs `work` with a client of the cell that the flags name, and closes it. */
export async function withClient(context: Context, work: (client: SynodClient) => Promise<number>): Promise<number> {
  const timeoutMs = context.flags.durationMs('timeout') ?? 10_000;
  const client = connect({
    endpoints: endpointsOf(context),
    timeoutMs,
    unreachableAfterMs: Math.min(timeoutMs, UNREACHABLE_AFTER_MS),
    session: { owner: 'synod command line' },
  });
  const over = new AbortController();
  void remarkOnWaiting(context, client, timeoutMs, over.signal);
  try {
    return await work(client);
  } catch (error) {
    throw await withRemedy(client, error);
  } finally {
    over.abort();
    await client.close();
  }
}

/** Once, as soon as the agent says so while calls may still be waiting. */
async function remarkOnWaiting(
  context: Context,
  client: SynodClient,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += REMARK_AFTER_MS) {
    await delay(REMARK_AFTER_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    const why = await whyUnwritable(client);
    if (why === undefined || signal.aborted) continue;
    const allowed = formatDuration(timeoutMs);
    await write(context.stderr, `synod: waiting for a majority (${why}), ${allowed} in all: --timeout\n`);
    return;
  }
}

async function withRemedy(client: SynodClient, error: unknown): Promise<unknown> {
  if (!(error instanceof SynodError) || !WITHOUT_MAJORITY.has(error.reason)) return error;
  const why = await whyUnwritable(client);
  if (why === undefined) return error;
  const remedy = 'start the agents that are down, which "synod members" shows';
  return new Failure(
    `no majority of the voters answers (${why})${unknownEffect(error)}: ${remedy}; "synod get --quorum local" reads what this agent has`,
  );
}

/** Undefined: it takes writes, or does not say. */
async function whyUnwritable(client: SynodClient): Promise<string | undefined> {
  const status = await client.status({ timeoutMs: STATUS_MS }).catch(() => undefined);
  return status === undefined || status.writable ? undefined : status.unwritableReason;
}
