// A program of its own imports from 'synod/client'.
import { connect, SynodError } from '../../src/client/index.ts';
import { PROPOSALS, SETTING } from './setting.ts';

/**
 * A service that has a say in its setting: it votes for what it can bear and against what is too much for it, and takes over
 * what was agreed on.
 *
 *   node examples/vote/service.ts NAME CAPACITY HOST:PORT...
 */
const [name = '', capacity = '', ...endpoints] = process.argv.slice(2);

await using client = connect({ endpoints, session: { owner: name, ttlMs: 5_000 } });
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const { signal } = stop;

async function vote(): Promise<void> {
  const { proposals } = await client.proposals({ prefix: SETTING, withDecided: false, signal });
  for (const { proposal, path, value, electorate, votes } of proposals) {
    if (path !== SETTING || !electorate.includes(name) || votes.some(({ voter }) => voter === name)) continue;
    const wanted = Number(Buffer.from(value ?? '').toString());
    const isFor = wanted <= Number(capacity);
    console.log(`${name} is ${isFor ? 'for' : 'against'} ${wanted}`);
    try {
      await client.vote(proposal, isFor, { voter: name, signal });
    } catch (error) {
      // It was decided without this vote.
      if (!(error instanceof SynodError && error.reason === 'PROPOSAL_CLOSED')) throw error;
    }
  }
}

async function voteOnEverything(): Promise<void> {
  // What stands already, and from then on whatever changes: nothing is missed in between.
  const { revision } = await client.list(PROPOSALS, { limit: 1, signal });
  await vote();
  for await (const _ of client.watch(PROPOSALS, { fromRevision: revision + 1, signal })) await vote();
}

async function followSetting(): Promise<void> {
  const { item, revision } = await client.get(SETTING, { signal });
  const takeOver = (value: Uint8Array) => console.log(`${name} takes ${Buffer.from(value).toString()} a second`);
  if (item !== undefined) takeOver(item.value);
  const changes = client.watch({ start: SETTING }, { fromRevision: revision + 1, signal });
  for await (const { events } of changes) for (const event of events) takeOver(event.item.value);
}

try {
  await Promise.all([voteOnEverything(), followSetting()]);
} catch (error) {
  if (!signal.aborted) throw error;
}
console.log(`${name} goes home`);
