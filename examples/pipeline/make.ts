// A program of its own imports from 'synod/client'.
import { connect } from '../../src/client/index.ts';
import { barrierOf, STAGES } from './stages.ts';

/**
 * Makes the barriers of a batch: one for each stage, released when all its workers are done. Only the first is armed; the
 * release of each arms the next.
 *
 *   node examples/pipeline/make.ts BATCH HOST:PORT...
 */
const [batch = '', ...endpoints] = process.argv.slice(2);

await using client = connect({ endpoints });
for (const [index, { name, workers }] of STAGES.entries()) {
  const next = STAGES[index + 1];
  const made = await client.barrier(barrierOf(batch, name)).create({
    threshold: { count: workers },
    isOpen: true,
    isArmed: index === 0,
    ...(next === undefined ? {} : { next: barrierOf(batch, next.name) }),
  });
  console.log(`${name}: ${made.required} to arrive${next === undefined ? '' : `, then ${next.name}`}`);
}
