import { setTimeout as sleep } from 'node:timers/promises';
// A program of its own imports from 'synod/client'.
import { connect } from '../../src/client/index.ts';
import { barrierOf, ITEMS, itemOf, readItem, STAGES, type StageName } from './stages.ts';

/**
 * One worker of one stage: waits for its stage to begin, does its part of the batch, and waits for the others of the stage.
 *
 *   node examples/pipeline/stage.ts BATCH STAGE NUMBER HOST:PORT...
 */
const [batch = '', stageName = '', number = '', ...endpoints] = process.argv.slice(2);
const stage = STAGES.find(({ name }) => name === stageName);
if (stage === undefined) throw new Error(`"${stageName}" is none of ${STAGES.map(({ name }) => name).join(', ')}`);
const me = `${stage.name} ${number}`;

const WORK: Readonly<Record<StageName, (item: number) => Promise<number>>> = {
  load: async (item) => item,
  transform: async (item) => (await readItem(client, batch, 'load', item)) ** 2,
  publish: async (item) => readItem(client, batch, 'transform', item),
};

await using client = connect({ endpoints, session: { owner: me, ttlMs: 5_000 } });
const barrier = client.barrier(barrierOf(batch, stage.name));
// Armed: the stage before is over, or there is none.
for await (const state of barrier.watch()) if (state?.isArmed) break;
console.log(`${me} begins`);
for (let item = Number(number); item <= ITEMS; item += stage.workers) {
  await sleep(20);
  await client.put(itemOf(batch, stage.name, item), String(await WORK[stage.name](item)));
}
console.log(`${me} has done its part`);
// Whoever died on the way has not arrived: the stage is over only when somebody has done that part.
const { arrived } = await barrier.await();
console.log(`${me} sees the stage over: ${arrived} arrived`);
