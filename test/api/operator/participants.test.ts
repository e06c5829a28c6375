// Guards participants in a real cell: kept through one agent, counted by the leader, and driven by scripts over REST.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Countdowns, KeptSession, OperatorClient } from '../../../src/contract/index.ts';
import { OperatedCell, PATIENCE } from '../../support/operated-cell.ts';

let cell: OperatedCell;
let leader: OperatorClient;
let other: OperatorClient;
beforeAll(async () => {
  cell = await OperatedCell.of(2);
  leader = cell.client(0);
  other = cell.client(1);
}, 30_000);
afterAll(() => cell.close());

function listen(client: OperatorClient, keeper: string) {
  const stop = new AbortController();
  let heard: readonly KeptSession[] = [];
  const done = (async () => {
    for await (const { sessions } of await client.sessions.keep({ keeper }, { signal: stop.signal })) heard = sessions;
  })().catch(() => undefined);
  return {
    state: (sessionId: string) => heard.find((kept) => kept.sessionId === sessionId)?.state,
    async stop() {
      stop.abort();
      await done;
    },
  };
}
const isAlive = async (sessionId: string): Promise<boolean> =>
  (await leader.sessions.list({})).sessions.some((session) => session.sessionId === sessionId);

test('a follower tells what the leader counts, and what is renewed lasts while the rest runs out', async () => {
  const page = listen(other, 'page');
  const open = (ttlMs: number) => other.sessions.open({ ttlMs, keeper: 'page' });
  const [kept, paused] = [await open(1_500), await open(1_500)];
  const lock = { path: '/jobs/_lockable' };
  const held = await other.locks.acquire({ ...lock, leaseTtlMs: 60_000, as: { sessionId: paused.sessionId } });
  const waiting = leader.locks.acquire({ ...lock, waitMs: 30_000, as: { sessionId: kept.sessionId } });
  await vi.waitUntil(() => page.state(kept.sessionId) === 'kept' && page.state(paused.sessionId) === 'kept', PATIENCE);

  const stop = new AbortController();
  const asked = { sessionIds: [kept.sessionId, paused.sessionId], lockTickets: [held.ticket] };
  const events = await other.sessions.countdowns(asked, { signal: stop.signal });
  // Nothing is counted while the leader cannot be asked.
  const counted = async (): Promise<Countdowns> => {
    for (;;) {
      const told = (await events.next()).value as Countdowns;
      if (told.leader !== '') return told;
    }
  };
  const first = await counted();
  expect(first.leader).toBe(cell.agents[0]!.name);
  expect(first.sessions.map(({ sessionId, ttlMs }) => [sessionId, ttlMs])).toEqual([
    [kept.sessionId, 1_500],
    [paused.sessionId, 1_500],
  ]);
  for (const { remainingMs, ttlMs } of first.sessions) expect(remainingMs).toBeLessThanOrEqual(ttlMs * 1.25);
  await other.sessions.pause({ sessionId: paused.sessionId });
  // It is gone from the count with its lease, and the other one goes on.
  let last = first;
  while (last.sessions.length > 1) last = await counted();
  expect(last.sessions[0]).toMatchObject({ sessionId: kept.sessionId });
  expect(last.locks).toEqual([]);
  expect(last.atMs).toBeGreaterThan(first.atMs);
  stop.abort();
  await vi.waitUntil(() => page.state(paused.sessionId) === 'ended', PATIENCE);
  const granted = await waiting;
  expect(granted).toMatchObject({ state: 'held' });
  expect(granted.fencingToken).toBeGreaterThan(held.fencingToken);

  // Nobody looks any more.
  await page.stop();
  await vi.waitUntil(async () => !(await isAlive(kept.sessionId)), PATIENCE);
}, 30_000);

test('a session that is taken up again in time outlives the page that opened it', async () => {
  const first = listen(other, 'reloaded');
  const { sessionId } = await other.sessions.open({ ttlMs: 2_000, keeper: 'reloaded' });
  await vi.waitUntil(() => first.state(sessionId) === 'kept', PATIENCE);
  await first.stop();
  const second = listen(other, 'reloaded');
  const renewals = async () => (await leader.sessions.renew({ sessionIds: [sessionId] })).items;
  expect(await renewals()).toEqual([{ id: sessionId, renewed: true, ttlMs: 2_000 }]);
  await vi.waitUntil(() => second.state(sessionId) === 'kept', PATIENCE);
  await other.sessions.pause({ sessionId });
  await vi.waitUntil(async () => !(await isAlive(sessionId)), PATIENCE);
  await vi.waitUntil(() => second.state(sessionId) === 'ended', PATIENCE);
  await second.stop();
}, 30_000);

test('a script acts over REST, is told what it may not, and a repeat elsewhere happens once', async () => {
  const send = async (at: number, method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const url = `http://${cell.agents[at]!.httpAddress}/api/v1${path}`;
    const answer = await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
    const said = (await answer.json()) as Record<string, unknown> & { data?: { reason: string } };
    return { status: answer.status, reason: said.data?.reason, said };
  };
  const post = (path: string, body: unknown, at = 1) => send(at, 'POST', path, body);
  const { said } = await post('/sessions/open', { owner: 'a script', ttlMs: 60_000 });
  const as = { sessionId: said.sessionId };
  expect(await post('/sessions/renew', { sessionIds: [said.sessionId] })).toMatchObject({ status: 200 });

  const add = { path: '/hits', by: 1, as: { ...as, sequence: 1 } };
  const sums = await Promise.all([post('/counters/increment', add, 0), post('/counters/increment', add, 1)]);
  expect(sums).toMatchObject([{ said: { value: '1' } }, { said: { value: '1' } }]);
  const put = { path: '/kept/_lockable/a', value: { text: 'x' }, as };
  expect(await send(1, 'PUT', '/key', put)).toMatchObject({ status: 409, reason: 'LOCK_NOT_HELD' });
  const acquired = await post('/locks/acquire', { path: '/kept/_lockable', as });
  expect(acquired).toMatchObject({ status: 200, said: { state: 'held' } });
  expect(await send(1, 'PUT', '/key', put)).toMatchObject({ status: 200 });
  const fenced = { ...put, as: { ...as, fencingToken: acquired.said.fencingToken } };
  expect(await post('/locks/release', { path: '/kept/_lockable', as })).toMatchObject({ status: 200 });
  expect(await send(1, 'PUT', '/key', fenced)).toMatchObject({ status: 409, reason: 'TOKEN_STALE' });

  const campaign = { path: '/leader', value: 'me', as };
  expect(await post('/elections/campaign', campaign)).toMatchObject({ status: 200, said: { state: 'elected' } });
  expect(await post('/barriers/arrive', { path: '/stage', as })).toMatchObject({
    ...{ status: 404, reason: 'BARRIER_UNKNOWN' },
  });
  const proposal = { path: '/k', value: { text: 'v' }, electorate: ['ann'], timeoutMs: 60_000, as };
  const proposed = await post('/proposals/propose', proposal);
  const vote = { proposal: proposed.said.proposal, voter: 'ann', isFor: true };
  expect(await post('/proposals/vote', vote)).toMatchObject({ status: 200, said: { state: 'accepted' } });
  expect(await post('/proposals/vote', vote)).toMatchObject({ status: 409, reason: 'PROPOSAL_CLOSED' });
  expect(await post('/once/claim', { path: '/work', as })).toMatchObject({ status: 200, said: { state: 'claimed' } });
  expect(await send(1, 'GET', '/once/result?path=/work')).toMatchObject({ said: { work: { state: 'claimed' } } });
  await post('/queues/enqueue', { path: '/mails', entries: [{ payload: { text: 'hi' } }] });
  expect(await post('/queues/claim', { path: '/mails', as })).toMatchObject({ said: { payload: { text: 'hi' } } });
  expect(await send(1, 'GET', '/queues/entries?path=/mails&limit=5&states[]=claimed&states[]=dead')).toMatchObject({
    said: { entries: [{ seq: 1, state: 'claimed' }] },
  });
  expect(await post('/locks/acquire', { path: '/kept/_lockable', as: { sessionId: 'nobody' } })).toMatchObject({
    ...{ status: 404, reason: 'SESSION_UNKNOWN' },
  });
}, 30_000);
