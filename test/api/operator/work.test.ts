// Guards proposals, work that is done once and queues as operators see and use them: alone, as participants, and refused.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OnceList, OperatorClient, ProposalList } from '../../../src/contract/index.ts';
import { refusalOf, type ServedOperator, serveOperator } from '../../support/served-operator.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

const text = (value: string) => ({ text: value });
let served: ServedOperator;
let client: OperatorClient;
beforeEach(async () => {
  served = await serveOperator();
  client = served.client('http');
});
afterEach(async () => {
  await served.stop();
  expect(served.bugs).toEqual([]);
});

async function opened(owner = ''): Promise<{ sessionId: string }> {
  const { sessionId } = await client.sessions.open({ owner });
  return { sessionId };
}
const reasonOf = async (call: Promise<unknown>) => (await refusalOf(call)).data.reason;

describe('proposals', () => {
  const proposed = {
    path: '/config/region',
    value: text('west'),
    electorate: ['ann', 'bob', 'cid'],
    timeoutMs: 60_000,
  };

  test('the deciding vote writes; whoever waits is told; the list keeps every vote', async () => {
    const waiting = client.proposals.propose({ ...proposed, why: 'nearer', waitMs: 60_000 });
    const find = async () => (await client.proposals.list({})).proposals[0];
    await vi.waitUntil(async () => (await find())?.state === 'pending', PATIENCE);
    const { proposal } = (await find())!;
    expect(await find()).toMatchObject({
      ...{ path: '/config/region', value: text('west'), valueBytes: 4, quorum: 0.51, required: 2, why: 'nearer' },
      ...{ electorate: ['ann', 'bob', 'cid'], isElectorateOfCell: false, votes: [], decided: null },
    });
    expect(await client.proposals.vote({ proposal, voter: 'ann', isFor: false })).toMatchObject({ votesAgainst: 1 });
    expect(await reasonOf(client.proposals.vote({ proposal, voter: 'ann', isFor: true }))).toBe('ALREADY_VOTED');
    expect(await reasonOf(client.proposals.vote({ proposal, voter: 'eve', isFor: true }))).toBe('NOT_A_VOTER');
    await client.proposals.vote({ proposal, voter: 'bob', isFor: true });
    expect((await client.keys.get({ path: '/config/region' })).item).toBe(null);
    const bySession = await opened('cid');
    expect(await client.proposals.vote({ proposal, isFor: true, as: bySession })).toMatchObject({
      ...{ state: 'accepted', votesFor: 2, votesAgainst: 1, total: 3, required: 2, cause: 'votes' },
    });
    expect(await waiting).toMatchObject({ proposal, state: 'accepted', cause: 'votes' });
    expect((await client.keys.get({ path: '/config/region' })).item?.value).toEqual(text('west'));
    expect(await find()).toMatchObject({
      value: null,
      votes: [
        { voter: 'ann', isFor: false },
        { voter: 'bob', isFor: true },
        { voter: 'cid', isFor: true, sessionId: bySession.sessionId },
      ],
      decided: { cause: 'votes' },
    });
    expect(await reasonOf(client.proposals.vote({ proposal, voter: 'bob', isFor: true }))).toBe('PROPOSAL_CLOSED');
    expect(await reasonOf(client.proposals.vote({ proposal: 7_777, voter: 'ann', isFor: true }))).toBe(
      'PROPOSAL_UNKNOWN',
    );
  });

  test('only who proposed withdraws, or somebody who says who they are; the watch tells, newest first, by page', async () => {
    const stop = new AbortController();
    const events = await client.proposals.watch({ limit: 1 }, { signal: stop.signal });
    expect((await events.next()).value).toMatchObject({ proposals: [], more: false });
    const [as, other] = [await opened(), await opened()];
    const first = await client.proposals.propose({ ...proposed, as });
    const { proposal } = await client.proposals.propose({ ...proposed, path: '/other', as });
    const told = async () => ((await events.next()).value as ProposalList).proposals[0];
    await vi.waitUntil(async () => (await told())?.proposal === proposal, PATIENCE);
    expect(await reasonOf(client.proposals.withdraw({ proposal, as: other }))).toBe('NOT_THE_PROPOSER');
    expect(await client.proposals.withdraw({ proposal, by: 'carla', why: 'wrong' })).toMatchObject({
      state: 'withdrawn',
    });
    expect((await events.next()).value).toMatchObject({ proposals: [{ proposal, state: 'withdrawn' }], more: true });
    expect(await client.proposals.withdraw({ proposal: first.proposal, as })).toMatchObject({ state: 'withdrawn' });
    stop.abort();
    const { proposals, more } = await client.proposals.list({ limit: 1, before: proposal });
    expect([proposals.map((told) => told.proposal), more]).toEqual([[first.proposal], false]);
    expect((await client.proposals.list({ withDecided: false })).proposals).toEqual([]);
  });

  test('a value too large for a list is told by its size; the token is that of the proposer', async () => {
    const value = text('x'.repeat(100_000));
    await client.proposals.propose({ ...proposed, value });
    expect((await client.proposals.list({})).proposals[0]).toMatchObject({ value: null, valueBytes: 100_000 });
    const session = await opened();
    const lock = { path: '/config/_lockable', as: session };
    const { fencingToken } = await client.locks.acquire(lock);
    const asked = { ...proposed, electorate: ['ann'], as: { ...session, fencingToken } };
    const { proposal } = await client.proposals.propose(asked);
    await client.locks.release(lock);
    expect(await reasonOf(client.proposals.propose(asked))).toBe('TOKEN_STALE');
    expect(await client.proposals.vote({ proposal, voter: 'ann', isFor: true })).toMatchObject({
      ...{ state: 'rejected', cause: 'token' },
    });
  });

  test('under one Idempotency-Key it is proposed once, with or without a session', async () => {
    const under = (key: string) => served.client('http', { 'idempotency-key': key });
    const first = await under('a').proposals.propose(proposed);
    // Another agent of the same cell, which has answered nothing yet.
    const bruno = await serveOperator({ cell: served.cell });
    const elsewhere = bruno.client('http', { 'idempotency-key': 'a' });
    expect(await elsewhere.proposals.propose(proposed)).toEqual(first);
    expect(await reasonOf(elsewhere.proposals.propose({ ...proposed, path: '/b' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    await bruno.stop();
    const as = await opened();
    const second = await under('b').proposals.propose({ ...proposed, as });
    expect(await under('b').proposals.propose({ ...proposed, as })).toEqual(second);
    expect((await client.proposals.list({})).proposals).toHaveLength(2);
  });
});

describe('work that is done once', () => {
  const path = '/imports/2026-11';

  test('one claims, another waits and gets the recorded result', async () => {
    const [first, second] = [await opened('one'), await opened('two')];
    const claim = await client.once.claim({ path, owner: 'one', as: first });
    expect(claim).toMatchObject({ state: 'claimed', claims: 1, holder: first.sessionId, result: null });
    expect(await client.once.claim({ path, as: second })).toMatchObject({ state: 'busy', holder: first.sessionId });
    const watched = served.cell.watcherCount;
    const waiting = client.once.claim({ path, waitMs: 60_000, as: second });
    await vi.waitUntil(() => served.cell.watcherCount > watched, PATIENCE);
    const stale = client.once.record({ path, token: claim.token, result: text('mine'), as: second });
    expect(await reasonOf(stale)).toBe('TOKEN_STALE');
    await client.once.record({ path, token: claim.token, result: text('42 rows'), as: first });
    expect(await waiting).toMatchObject({ state: 'done', result: text('42 rows') });
    expect(await client.once.result({ path })).toMatchObject({
      work: { state: 'done', claims: 1, ended: { kind: 'recorded' } },
      result: text('42 rows'),
    });
    expect(await client.once.forget({ path })).toMatchObject({ state: 'forgotten' });
    expect(await client.once.result({ path })).toMatchObject({ work: null, result: null });
  });

  test('a wait under a number of its own needs a second one', async () => {
    const [first, second] = [await opened(), await opened()];
    await client.once.claim({ path, as: first });
    const own = { path, waitMs: 1, as: { ...second, sequence: 1 } };
    expect(await reasonOf(client.once.claim(own))).toBe('INVALID_ARGUMENT');
    expect(await client.once.claim({ ...own, retrySequence: 2 })).toMatchObject({ state: 'busy' });
  });

  test('what nobody knows is counted, stands first, and is resolved by a person', async () => {
    const stop = new AbortController();
    const events = await client.once.watch({}, { signal: stop.signal });
    expect((await events.next()).value).toMatchObject({ works: [], unknown: 0 });
    const as = await opened();
    await client.once.claim({ path: '/a', onDeath: 'again', as });
    await client.once.claim({ path: '/z', as });
    await client.sessions.end(as);
    await vi.waitUntil(async () => ((await events.next()).value as OnceList).unknown === 1, PATIENCE);
    const { works } = await client.once.list({});
    expect(works.map((work) => [work.path, work.state])).toEqual([
      ['/z', 'unknown'],
      ['/a', 'open'],
    ]);
    const resolve = { path: '/z', isDone: true, result: text('done by hand'), by: 'carla', why: 'the mail was sent' };
    expect(await client.once.resolve(resolve)).toMatchObject({ state: 'done' });
    expect((await events.next()).value).toMatchObject({ unknown: 0 });
    stop.abort();
    expect(await client.once.result({ path: '/z' })).toMatchObject({
      work: { ended: { kind: 'resolvedDone', by: 'carla', why: 'the mail was sent' } },
      result: text('done by hand'),
    });
    expect(await reasonOf(client.once.resolve(resolve))).toBe('ONCE_SETTLED');
    expect((await client.once.list({ state: 'open' })).works.map((work) => work.path)).toEqual(['/a']);
  });
});

describe('queues', () => {
  const path = '/mails';

  test('entries are worked on in the order of what they depend on, and resume from their checkpoint', async () => {
    const worker = await opened('worker');
    const entries = [{ payload: text('a') }, { payload: text('b'), afterInBatch: [0] }];
    expect(await client.queues.enqueue({ path, entries, owner: 'shop' })).toMatchObject({
      state: 'enqueued',
      seqs: [1, 2],
    });
    const first = await client.queues.claim({ path, worker: 'w1', as: worker });
    expect(first).toMatchObject({ state: 'claimed', seqs: [1], attempt: 1, payload: text('a'), progress: null });
    expect(await client.queues.claim({ path, as: worker })).toMatchObject({ state: 'empty', payload: null });
    const mine = { path, seq: 1, token: first.token, as: worker };
    await client.queues.checkpoint({ ...mine, progress: text('half') });
    await client.sessions.end(worker);

    const heir = await opened('heir');
    const again = await client.queues.claim({ path, worker: 'w2', leaseTtlMs: 5_000, as: heir });
    expect(again).toMatchObject({ seqs: [1], attempt: 2, payload: text('a'), progress: text('half') });
    expect(again.token).toBeGreaterThan(first.token);
    expect((await client.sessions.renew({ timerIds: [again.timerId] })).items).toEqual([
      { id: again.timerId, renewed: true, ttlMs: 5_000 },
    ]);
    const stale = client.queues.complete({ path, seq: 1, token: first.token, as: heir });
    expect(await reasonOf(stale)).toBe('TOKEN_STALE');
    const other = await opened('other');
    const watched = served.cell.watcherCount;
    const waiting = client.queues.claim({ path, waitMs: 60_000, as: other });
    await vi.waitUntil(() => served.cell.watcherCount > watched, PATIENCE);
    await client.queues.complete({ path, seq: 1, token: again.token, result: text('sent'), as: heir });
    const second = await waiting;
    expect(second).toMatchObject({ state: 'claimed', seqs: [2], payload: text('b') });
    const failed = { path, seq: 2, token: second.token, why: 'bounced', isRetried: false, as: other };
    expect(await client.queues.fail(failed)).toMatchObject({ state: 'dead' });

    expect((await client.queues.list({})).queues).toMatchObject([
      { path, nextSeq: 3, counts: { done: 1, dead: 1, waiting: 0, ready: 0, claimed: 0, delayed: 0 } },
    ]);
    const page = await client.queues.entries({ path, limit: 1 });
    expect(page).toMatchObject({ queue: { path }, entries: [{ seq: 1, state: 'done', owner: 'shop' }], more: true });
    const rest = await client.queues.entries({ path, after: 1 });
    expect(rest).toMatchObject({
      entries: [{ seq: 2, state: 'dead', ended: { kind: 'failed', why: 'bounced' } }],
      more: false,
    });
    expect(await client.queues.entry({ path, seq: 1 })).toMatchObject({
      entry: { state: 'done' },
      result: text('sent'),
    });
    expect(await client.queues.entry({ path, seq: 9 })).toMatchObject({ entry: null, payload: null });
    expect(await client.queues.requeue({ path, seq: 2 })).toMatchObject({ state: 'ready' });
    expect(await client.queues.remove({ path, seq: 2 })).toMatchObject({ state: 'removed' });
    expect(await client.queues.delete({ path })).toMatchObject({ state: 'removed' });
    expect(await client.queues.entries({ path })).toMatchObject({ queue: null, entries: [] });
  });

  test('the watch of one queue tells of its entries as they change, by page and state', async () => {
    const stop = new AbortController();
    const events = await client.queues.watchEntries({ path, states: ['ready', 'claimed'] }, { signal: stop.signal });
    expect((await events.next()).value).toMatchObject({ queue: null, entries: [] });
    await client.queues.enqueue({ path, entries: [{ payload: text('a') }, { payload: text('b'), afterInBatch: [0] }] });
    expect((await events.next()).value).toMatchObject({ queue: { path }, entries: [{ seq: 1, state: 'ready' }] });
    await client.queues.claim({ path, worker: 'w', as: await opened() });
    expect((await events.next()).value).toMatchObject({ entries: [{ seq: 1, state: 'claimed', worker: 'w' }] });
    stop.abort();
  });

  test('a list tells the beginnings of payloads when asked, and reads no more than it may', async () => {
    const large = text('x'.repeat(1_000_000));
    const entries = ['gr\u00fcn', '\ud83d\ude00!'].map((payload) => ({ payload: text(payload) }));
    await client.queues.enqueue({ path, entries: [...entries, { payload: { base64: '/wD/' } }] });
    for (let count = 0; count < 5; count += 1) await client.queues.enqueue({ path, entries: [{ payload: large }] });
    const heads = async (payloadBytesMax: number) =>
      (await client.queues.entries({ path, payloadBytesMax })).entries.map(({ payloadHead }) => payloadHead);
    const x = text('xxx');
    expect(await heads(3)).toEqual([text('gr'), text(''), { base64: '/wD/' }, x, x, x, x, null]);
    expect((await heads(4))[1]).toEqual(text('\ud83d\ude00'));
    expect(new Set(await heads(0))).toEqual(new Set([null]));
    expect((await client.queues.entries({ path })).entries[7]).toMatchObject({ seq: 8, payloadBytes: 1_000_000 });
  });

  test('what cannot be done is refused, and nothing is changed', async () => {
    const payload = text('x');
    const circle = [
      { payload, afterInBatch: [1] },
      { payload, afterInBatch: [0] },
    ];
    expect(await reasonOf(client.queues.enqueue({ path, entries: circle }))).toBe('CIRCULAR_DEPENDENCY');
    const stranger = client.queues.enqueue({ path, entries: [{ payload, after: [9] }] });
    expect(await reasonOf(stranger)).toBe('DEPENDENCY_UNKNOWN');
    expect((await client.queues.list({})).queues).toEqual([]);
    expect(await reasonOf(client.queues.claim({ path, as: { sessionId: 'nobody' } }))).toBe('SESSION_UNKNOWN');
    expect(await reasonOf(client.queues.remove({ path, seq: 1 }))).toBe('QUEUE_UNKNOWN');
  });
});

test('a read-only agent refuses all of it, and shows all of it', async () => {
  await client.cell.setReadOnly({ readOnly: true });
  const as = { sessionId: 's' };
  const refusals = [
    client.proposals.propose({ path: '/a', value: text('x') }),
    client.proposals.vote({ proposal: 1, isFor: true }),
    client.once.claim({ path: '/a', as }),
    client.once.resolve({ path: '/a', isDone: false, by: 'carla' }),
    client.queues.enqueue({ path: '/q', entries: [{ payload: text('x') }] }),
    client.queues.delete({ path: '/q' }),
  ].map(reasonOf);
  expect(new Set(await Promise.all(refusals))).toEqual(new Set(['READ_ONLY']));
  expect((await client.proposals.list({})).proposals).toEqual([]);
  expect((await client.once.list({})).works).toEqual([]);
  expect((await client.queues.list({})).queues).toEqual([]);
});
