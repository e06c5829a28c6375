// Guards sessions that an agent keeps alive for a page: only while somebody listens, and until it is told to stand still.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OperatorError } from '../../../src/agent/api/operator/operator-error.ts';
import type { ParticipantLogs } from '../../../src/agent/api/operator/ports.ts';
import type { Countdowns, KeptSession, OperatorClient } from '../../../src/contract/index.ts';
import { refusalOf, type ServedOperator, serveOperator } from '../../support/served-operator.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

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

const renewalsOf = (sessionId: string): number =>
  served.cell.renewals.flat().filter(({ timerId }) => timerId === `session/${sessionId}`).length;

async function open(keeper: string): Promise<string> {
  return (await client.sessions.open({ owner: `of ${keeper}`, ttlMs: 500, keeper })).sessionId;
}

/** What a page hears, newest last. */
function listen(keeper: string, known: KeptSession[] = [], agent = client) {
  const heard: (readonly KeptSession[])[] = [];
  const stop = new AbortController();
  const done = (async () => {
    for await (const { sessions } of await agent.sessions.keep({ keeper, known }, { signal: stop.signal }))
      heard.push(sessions);
  })().catch(() => undefined);
  return {
    heard,
    state: (sessionId: string) => heard.at(-1)?.find((kept) => kept.sessionId === sessionId)?.state,
    async stop() {
      stop.abort();
      await done;
    },
  };
}

/** A session of another keeper is renewed so often meanwhile: four times per TTL, like all. */
async function whileRenewed(other: string, times: number): Promise<void> {
  const before = renewalsOf(other);
  await vi.waitUntil(() => renewalsOf(other) >= before + times, PATIENCE);
}

test.each(['http', 'port'] as const)(
  'read-only mode ends the keeping, says so, and renews nothing more (%s)',
  async (transport) => {
    const elsewhere = await serveOperator({ cell: served.cell });
    try {
      const keeper = served.client(transport);
      const { sessionId } = await keeper.sessions.open({ ttlMs: 500, keeper: 'mine' });
      const events = (await keeper.sessions.keep({ keeper: 'mine' }))[Symbol.asyncIterator]();
      const ended = refusalOf(
        (async () => {
          while (!(await events.next()).done);
        })(),
      );
      await vi.waitUntil(() => renewalsOf(sessionId) >= 2, PATIENCE);
      await client.cell.setReadOnly({ readOnly: true });
      expect((await ended).data).toMatchObject({ reason: 'READ_ONLY' });
      const renewals = renewalsOf(sessionId);
      const clock = await elsewhere.client('port').sessions.open({ ttlMs: 500, keeper: 'clock' });
      const ticking = await elsewhere.client('port').sessions.keep({ keeper: 'clock' });
      await whileRenewed(clock.sessionId, 3);
      expect(renewalsOf(sessionId)).toBe(renewals);
      await ticking.return();
    } finally {
      await elsewhere.stop();
    }
  },
);

test('a session is renewed while its keeper is listened to, and taken up again', async () => {
  const other = await open('other');
  const page = listen('other');
  const mine = await open('mine');
  await whileRenewed(other, 3);
  expect(renewalsOf(mine)).toBe(0);

  const first = listen('mine');
  await vi.waitUntil(() => renewalsOf(mine) >= 2, PATIENCE);
  expect(first.heard[0]).toMatchObject([{ sessionId: mine, owner: 'of mine', ttlMs: 500, state: 'kept' }]);
  const renewedMs = first.heard.map((sessions) => sessions[0]!.renewedMs);
  await vi.waitUntil(() => first.heard.at(-1)![0]!.renewedMs > renewedMs[0]!, PATIENCE);
  const second = listen('mine');
  await vi.waitUntil(() => second.heard.length > 0, PATIENCE);
  await first.stop();
  const taken = renewalsOf(mine);
  await vi.waitUntil(() => renewalsOf(mine) > taken, PATIENCE);
  await second.stop();
  await whileRenewed(other, 2);
  const left = renewalsOf(mine);
  await whileRenewed(other, 3);
  expect(renewalsOf(mine)).toBe(left);

  const again = listen('mine');
  await vi.waitUntil(() => renewalsOf(mine) > left, PATIENCE);
  expect(again.heard[0]).toMatchObject([{ sessionId: mine, state: 'kept' }]);
  await Promise.all([again.stop(), page.stop()]);
});

test('a paused session is renewed no more, ends, and says so; a resumed one goes on', async () => {
  const other = await open('keeper');
  const page = listen('keeper');
  const mine = await open('keeper');
  await vi.waitUntil(() => renewalsOf(mine) > 0, PATIENCE);
  // Also when a renewal is on its way at that moment.
  const { cell } = served;
  const renew = cell.renew.bind(cell);
  let answer = (): void => undefined;
  const paused = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let isAsked = false;
  cell.renew = async (items) => {
    if (items.some(({ timerId }) => timerId === `session/${mine}`)) {
      isAsked = true;
      await paused;
    }
    return await renew(items);
  };
  await vi.waitUntil(() => isAsked, PATIENCE);
  await client.sessions.pause({ sessionId: mine });
  answer();
  cell.renew = renew;
  await vi.waitUntil(() => page.state(mine) === 'paused', PATIENCE);
  await whileRenewed(other, 1);
  const left = renewalsOf(mine);
  await whileRenewed(other, 3);
  expect(renewalsOf(mine)).toBe(left);
  expect(await client.sessions.resume({ sessionId: mine })).toMatchObject({ sessionId: mine, state: 'kept' });
  await vi.waitUntil(() => renewalsOf(mine) > left, PATIENCE);

  await client.sessions.pause({ sessionId: mine });
  served.cell.fireTimer(`session/${mine}`);
  await vi.waitUntil(() => page.state(mine) === 'ended', PATIENCE);
  expect(page.state(other)).toBe('kept');
  expect((await refusalOf(client.sessions.resume({ sessionId: mine }))).data.reason).toBe('SESSION_UNKNOWN');
  expect((await refusalOf(client.sessions.pause({ sessionId: 'stranger' }))).data.reason).toBe('NOT_FOUND');
  await page.stop();
});

test('the lease of a claim is renewed with the session that made it, stands still with it, and is gone when the work is done', async () => {
  const other = await open('other');
  const page = listen('mine');
  const beside = listen('other');
  const sessionId = await open('mine');
  const as = { sessionId };
  await client.queues.enqueue({ path: '/q', entries: [{ payload: { text: 'a' } }, { payload: { text: 'b' } }] });
  const { timerId, token } = await client.queues.claim({ path: '/q', leaseTtlMs: 700, as });
  await client.queues.claim({ path: '/q', as });
  const leases = () => page.heard.at(-1)?.find((kept) => kept.sessionId === sessionId)?.leases;
  const renewals = () => served.cell.renewals.flat().filter((item) => item.timerId === timerId).length;
  await vi.waitUntil(() => renewals() > 2, PATIENCE);
  expect(leases()).toEqual([{ path: '/q', seq: 1, token, ttlMs: 700, renewedMs: expect.any(Number) }]);

  await client.sessions.pause({ sessionId });
  await vi.waitUntil(() => page.state(sessionId) === 'paused', PATIENCE);
  await whileRenewed(other, 1);
  const left = renewals();
  await whileRenewed(other, 8);
  expect(renewals()).toBe(left);
  await client.sessions.resume({ sessionId });
  await vi.waitUntil(() => renewals() > left, PATIENCE);
  await client.queues.complete({ path: '/q', seq: 1, token, as });
  await vi.waitUntil(() => leases()?.length === 0, PATIENCE);
  await Promise.all([page.stop(), beside.stop()]);
});

test('an agent that was started again goes on with what it is told of, and says what has ended meanwhile', async () => {
  const mine = await open('mine');
  const still = await open('mine');
  const gone = await open('mine');
  const as = { sessionId: mine };
  await client.queues.enqueue({ path: '/q', entries: [{ payload: { text: 'a' } }] });
  const { timerId } = await client.queues.claim({ path: '/q', leaseTtlMs: 700, as });
  await client.sessions.pause({ sessionId: still });
  const before = listen('mine');
  await vi.waitUntil(() => before.heard.length > 0, PATIENCE);
  await before.stop();
  const known = [...before.heard.at(-1)!];
  expect(known).toHaveLength(3);
  served.cell.execute({ kind: 'endSession', sessionId: gone });
  served.cell.renewals.length = 0;

  const again = await serveOperator({ cell: served.cell });
  served.cell.barriers.length = 0;
  const page = listen('mine', known, again.client('http'));
  await vi.waitUntil(() => page.state(gone) === 'ended', PATIENCE);
  expect(served.cell.barriers).toMatchObject([{ quorum: 'majority' }]);
  const renewed = () => new Set(served.cell.renewals.flat().map((item) => item.timerId));
  await vi.waitUntil(() => renewed().has(`session/${mine}`) && renewed().has(timerId), PATIENCE);
  expect(page.heard.at(-1)).toMatchObject([
    { sessionId: mine, state: 'kept', leases: [{ path: '/q', seq: 1 }] },
    { sessionId: still, state: 'paused', renewedMs: known[1]!.renewedMs },
    { sessionId: gone, state: 'ended' },
  ]);
  expect(renewed()).not.toContain(`session/${still}`);
  await again.client('http').sessions.resume({ sessionId: still });
  await vi.waitUntil(() => renewalsOf(still) > 0, PATIENCE);
  await page.stop();
  await again.stop();
});

test('what ended while nobody listened is told once', async () => {
  const mine = await open('mine');
  served.cell.fireTimer(`session/${mine}`);
  const page = listen('mine');
  await vi.waitUntil(() => page.state(mine) === 'ended', PATIENCE);
  expect(renewalsOf(mine)).toBe(0);
  await page.stop();
  const later = listen('mine');
  await vi.waitUntil(() => later.heard.length > 0, PATIENCE);
  expect(later.heard).toEqual([[]]);
  await later.stop();
});

test('sessions and leases are renewed by name, in the order asked for; other timers are not', async () => {
  const sessionId = await open('');
  const as = { sessionId };
  const { ticket } = await client.locks.acquire({ path: '/a/_lockable', leaseTtlMs: 700, as });
  expect(await client.sessions.renew({ sessionIds: [sessionId, 'gone'], lockTickets: [ticket] })).toEqual({
    items: [
      { id: sessionId, renewed: true, ttlMs: 500 },
      { id: 'gone', renewed: false, ttlMs: 0 },
      { id: String(ticket), renewed: true, ttlMs: 700 },
    ],
  });
  const held = await refusalOf(client.sessions.renew({ timerIds: ['lock-delay/a/_lockable'] }));
  expect(held).toMatchObject({ code: 'BAD_REQUEST', data: { reason: 'INVALID_ARGUMENT' } });
});

test('countdowns come at once and again; without a leader there are none', async () => {
  const sessionId = await open('');
  const { ticket } = await client.locks.acquire({ path: '/a/_lockable', leaseTtlMs: 700, as: { sessionId } });
  const stop = new AbortController();
  const lost = await open('');
  const path = '/gr\u00fcn/_lockable';
  await client.locks.acquire({ path, lockDelayMs: 900, as: { sessionId: lost } });
  await client.sessions.end({ sessionId: lost });
  const asked = { sessionIds: [sessionId, 'gone'], lockTickets: [ticket, 77], delayedLocks: [path, '/a/_lockable'] };
  const events = await client.sessions.countdowns(asked, { signal: stop.signal });
  const { value: first } = await events.next();
  expect(first).toMatchObject({
    leader: expect.stringMatching(/./),
    sessions: [{ sessionId, remainingMs: 500, ttlMs: 500 }],
    locks: [{ ticket, remainingMs: 700, ttlMs: 700 }],
    delays: [{ path, remainingMs: 900, ttlMs: 900 }],
  });
  // What was counted before may still be on its way.
  served.cell.leader = undefined;
  let unled = first as Countdowns;
  while (unled.leader !== '') unled = (await events.next()).value as Countdowns;
  expect(unled).toMatchObject({ sessions: [], locks: [] });
  // Another one leads, which leads no more when it is asked, then cannot be reached, then answers.
  const why = new OperatorError('PARTICIPANT_UNREACHABLE', 'nobody answers there');
  const remainingMs = 7;
  const countdowns = vi
    .fn<ParticipantLogs['countdowns']>()
    .mockResolvedValueOnce(undefined)
    .mockRejectedValueOnce(why)
    .mockResolvedValue([{ timerId: `session/${sessionId}`, remainingMs, ttlMs: 500 }]);
  Object.assign(served.ports.logs, { countdowns });
  served.cell.leader = 'other';
  const told: Countdowns[] = [];
  do told.push((await events.next()).value as Countdowns);
  while (told.at(-1)!.leader === '');
  expect(told.at(-1)).toMatchObject({ leader: 'other', sessions: [{ sessionId, remainingMs }] });
  expect(told.filter(({ leader }) => leader === '').length).toBeGreaterThanOrEqual(2);
  expect(told.flatMap(({ leader, sessions }) => (leader === '' ? sessions : []))).toEqual([]);
  stop.abort();
  await events.return?.(undefined);
});
