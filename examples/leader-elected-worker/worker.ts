import { setTimeout as sleep } from 'node:timers/promises';
// A program of its own imports from 'synod/client'.
import { connect, type SynodError, type Tenure } from '../../src/client/index.ts';

/**
 * One of several workers, of which one at a time does the jobs: the elected one. It says what it does, a line each.
 *
 *   node examples/leader-elected-worker/worker.ts NAME HOST:PORT...
 */
const [name = '', ...endpoints] = process.argv.slice(2);
const ELECTION = '/examples/elected/worker';
const LAST_JOB = '/examples/elected/last-job';

const client = connect({ endpoints, session: { owner: name, ttlMs: 5_000 } });
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

async function workWhileElected({ tenure, session, signal }: Tenure): Promise<void> {
  // Linearizable: it sees everything that those before wrote in their tenures.
  const { item } = await client.get(LAST_JOB, { signal });
  let job = item === undefined ? 0 : Number(Buffer.from(item.value).toString().split(' ')[1]);
  while (!signal.aborted && !stop.signal.aborted) {
    job++;
    await sleep(20);
    // In the session of the tenure: one ends with the other, and what comes later is refused.
    await client.put(LAST_JOB, `job ${job} by ${name} in tenure ${tenure}`, { session });
    console.log(`${name} did job ${job}`);
  }
}

while (!stop.signal.aborted) {
  try {
    await using tenure = await client.election(ELECTION, { owner: name }).campaign(name, { signal: stop.signal });
    console.log(`${name} is elected, tenure ${tenure.tenure}`);
    await workWhileElected(tenure);
  } catch (error) {
    // Asleep for longer than its session lives: somebody else is elected by now. It stands again.
    if (!stop.signal.aborted) console.log(`${name} is not elected any more: ${(error as SynodError).message}`);
  }
}
console.log(`${name} resigned`);
await client.close();
