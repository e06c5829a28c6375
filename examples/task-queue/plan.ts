// A program of its own imports from 'synod/client'.
import { connect } from '../../src/client/index.ts';
import { QUEUE } from './tasks.ts';

/**
 * Adds four tasks in one step: two that can be done side by side, one that needs both, one that needs that.
 *
 *   node examples/task-queue/plan.ts HOST:PORT...
 */
const endpoints = process.argv.slice(2);

await using client = connect({ endpoints });
const numbers = await client
  .queue(QUEUE)
  .enqueue([
    { payload: 'fetch-left' },
    { payload: 'fetch-right' },
    { payload: 'merge', afterInBatch: [0, 1] },
    { payload: 'report', afterInBatch: [2] },
  ]);
console.log(`added entries ${numbers.join(', ')}`);
