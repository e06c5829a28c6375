import { setTimeout as sleep } from 'node:timers/promises';
// A program of its own imports from 'synod/client'.
import { type ClaimedEntry, connect } from '../../src/client/index.ts';
import { QUEUE, STEPS, stepKey } from './tasks.ts';

/**
 * Does one task after the other, each in steps with a checkpoint after each. A task whose worker died is continued.
 *
 *   node examples/task-queue/worker.ts NAME HOST:PORT...
 */
const [name = '', ...endpoints] = process.argv.slice(2);

await using client = connect({ endpoints, session: { owner: name, ttlMs: 5_000 } });
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

async function doTask(entry: ClaimedEntry): Promise<string> {
  const { seq, attempt, progress, signal, writing } = entry;
  const task = Buffer.from(entry.payload).toString();
  let step = progress === undefined ? 0 : Number(Buffer.from(progress).toString());
  console.log(
    `${name} ${step === 0 ? 'begins' : `continues after step ${step}:`} ${task} (entry ${seq}, attempt ${attempt})`,
  );
  while (step < STEPS) {
    // Somebody else may go on with it by now.
    signal.throwIfAborted();
    step++;
    await sleep(100);
    // In the session of the claim: what a worker does that was given up is refused.
    await client.put(stepKey(task, step), name, writing);
    // A death between the two repeats one step: it must be harmless to do it again.
    await entry.checkpoint(String(step));
  }
  console.log(`${name} has done ${task}`);
  return `by ${name}`;
}

await client.queue(QUEUE, { worker: name }).work(doTask, { signal: stop.signal });
console.log(`${name} goes home`);
