/** Guards work that is done once: its result for everybody who repeats it, and what follows when a claimant dies before it was recorded. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CellError } from '../../src/agent/host/cell-port.ts';
import type { OnceOptions, OnceWork, SynodClient } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import type { ServedApi } from '../support/served-api.ts';
import { errorOf, reasonOf, serveTwoPrograms, stopPrograms, type TwoPrograms } from '../support/two-programs.ts';

const PATH = '/orders/7';

let programs: TwoPrograms;
let served: ServedApi;
let ada: SynodClient;
let bruno: SynodClient;

beforeEach(async () => {
  programs = await serveTwoPrograms();
  ({ served, ada, bruno } = programs);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await stopPrograms(programs);
});

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const stateOf = async () => (await ada.onceWork.read(PATH)).work?.state;
const again: OnceOptions = { onDeath: 'again' };

/** Work that goes on until it is told what it returns. */
function held() {
  let finish = (_: string): void => {};
  const ended = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const began = vi.fn(() => ended);
  return { began, finish };
}

test('work is done once; whoever repeats it, and whoever waited, is given the recorded result', async () => {
  const { began, finish } = held();
  const first = ada.once(PATH, began, again);
  await eventually(() => expect(began).toHaveBeenCalled());
  const other = vi.fn(() => 'twice');
  const waiting = bruno.once(PATH, other, again);
  await eventually(() => expect(served.cell.watcherCount).toBe(1));
  finish('shipped');
  expect(text((await first).result)).toBe('shipped');
  const repeats = [await waiting, await ada.once(PATH, other, again)];
  expect(repeats.map(({ result, didRun }) => [text(result), didRun])).toEqual([
    ['shipped', false],
    ['shipped', false],
  ]);
  expect(other).not.toHaveBeenCalled();
  await ada.onceWork.forget(PATH);
  expect(await ada.once(PATH, () => {}, again)).toEqual({ result: Buffer.alloc(0), didRun: true });
});

test('a death between effect and record: the work is done again, with a higher token', async () => {
  const dying = await ada.openSession();
  const tokens: number[] = [];
  let stopped: AbortSignal | undefined;
  const { began, finish } = held();
  const work = ({ token, signal }: OnceWork) => {
    tokens.push(token);
    stopped = signal;
    return began();
  };
  const lost = errorOf(ada.once(PATH, work, { ...again, session: dying, owner: 'ada' }));
  await eventually(() => expect(began).toHaveBeenCalled());
  const next = bruno.once(PATH, ({ token }) => void tokens.push(token), again);
  await eventually(() => expect(served.cell.watcherCount).toBe(1));
  await dying.end();
  expect(stopped?.aborted).toBe(true);
  expect((await next).didRun).toBe(true);
  finish('too late');
  expect(await lost).toMatchObject({ reason: 'ONCE_LOST', message: expect.stringContaining('was done, but') });
  expect(tokens[1]).toBeGreaterThan(tokens[0]!);
  expect(text((await ada.onceWork.read(PATH)).result)).toBe('');
});

test('a death between effect and record: a person is asked, and what the person says stands', async () => {
  const ask: OnceOptions = { onDeath: 'ask', owner: 'ada' };
  const dies = async () => {
    const dying = await ada.openSession();
    const { began, finish } = held();
    const lost = reasonOf(ada.once(PATH, began, { ...ask, session: dying }));
    await eventually(() => expect(began).toHaveBeenCalled());
    await dying.end();
    finish('too late');
    expect(await lost).toBe('ONCE_LOST');
  };
  await dies();
  const refused = await errorOf(bruno.once(PATH, () => 'twice', ask));
  expect(refused).toMatchObject({
    reason: 'ONCE_UNRESOLVED',
    message: expect.stringMatching(/ada .*A person has to say/),
  });
  expect((await ada.onceWork.list({ state: 'unknown' })).works).toMatchObject([{ path: PATH, owner: 'ada' }]);
  await ada.onceWork.resolve(PATH, { isDone: false, by: 'carla', why: 'nothing in the bank' });
  expect(await stateOf()).toBe('open');
  await dies();
  await ada.onceWork.resolve(PATH, { isDone: true, result: 'paid', by: 'carla' });
  expect(text((await bruno.once(PATH, () => 'twice', ask)).result)).toBe('paid');
  expect(await reasonOf(ada.onceWork.resolve(PATH, { isDone: true, by: 'carla' }))).toBe('ONCE_SETTLED');
});

test('work that fails was not done, unless its caller knows better', async () => {
  const fails = () => Promise.reject(new Error('no\nmoney'));
  await expect(ada.once(PATH, fails, again)).rejects.toThrow('no\nmoney');
  expect((await ada.onceWork.read(PATH)).work).toMatchObject({
    state: 'open',
    ended: { kind: 'abandoned', why: 'no money' },
  });
  const session = await ada.openSession();
  const unsure: OnceOptions = { onDeath: 'ask', session, isUndone: () => false };
  await expect(ada.once(PATH, fails, unsure)).rejects.toThrow('no\nmoney');
  expect(await stateOf()).toBe('claimed');
  await session.end();
  expect(await stateOf()).toBe('unknown');
});

test('a wait for somebody else ends with its time, or when it is cancelled', async () => {
  const { began, finish } = held();
  const first = ada.once(PATH, began, { ...again, owner: 'the importer' });
  await eventually(() => expect(began).toHaveBeenCalled());
  const late = await errorOf(bruno.once(PATH, () => 'twice', { ...again, timeoutMs: 20 }));
  expect(late).toMatchObject({ reason: 'ONCE_CLAIMED', message: expect.stringContaining('the importer') });
  const stop = new AbortController();
  const cancelled = reasonOf(bruno.once(PATH, () => 'twice', { ...again, signal: stop.signal }));
  await eventually(() => expect(served.cell.watcherCount).toBe(1));
  stop.abort();
  expect(await cancelled).toBe('CANCELLED');
  expect(await reasonOf(ada.onceWork.forget(PATH))).toBe('ONCE_CLAIMED');
  finish('');
  await first;
});

test('a claim whose answer was lost is given back, so that nobody waits for it', async () => {
  await ada.put('/warm', 'up');
  const stop = new AbortController();
  served.cell.stall(true);
  const claim = reasonOf(ada.once(PATH, () => 'x', { ...again, signal: stop.signal }));
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  stop.abort();
  expect(await claim).toBe('CANCELLED');
  served.cell.stall(false);
  await eventually(async () => expect((await ada.onceWork.read(PATH)).work?.ended?.kind).toBe('abandoned'));
});

test('a result that may have been recorded before the session ended is not called unrecorded', async () => {
  const { cell } = served;
  const write = cell.write.bind(cell);
  let asked = 0;
  vi.spyOn(cell, 'write').mockImplementation(async (command, options) => {
    if (command.kind !== 'recordOnce') return await write(command, options);
    asked += 1;
    if (asked > 1) throw new CellError('SESSION_UNKNOWN', 'there is no such session');
    await write(command, options);
    throw new CellError('OUTCOME_UNKNOWN', 'nobody can tell', { effect: 'unknown' });
  });
  const session = await ada.openSession();
  expect(await errorOf(ada.once(PATH, () => 'x', { ...again, session }))).toMatchObject({
    reason: 'ONCE_LOST',
    effect: 'unknown',
  });
  expect(await stateOf()).toBe('done');
});

test('whoever works is told before its claim can have ended, and writes only as long as it has not', async () => {
  const session = await ada.openSession({ ttlMs: 1_500 });
  let refusal: unknown;
  const work = ada.once(
    PATH,
    async ({ signal, writing }) => {
      await ada.put('/state', 'mine', writing);
      vi.spyOn(served.cell, 'renew').mockReturnValue(new Promise(() => {}));
      while (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      expect(await stateOf()).toBe('claimed');
      served.cell.fireTimer(`session/${session.id}`);
      refusal = await reasonOf(ada.put('/state', 'still mine', writing));
    },
    { ...again, session },
  );
  expect(await reasonOf(work)).toBe('ONCE_LOST');
  expect(refusal).toBe('SESSION_UNKNOWN');
  expect(await stateOf()).toBe('open');
});

test('a list comes in pages, and a watch tells how work stands', async () => {
  for (const path of ['/b', '/a', '/c/d']) await ada.once(path, () => path, again);
  const page = await ada.onceWork.list({ limit: 2 });
  expect([page.works.map(({ path }) => path), page.more]).toEqual([['/a', '/b'], true]);
  const rest = await ada.onceWork.list({ after: '/b' });
  expect([rest.works.map(({ path }) => path), rest.more]).toEqual([['/c/d'], false]);
  expect((await ada.onceWork.list({ prefix: '/c' })).works).toHaveLength(1);
  await expect(ada.once('/d', () => Promise.reject(new Error('no')), again)).rejects.toThrow('no');
  expect((await ada.onceWork.list({ state: 'open' })).works).toMatchObject([{ path: '/d' }]);
  expect((await ada.onceWork.list({ state: 'claimed' })).works).toEqual([]);
  const stop = new AbortController();
  const told: unknown[] = [];
  const watching = (async () => {
    for await (const work of bruno.onceWork.watch(PATH, { signal: stop.signal })) told.push(work?.state);
  })();
  await eventually(() => expect(told).toEqual([undefined]));
  await ada.once(PATH, () => 'x', again);
  await eventually(() => expect(told.at(-1)).toBe('done'));
  stop.abort();
  await watching;
});
