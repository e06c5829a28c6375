// Guards proposals, once-work and queues over real gRPC: waits at the agent and their repeats, pages, and that bad input is refused precisely and changes nothing.
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClaimOnceRequest, ListOnceRequest, OnceState, RecordOnceRequest } from '../../../src/gen/synod/v1/once.ts';
import {
  ListProposalsRequest,
  ProposalState,
  ProposeRequest,
  VoteRequest,
  WithdrawProposalRequest,
} from '../../../src/gen/synod/v1/proposals.ts';
import {
  CheckpointEntryRequest,
  ClaimEntryRequest,
  CompleteEntryRequest,
  EnqueueRequest,
  EntryState,
  FailEntryRequest,
  ListEntriesRequest,
  ReadEntryRequest,
  RequeueEntryRequest,
} from '../../../src/gen/synod/v1/queues.ts';
import { RenewRequest, type RenewResponse, type WriteOptions } from '../../../src/gen/synod/v1/user.ts';
import { LONE_AGENT_ID } from '../../support/lone-cell.ts';
import { type Answer, ask, detailOf, type ServedApi, serveApi } from '../../support/served-api.ts';
import { bytes, must, refused, text, until } from '../calls.ts';

const KEY = bytes('/config/mode');
const WORK = bytes('/orders/7');
const QUEUE = bytes('/mail');
const electorate = ['ada', 'bruno', 'carla'];

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

type Place = Partial<WriteOptions>;
type Partially<T extends { fromPartial: (object: never) => unknown }> = Parameters<T['fromPartial']>[0];

/** A session that counts its own sequences. */
function session(id: string) {
  served.cell.execute({ kind: 'openSession', sessionId: id, ttlMs: 30_000, owner: `owner of ${id}` });
  let sequence = 0;
  return (): Place & { readonly sequence: number } => ({ sessionId: id, sequence: ++sequence });
}

const propose = (options: Place, request: Partially<typeof ProposeRequest> = {}) =>
  ask(
    served.coordination,
    served.coordination.propose,
    ProposeRequest.fromPartial({ key: KEY, value: bytes('calm'), electorate, options, ...request }),
  );
const vote = (options: Place, request: Partially<typeof VoteRequest>) =>
  ask(served.coordination, served.coordination.vote, VoteRequest.fromPartial({ options, isFor: true, ...request }));
const claimOnce = (options: Place, request: Partially<typeof ClaimOnceRequest> = {}) =>
  ask(
    served.coordination,
    served.coordination.claimOnce,
    ClaimOnceRequest.fromPartial({ path: WORK, options, ...request }),
  );
const recordOnce = (options: Place, token: number, result: string) =>
  ask(
    served.coordination,
    served.coordination.recordOnce,
    RecordOnceRequest.fromPartial({ path: WORK, token, result: bytes(result), options }),
  );
const enqueue = (options: Place, entries: Partially<typeof EnqueueRequest>['entries']) =>
  ask(served.coordination, served.coordination.enqueue, EnqueueRequest.fromPartial({ path: QUEUE, entries, options }));
const claimEntry = (options: Place, request: Partially<typeof ClaimEntryRequest> = {}) =>
  ask(
    served.coordination,
    served.coordination.claimEntry,
    ClaimEntryRequest.fromPartial({ path: QUEUE, options, ...request }),
  );
const listEntries = async (request: Partially<typeof ListEntriesRequest> = {}) =>
  must(
    await ask(
      served.coordination,
      served.coordination.listEntries,
      ListEntriesRequest.fromPartial({ path: QUEUE, ...request }),
    ),
  );
const reasonOf = (answer: Answer<unknown>) => detailOf(refused(answer)).reason;

/** Refused with this reason, in these words, and nothing was changed. */
async function refuses(answer: () => Promise<Answer<unknown>>, reason: string, message: RegExp) {
  const before = served.cell.state.revision('system');
  const detail = detailOf(refused(await answer()));
  expect([detail.reason, detail.effect]).toEqual([reason, 'not_done']);
  expect(detail.message).toMatch(message);
  expect(served.cell.state.revision('system')).toBe(before);
}

test('what is left out of a proposal is as the defaults say; a wait ends with the decision', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const place = ada();
  const waiting = propose(place, { waitMs: 60_000 });
  await until(() => served.cell.watcherCount > 0);
  const { proposals } = must(
    await ask(served.coordination, served.coordination.listProposals, ListProposalsRequest.fromPartial({})),
  );
  expect(proposals).toMatchObject([{ quorumPerTenThousand: 5_100, timeoutMs: 5_000, required: 2, state: 'pending' }]);
  expect(text(proposals[0]!.value!)).toBe('calm');
  const { proposal } = proposals[0]!;
  must(await vote(ada(), { proposal }));
  must(await vote(bruno(), { proposal, voter: 'carla' }));
  const decision = { state: ProposalState.ACCEPTED, proposal, votesFor: 2, cause: 'votes' };
  expect(must(await waiting)).toMatchObject(decision);
  expect(must(await propose(place, { waitMs: 60_000 }))).toMatchObject(decision);
});

test('proposals and votes that cannot be are refused', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const { proposal } = must(await propose(ada()));
  must(await vote(ada(), { proposal }));
  await refuses(() => vote(ada(), { proposal, isFor: false }), 'ALREADY_VOTED', /^ada voted for proposal/);
  await refuses(() => vote(bruno(), { proposal, voter: 'zoe' }), 'NOT_A_VOTER', /^zoe does not belong/);
  await refuses(() => vote({}, { proposal }), 'INVALID_ARGUMENT', /a vote belongs to a session/);
  await refuses(() => vote(bruno(), { proposal: 4_711 }), 'PROPOSAL_UNKNOWN', /no proposal 4711/);
  await refuses(() => vote({ sessionId: 'gone', sequence: 1 }, { proposal }), 'SESSION_UNKNOWN', /gone/);
  await refuses(() => propose(ada(), { quorumPerTenThousand: 10_001 }), 'INVALID_ARGUMENT', /quorum/);
  await refuses(() => propose(ada(), { electorate: ['x', 'x'] }), 'INVALID_ARGUMENT', /x is named twice/);
  await refuses(() => propose(ada(), { key: bytes('/_internal/x') }), 'INVALID_ARGUMENT', /belongs to the cell/);
  const withdraw = (options: Place, by = '') =>
    ask(
      served.coordination,
      served.coordination.withdrawProposal,
      WithdrawProposalRequest.fromPartial({ proposal, by, options }),
    );
  await refuses(() => withdraw(bruno()), 'NOT_THE_PROPOSER', /made by session ada/);
  await refuses(() => withdraw({}), 'INVALID_ARGUMENT', /a withdrawProposal belongs to a session/);
  expect(must(await withdraw({}, 'carla'))).toMatchObject({
    state: ProposalState.WITHDRAWN,
    why: 'withdrawn by carla',
  });
  await refuses(() => vote(bruno(), { proposal }), 'PROPOSAL_CLOSED', /withdrawn by carla/);
  expect(served.cell.state.get('user', '/config/mode')).toBeUndefined();
});

test('a proposal too many is a shortage, and names the limit', async () => {
  const ada = session('ada');
  served.cell.execute({ kind: 'setLimit', name: 'proposalsPending', limit: 1, by: 'carla' });
  must(await propose(ada()));
  const answer = await propose(ada());
  expect(detailOf(refused(answer))).toMatchObject({ reason: 'LIMIT_EXCEEDED', limit: 'proposalsPending' });
  expect(refused(answer).code).toBe(status.RESOURCE_EXHAUSTED);
});

test('an agent of the cell votes under its name only when somebody says so', async () => {
  served.cell.configure(served.cell.configuration);
  const { proposal } = must(await propose(session('ada')(), { electorate: [] }));
  expect(must(await vote({}, { proposal, voter: LONE_AGENT_ID }))).toMatchObject({ state: ProposalState.ACCEPTED });
});

test('whoever waits for busy work is given its result, or the claim; a repeat is told of a claim it never heard of', async () => {
  const [ada, bruno, carla] = [session('ada'), session('bruno'), session('carla')];
  const first = must(await claimOnce(ada(), { owner: 'the importer' }));
  expect(first).toMatchObject({ state: OnceState.CLAIMED, claims: 1 });
  expect(must(await claimOnce(bruno(), { waitMs: 10, retrySequence: 90 }))).toMatchObject({
    state: OnceState.BUSY,
    holder: 'ada',
    owner: 'the importer',
  });
  const place = bruno();
  const request = { waitMs: 60_000, retrySequence: 91 };
  const waiting = claimOnce(place, request);
  await until(() => served.cell.watcherCount > 0);
  served.cell.execute({ kind: 'endSession', sessionId: 'ada' });
  const taken = must(await waiting);
  expect(taken).toMatchObject({ state: OnceState.CLAIMED, claims: 2, holder: 'bruno' });
  expect(taken.token).toBeGreaterThan(first.token);
  expect(must(await claimOnce(place, request))).toMatchObject({ state: OnceState.CLAIMED, token: taken.token });
  const late = claimOnce(carla(), { waitMs: 60_000, retrySequence: 92 });
  await until(() => served.cell.watcherCount > 0);
  must(await recordOnce(bruno(), taken.token, 'paid'));
  const done = must(await late);
  expect([done.state, text(done.result!)]).toEqual([OnceState.DONE, 'paid']);
});

test('claims that cannot be, and words of whoever lost its claim, are refused', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  await refuses(() => claimOnce({}), 'INVALID_ARGUMENT', /a claimOnce belongs to a session/);
  await refuses(() => claimOnce(ada(), { waitMs: 10 }), 'INVALID_ARGUMENT', /retry_sequence/);
  await refuses(() => claimOnce(ada(), { path: bytes('orders') }), 'INVALID_ARGUMENT', /starts with \//);
  await refuses(() => recordOnce(ada(), 1, 'x'), 'ONCE_UNKNOWN', /^nobody has claimed/);
  const { token } = must(await claimOnce(ada()));
  await refuses(() => recordOnce(bruno(), token, 'x'), 'TOKEN_STALE', /owner of ada|session ada/);
  await refuses(() => recordOnce(ada(), token + 1, 'x'), 'TOKEN_STALE', /no claim with token/);
  const list = (state: string) =>
    ask(served.coordination, served.coordination.listOnce, ListOnceRequest.fromPartial({ state }));
  await refuses(() => list('lost'), 'INVALID_ARGUMENT', /not "lost"/);
  expect(must(await list('claimed')).works).toMatchObject([{ sessionId: 'ada', token }]);
});

test('whoever waits for an entry is given the next one, and what is assigned only to whom it is assigned', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const place = bruno();
  const request = { waitMs: 60_000, retrySequence: 90, worker: 'bruno', leaseTtlMs: 5_000 };
  const waiting = claimEntry(place, request);
  await until(() => served.cell.watcherCount > 0);
  expect(must(await enqueue(ada(), [{ payload: bytes('x'), maxAttempts: 0 }])).seqs).toEqual([1]);
  const claimed = must(await waiting);
  expect(claimed).toMatchObject({ state: EntryState.CLAIMED, seqs: [1], attempt: 1, progress: undefined });
  expect(text(claimed.payload!)).toBe('x');
  expect(claimed.timerId).toMatch(/^entry\//);
  const repeated = must(await claimEntry(place, { ...request, waitMs: 20 }));
  expect(repeated).toMatchObject({ seqs: [1], token: claimed.token });
  must(await enqueue(ada(), [{ payload: bytes('y'), assignee: 'carla' }]));
  expect(must(await claimEntry(bruno(), { waitMs: 20, retrySequence: 92, worker: 'bruno' })).state).toBe(
    EntryState.EMPTY,
  );
  expect(must(await claimEntry(ada(), { worker: 'carla' })).seqs).toEqual([2]);
  const { entries } = await listEntries();
  expect(entries.map(({ maxAttempts, backoffMs, backoffMaxMs }) => [maxAttempts, backoffMs, backoffMaxMs])).toEqual([
    [0, 1_000, 60_000],
    [5, 1_000, 60_000],
  ]);
});

test('the lease of a claim is renewed by its timer, and no other timer is', async () => {
  const ada = session('ada');
  must(await enqueue(ada(), [{ payload: bytes('x') }]));
  const { timerId } = must(await claimEntry(ada(), { leaseTtlMs: 5_000 }));
  const renew = (timerIds: string[]) => {
    const stream = served.client.renew();
    return new Promise<RenewResponse>((resolve, reject) => {
      stream.on('data', resolve).on('error', reject);
      stream.write(RenewRequest.fromPartial({ id: 1, timerIds }));
    }).finally(() => stream.end());
  };
  expect((await renew([timerId])).items).toMatchObject([{ timerId, id: '', renewed: true, ttlMs: 5_000 }]);
  served.cell.fireTimer(timerId);
  expect((await renew([timerId])).items).toMatchObject([{ timerId, renewed: false }]);
  const { proposal } = must(await propose(ada()));
  await expect(renew([`proposal/${proposal}`])).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
});

test('entries that cannot be, and words of a worker that was given up, are refused', async () => {
  const [ada, bruno] = [session('ada'), session('bruno')];
  const entry = (after: number[], afterInBatch: number[] = []) => ({ payload: bytes('x'), after, afterInBatch });
  await refuses(() => enqueue(ada(), []), 'INVALID_ARGUMENT', /no entry/);
  await refuses(() => enqueue(ada(), [entry([7])]), 'DEPENDENCY_UNKNOWN', /no entry 7 .*it has none yet/);
  const circle = [entry([], [1]), entry([], [2]), entry([], [0])];
  await refuses(() => enqueue(ada(), circle), 'CIRCULAR_DEPENDENCY', /0 after 1 after 2 after 0/);
  await refuses(() => claimEntry({}), 'INVALID_ARGUMENT', /a claimEntry belongs to a session/);
  await refuses(() => claimEntry({ sessionId: 'gone', sequence: 1 }), 'SESSION_UNKNOWN', /gone/);
  must(await enqueue(ada(), [entry([])]));
  const { token } = must(await claimEntry(ada(), { worker: 'ada' }));
  served.cell.execute({ kind: 'endSession', sessionId: 'ada' });
  const next = must(await claimEntry(bruno(), { worker: 'bruno' }));
  expect(next.token).toBeGreaterThan(token);
  const about = { path: QUEUE, seq: 1 };
  const { coordination } = served;
  const checkpoint = CheckpointEntryRequest.fromPartial({ ...about, token, options: bruno() });
  await refuses(() => ask(coordination, coordination.checkpointEntry, checkpoint), 'TOKEN_STALE', /bruno/);
  const complete = CompleteEntryRequest.fromPartial({ ...about, seq: 9, token, options: bruno() });
  await refuses(() => ask(coordination, coordination.completeEntry, complete), 'ENTRY_UNKNOWN', /the newest is 1/);
  const requeue = RequeueEntryRequest.fromPartial(about);
  await refuses(() => ask(coordination, coordination.requeueEntry, requeue), 'ENTRY_NOT_DEAD', /is claimed/);
  const fail = FailEntryRequest.fromPartial({
    ...about,
    token: next.token,
    why: 'no',
    isFinal: true,
    options: bruno(),
  });
  expect(must(await ask(coordination, coordination.failEntry, fail)).state).toBe(EntryState.DEAD);
  const elsewhere = ListEntriesRequest.fromPartial({ path: QUEUE, states: ['lost'] });
  expect(reasonOf(await ask(coordination, coordination.listEntries, elsewhere))).toBe('INVALID_ARGUMENT');
});

test('entries are listed in pages, by state, and one is read with its bytes', async () => {
  const ada = session('ada');
  const payloads = Array.from({ length: 100 }, (_, index) => ({ payload: bytes(`letter ${index + 1}`) }));
  for (let batch = 0; batch < 6; batch += 1) must(await enqueue(ada(), payloads));
  const pages: number[][] = [];
  for (let after = 0, more = true; more; ) {
    const page = await listEntries({ after, limit: 280 });
    pages.push(page.entries.map(({ seq }) => seq));
    ({ more } = page);
    after = page.entries.at(-1)!.seq;
  }
  expect(pages.map(({ length }) => length)).toEqual([280, 280, 40]);
  expect(pages.flat()).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
  const { token, seqs } = must(await claimEntry(ada(), { worker: 'ada' }));
  const checkpoint = CheckpointEntryRequest.fromPartial({ path: QUEUE, seq: seqs[0]!, token, options: ada() });
  must(
    await ask(served.coordination, served.coordination.checkpointEntry, { ...checkpoint, progress: bytes('page 3') }),
  );
  const claimed = await listEntries({ states: ['claimed', 'dead'] });
  expect([claimed.entries.map(({ seq }) => seq), claimed.more]).toEqual([[1], false]);
  const read = (seq: number) =>
    ask(served.coordination, served.coordination.readEntry, ReadEntryRequest.fromPartial({ path: QUEUE, seq }));
  const found = must(await read(1));
  expect([text(found.payload!), text(found.progress!), found.result]).toEqual(['letter 1', 'page 3', undefined]);
  expect(must(await read(601)).entry).toBeUndefined();
});
