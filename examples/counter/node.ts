// A program of its own imports from 'synod/client'.
import { connect, type Transaction } from '../../src/client/index.ts';

/**
 * One of several nodes that change the same numbers: it adds and subtracts, and moves amounts from one account to another. It says what
 * was done, a line each.
 *
 *   node examples/counter/node.ts NAME STEPS HOST:PORT...
 */
const [name = '', steps = '10', ...endpoints] = process.argv.slice(2);
const TOTAL = '/examples/counter/total';
const ACCOUNTS = ['/examples/counter/left', '/examples/counter/right'] as const;

// An agent that is cut off from the majority answers when it is back: whoever can wait loses nothing.
await using client = connect({ endpoints, timeoutMs: 120_000, session: { owner: name, ttlMs: 60_000 } });

/** Repeats after faults are not counted twice: a step has one place in the session, however often it is sent. */
async function step(by: number): Promise<void> {
  console.log(`${name} wants ${by}`);
  const sum = await client.counter(TOTAL).add(by);
  console.log(`${name} added ${by}: ${sum}`);
}

/** Both accounts change in one command, or neither does, so that nobody ever sees an amount twice or not at all. */
async function move(amount: number): Promise<void> {
  for (;;) {
    const [from, to] = await Promise.all(ACCOUNTS.map(async (key) => ({ key, item: (await client.get(key)).item })));
    const changed = (
      [
        [from!, -amount],
        [to!, amount],
      ] as const
    ).map(([{ key, item }, by]) => ({
      key,
      version: item?.version ?? 0,
      value: String(Number(Buffer.from(item?.value ?? '0').toString()) + by),
    }));
    const batch: Transaction = {
      compare: changed.map(({ key, version }) => ({ key, version })),
      then: changed.map(({ key, value }) => ({ kind: 'put', key, value })),
    };
    // Somebody else was faster: from what stands there now.
    if ((await client.transact(batch)).succeeded) return;
  }
}

let own = 0;
for (let count = 1; count <= Number(steps); count++) {
  const by = count % 3 === 0 ? -2 : count;
  await step(by);
  await move(by);
  own += by;
}
console.log(`${name} is done: ${own} in all`);
