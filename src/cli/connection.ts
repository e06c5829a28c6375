import { connect, DEFAULT_ENDPOINT, type SynodClient } from '../client/index.ts';
import type { Context } from './command.ts';
import { parseAddress } from './values.ts';

/** Someone waits at the terminal: a cell that nobody can reach is reported sooner than a program would give up. */
const UNREACHABLE_AFTER_MS = 1_500;

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
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
