/** Guards proposals as programs use them: the decision, what it writes, who may vote, and what is told of it. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Caller } from '../../src/client/caller.ts';
import { EndpointPool } from '../../src/client/endpoints.ts';
import type { SynodClient } from '../../src/client/index.ts';
import { resumedStream } from '../../src/client/resumed-stream.ts';
import { eventually } from '../support/eventually.ts';
import { LONE_AGENT_ID } from '../support/lone-cell.ts';
import type { ServedApi } from '../support/served-api.ts';
import { reasonOf, serveTwoPrograms, stopPrograms, type TwoPrograms } from '../support/two-programs.ts';

const KEY = '/config/mode';
const electorate = ['ada', 'bruno', 'carla'];

let programs: TwoPrograms;
let served: ServedApi;
let ada: SynodClient;
let bruno: SynodClient;

beforeEach(async () => {
  programs = await serveTwoPrograms();
  ({ served, ada, bruno } = programs);
});
afterEach(() => stopPrograms(programs));

const written = async () => (await ada.get(KEY)).item?.value.toString();

test('the vote that decides writes the value; the proposer hears the count', async () => {
  const proposal = await ada.propose(KEY, 'calm', { electorate, owner: 'ada', why: 'it is late' });
  const decided = proposal.decided();
  expect(await ada.vote(proposal.number, true)).toMatchObject({ state: 'pending', votesFor: 1, required: 2, total: 3 });
  expect(await written()).toBeUndefined();
  await bruno.vote(proposal.number, false);
  await bruno.vote(proposal.number, true, { voter: 'carla' });
  const result = { state: 'accepted', votesFor: 2, votesAgainst: 1, total: 3, required: 2, cause: 'votes' };
  expect(await decided).toMatchObject({ ...result, proposal: proposal.number, why: '2 of 3 are for it' });
  expect(await written()).toBe('calm');
  expect(await ada.proposal(proposal.number).decided()).toMatchObject(result);
});

test('it is rejected, expires, or is withdrawn, and says why; nothing is written', async () => {
  const rejected = await ada.propose(KEY, 'x', { electorate, quorum: 1 });
  await bruno.vote(rejected.number, false);
  expect(await rejected.decided()).toMatchObject({ state: 'rejected', cause: 'votes' });
  const late = await ada.propose(KEY, 'x', { electorate, timeoutMs: 60_000 });
  served.cell.fireTimer(`proposal/${late.number}`);
  expect(await late.decided()).toMatchObject({ state: 'expired', cause: 'deadline' });
  const withdrawn = await ada.propose(KEY, 'x', { electorate });
  expect(await reasonOf(bruno.proposal(withdrawn.number).withdraw())).toBe('NOT_THE_PROPOSER');
  expect(await withdrawn.withdraw({ why: 'a mistake' })).toMatchObject({ state: 'withdrawn' });
  const changed = await ada.propose(KEY, 'x', { electorate: ['ada'], isOnlyIfUnchanged: true });
  await bruno.put(KEY, 'theirs');
  expect(await ada.vote(changed.number, true)).toMatchObject({ state: 'rejected', cause: 'changed' });
  expect(await written()).toBe('theirs');
});

test('the write is the proposer’s: it needs the locks above the key, and its token', async () => {
  const key = '/jobs/_lockable/state';
  const held = await ada.lock('/jobs/_lockable').acquire();
  const guarded = await bruno.propose(key, 'x', { electorate: ['ada'] });
  expect(await ada.vote(guarded.number, true)).toMatchObject({ state: 'rejected', cause: 'guard' });
  const fenced = await ada.propose(key, 'mine', { electorate: ['bruno'], ...held.writing });
  expect(await bruno.vote(fenced.number, true)).toMatchObject({ state: 'accepted' });
  const stale = await ada.propose(key, 'late', { electorate: ['bruno'], ...held.writing });
  await held.release();
  expect(await bruno.vote(stale.number, true)).toMatchObject({ state: 'rejected', cause: 'token' });
});

test('without an electorate the voters of the cell vote', async () => {
  served.cell.configure(served.cell.configuration);
  const proposal = await ada.propose(KEY, 'calm');
  expect(await reasonOf(ada.vote(proposal.number, true))).toBe('NOT_A_VOTER');
  expect(await ada.vote(proposal.number, true, { voter: LONE_AGENT_ID })).toMatchObject({ state: 'accepted' });
});

test('of three, two thirds are two', async () => {
  const proposal = await ada.propose(KEY, 'x', { electorate, quorum: 2 / 3 });
  expect(await ada.vote(proposal.number, true)).toMatchObject({ state: 'pending', required: 2 });
  expect(await bruno.vote(proposal.number, true)).toMatchObject({ state: 'accepted' });
});

test('what cannot be is refused, and a wait ends when it is told to', async () => {
  for (const quorum of [0, -1, 1.1, Number.NaN]) {
    expect(await reasonOf(ada.propose(KEY, 'x', { quorum }))).toBe('INVALID_ARGUMENT');
  }
  expect(await reasonOf(ada.propose(KEY, 'x', { electorate: ['ada', 'ada'] }))).toBe('INVALID_ARGUMENT');
  expect(await reasonOf(ada.proposal(4_711).decided())).toBe('PROPOSAL_UNKNOWN');
  const proposal = await ada.propose(KEY, 'x', { electorate });
  expect(await reasonOf(proposal.decided({ timeoutMs: 20 }))).toBe('TIMEOUT');
  const stop = new AbortController();
  const waiting = reasonOf(proposal.decided({ signal: stop.signal }));
  await eventually(() => expect(served.cell.watcherCount).toBe(1));
  stop.abort();
  expect(await waiting).toBe('CANCELLED');
});

test('they are listed newest first, in pages, and watched vote by vote', async () => {
  const numbers: number[] = [];
  for (const value of ['a', 'b', 'c']) numbers.unshift((await ada.propose(KEY, value, { electorate })).number);
  const [newest, , oldest] = numbers as [number, number, number];
  const page = await ada.proposals({ limit: 2 });
  expect([page.proposals.map(({ proposal }) => proposal), page.more]).toEqual([numbers.slice(0, 2), true]);
  const rest = await ada.proposals({ before: numbers[1]! });
  expect(rest).toMatchObject({
    more: false,
    proposals: [{ proposal: oldest, path: KEY, quorum: 0.51, timeoutMs: 5_000 }],
  });
  expect(rest.proposals[0]!.value?.toString()).toBe('a');
  const told: string[] = [];
  const watching = (async () => {
    for await (const { state, votes } of bruno.proposal(newest).watch()) told.push(`${state} ${votes.length}`);
  })();
  await eventually(() => expect(told).toEqual(['pending 0']));
  await ada.vote(newest, true);
  await eventually(() => expect(told.at(-1)).toBe('pending 1'));
  await bruno.vote(newest, true);
  await watching;
  expect(told.at(-1)).toBe('accepted 2');
  const pending = await ada.proposals({ withDecided: false });
  expect(pending.proposals.map(({ proposal }) => proposal)).toEqual(numbers.slice(1));
});

test('a stream that waits ends with its client, whatever its connection does', async () => {
  const stream = Object.assign(new PassThrough({ objectMode: true }), {
    cancel: () => stream.destroy(Object.assign(new Error('cancelled'), { code: 1, details: 'cancelled' })),
  });
  const pool = new EndpointPool([served.address]);
  const caller = { pool, saw: () => undefined } as unknown as Caller;
  const waiting = reasonOf(resumedStream(caller, () => stream as never, undefined).next());
  pool.close();
  expect(await waiting).toBe('CLOSED');
});
