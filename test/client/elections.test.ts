/** Guards elections, counters and limits as programs use them. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SynodClient } from '../../src/client/index.ts';
import { WriteQuorum } from '../../src/gen/synod/v1/user.ts';
import { eventually } from '../support/eventually.ts';
import type { ServedApi } from '../support/served-api.ts';
import { reasonOf, serveTwoPrograms, stopPrograms, type TwoPrograms } from '../support/two-programs.ts';

const PATH = '/services/billing';

let programs: TwoPrograms;
let served: ServedApi;
let ada: SynodClient;
let bruno: SynodClient;

beforeEach(async () => {
  programs = await serveTwoPrograms();
  ({ served, ada, bruno } = programs);
});
afterEach(() => stopPrograms(programs));

const state = async () => (await ada.elections({ prefix: PATH, withVacant: true })).elections[0]!;
const whenInLine = (count: number) => eventually(async () => expect((await state()).queue).toHaveLength(count));

test('one is elected; when it resigns the next in line follows, in a higher tenure', async () => {
  const first = await ada.election(PATH, { owner: 'ada' }).campaign('ada:1');
  const second = bruno.election(PATH, { owner: 'bruno' }).campaign('bruno:1');
  await whenInLine(1);
  expect(await state()).toMatchObject({ state: 'held', value: 'ada:1', tenure: first.tenure });
  await first.resign();
  const next = await second;
  expect(next.tenure).toBeGreaterThan(first.tenure);
  expect(await state()).toMatchObject({ value: 'bruno:1', owner: 'bruno', ended: { kind: 'resigned' } });
  expect(await reasonOf(first.proclaim('late'))).toBe('NOT_ELECTED');
  await next.proclaim('bruno:2');
  expect((await state()).value).toBe('bruno:2');
});

test('the end of a session ends the tenure, and its program is told', async () => {
  const session = await ada.openSession();
  const tenure = await ada.election(PATH, { session }).campaign();
  const next = bruno.election(PATH).campaign();
  await whenInLine(1);
  await session.end();
  expect(tenure.signal.aborted).toBe(true);
  expect((await next).tenure).toBeGreaterThan(tenure.tenure);
});

test('whoever gives up leaves the line', async () => {
  const tenure = await ada.election(PATH).campaign();
  const late = bruno.election(PATH).campaign('', { timeoutMs: 30 });
  await expect(late).rejects.toMatchObject({ reason: 'NOT_ELECTED', holder: tenure.session.id });
  await whenInLine(0);
  const stop = new AbortController();
  const cancelled = bruno.election(PATH).campaign('', { signal: stop.signal });
  await whenInLine(1);
  stop.abort();
  expect(await reasonOf(cancelled)).toBe('CANCELLED');
  await whenInLine(0);
  await tenure.resign();
  expect((await state()).state).toBe('vacant');
});

test('a campaign whose candidacy was withdrawn by another program of its session ends', async () => {
  await ada.election(PATH).campaign();
  const session = await bruno.openSession();
  const waiting = reasonOf(bruno.election(PATH, { session }).campaign());
  await eventually(() => expect(served.cell.watcherCount).toBe(1));
  const options = { quorum: WriteQuorum.MAJORITY, sessionId: session.id, sequence: 1_000, ackedBelow: 0 };
  const request = { path: Buffer.from(PATH), options: { ...options, fencingToken: 0, asSessionId: '' } };
  await new Promise((resolve) => served.coordination.resign(request, resolve));
  expect(await waiting).toBe('NOT_ELECTED');
});

test('a cancelled campaign of a session that is elected already leaves the tenure alone', async () => {
  const tenure = await ada.election(PATH).campaign('first');
  const stop = new AbortController();
  served.cell.stall(true);
  const second = reasonOf(ada.election(PATH).campaign('second', { signal: stop.signal }));
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  stop.abort();
  expect(await second).toBe('CANCELLED');
  served.cell.stall(false);
  // What goes over the same connection comes after whatever the cancelling sent.
  await ada.put('/afterwards', 'x');
  expect(await state()).toMatchObject({ state: 'held', tenure: tenure.tenure });
  await tenure.resign();
  const third = reasonOf(ada.election(PATH).campaign('third', { signal: AbortSignal.abort() }));
  expect(await third).toBe('CANCELLED');
  expect((await state()).state).toBe('vacant');
});

test('observers hear of every tenure', async () => {
  const stop = new AbortController();
  const told: string[] = [];
  const observing = (async () => {
    for await (const { state: now, value } of bruno.election(PATH).observe({ signal: stop.signal })) {
      told.push(`${now} ${value}`);
    }
  })();
  await eventually(() => expect(told).toEqual(['vacant ']));
  const tenure = await ada.election(PATH).campaign('a');
  await eventually(() => expect(told.at(-1)).toBe('held a'));
  await tenure.proclaim('b');
  await eventually(() => expect(told.at(-1)).toBe('held b'));
  await tenure.resign();
  await eventually(() => expect(told.at(-1)).toBe('vacant '));
  stop.abort();
  await observing;
});

test('a campaign waits at the agent as long as it is asked to, and stays in line', async () => {
  const tenure = await ada.election(PATH).campaign();
  served.cell.execute({ kind: 'openSession', sessionId: 'raw', ttlMs: 30_000, owner: '' });
  const { CampaignRequest, CandidacyState } = await import('../../src/gen/synod/v1/elections.ts');
  const campaign = (sequence: number, waitMs: number) =>
    new Promise<{ state: number; position: number }>((resolve, reject) =>
      served.coordination.campaign(
        CampaignRequest.fromPartial({
          ...{ path: Buffer.from(PATH), waitMs },
          options: { sessionId: 'raw', sequence },
        }),
        (error, response) => (error ? reject(error) : resolve(response)),
      ),
    );
  expect(await campaign(1, 20)).toMatchObject({ state: CandidacyState.WAITING, position: 1 });
  const waiting = campaign(2, 60_000);
  await eventually(() => expect(served.cell.watcherCount).toBe(1));
  await tenure.resign();
  expect(await waiting).toMatchObject({ state: CandidacyState.ELECTED, position: 0 });
});

test('counters add up, refuse what is no number, and honour tokens', async () => {
  const visits = ada.counter('/visits');
  expect(await Promise.all([visits.add(1), visits.add(2), bruno.counter('/visits').add(-4)])).toHaveLength(3);
  expect(await visits.add(0)).toBe(-1n);
  await ada.put('/name', 'ada');
  expect(await reasonOf(ada.counter('/name').add(1))).toBe('NOT_A_NUMBER');
  await ada.put('/full', String(2n ** 63n - 1n));
  expect(await reasonOf(ada.counter('/full').add(1))).toBe('OVERFLOW');
  const held = await ada.lock('/c/_lockable').acquire();
  expect(await ada.counter('/c/_lockable/n').add(5, held.writing)).toBe(5n);
  expect(await reasonOf(bruno.counter('/c/_lockable/n').add(1))).toBe('LOCK_NOT_HELD');
  await held.release();
  expect(await reasonOf(ada.counter('/visits').add(1, held.writing))).toBe('TOKEN_STALE');
});

test('limits are listed, changed by somebody, and named when they are exceeded', async () => {
  expect(await ada.limits()).toContainEqual({ name: 'locks', limit: 256, defaultLimit: 256, by: '', atMs: 0 });
  await ada.setLimit('locks', 1, { by: 'carla' });
  expect((await ada.limits()).find(({ name }) => name === 'locks')).toMatchObject({ limit: 1, by: 'carla' });
  await ada.lock('/a/_lockable').acquire();
  await expect(ada.lock('/b/_lockable').acquire()).rejects.toMatchObject({ reason: 'LIMIT_EXCEEDED', limit: 'locks' });
  expect(await reasonOf(ada.setLimit('nonsense', 1, { by: 'carla' }))).toBe('INVALID_ARGUMENT');
  expect(await reasonOf(ada.setLimit('locks', 1, { by: '' }))).toBe('INVALID_ARGUMENT');
});
