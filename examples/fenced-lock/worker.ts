import { setTimeout as sleep } from 'node:timers/promises';
// A program of its own imports from 'synod/client'.
import { connect, type SynodError } from '../../src/client/index.ts';

/**
 * One of several workers, of which one at a time may write. It says what it does, a line each.
 *
 *   node examples/fenced-lock/worker.ts NAME RESOURCE_URL HOST:PORT...
 */
const [name = '', resource = '', ...endpoints] = process.argv.slice(2);
const LOCK = '/examples/fenced/_lockable';

const client = connect({ endpoints, session: { owner: name, ttlMs: 5_000 } });

async function writeToResource(token: number, line: string): Promise<void> {
  const response = await fetch(`${resource}/?token=${token}&line=${line}`, { method: 'POST' });
  if (!response.ok) throw new Error(`the resource refused: ${await response.text()}`);
}

const work = client.lock(LOCK, { owner: name }).do(async ({ fencingToken, signal, writing }) => {
  console.log(`${name} holds the lock with token ${fencingToken}`);
  try {
    for (let count = 1; !signal.aborted; count++) {
      await writeToResource(fencingToken, `${name}-${count}`);
      // A key below the lock is a resource that checks by itself.
      await client.put(`${LOCK}/progress`, `${name} ${count}`, writing);
      await sleep(20);
    }
    console.log(`${name} stops: ${(signal.reason as Error).message}`);
  } catch (error) {
    console.log(`${name} stops: ${(error as Error).message}`);
  }
  // What a program does that does not listen, or was asleep: the token tells its writes from those of the next holder.
  await writeToResource(fencingToken, `${name}-late`).catch((error: unknown) => {
    console.log(`${name} was refused: ${(error as Error).message}`);
  });
  await client.put(`${LOCK}/progress`, 'too late', writing).catch((error: unknown) => {
    console.log(`${name} was refused by the cell: ${(error as SynodError).reason}`);
  });
});

await work.catch((error: unknown) => console.log(`${name} ends: ${(error as SynodError).reason}`));
await client.close();
