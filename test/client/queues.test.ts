/** Guards queues as programs use them: order, dependencies, checkpoints that outlive a worker, leases, and the loop that works. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CellError } from '../../src/agent/host/cell-port.ts';
import { type ClaimedEntry, connect, type SynodClient } from '../../src/client/index.ts';
import { eventually } from '../support/eventually.ts';
import type { ServedApi } from '../support/served-api.ts';
import { reasonOf, serveTwoPrograms, stopPrograms, type TwoPrograms } from '../support/two-programs.ts';

const PATH = '/mail';

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
const statesOf = async () => (await ada.queue(PATH).entries()).entries.map(({ state }) => state);
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

test('entries are done after what they depend on, and one that was waited for is handed out when it comes', async () => {
  const queue = ada.queue(PATH, { worker: 'ada' });
  const waiting = queue.claim();
  await eventually(() => expect(served.cell.watcherCount).toBe(1));
  expect(await queue.enqueue([{ payload: 'first' }, { payload: 'second', afterInBatch: [0] }])).toEqual([1, 2]);
  const first = (await waiting)!;
  expect([first.seq, text(first.payload), first.progress, first.attempt]).toEqual([1, 'first', undefined, 1]);
  expect(await bruno.queue(PATH).claim({ timeoutMs: 0 })).toBeUndefined();
  expect(await bruno.queue(PATH).claim({ timeoutMs: 20 })).toBeUndefined();
  await first.complete('sent');
  const second = (await bruno.queue(PATH).claim())!;
  expect(second.seq).toBe(2);
  await second.complete();
  expect(text((await queue.entry(1))?.result)).toBe('sent');
  expect((await ada.queues({ prefix: PATH })).queues).toMatchObject([{ path: PATH, counts: { done: 2, ready: 0 } }]);
});

test('a worker that dies is followed by another, from the last checkpoint and with a higher token', async () => {
  await ada.queue(PATH).enqueue({ payload: 'a long letter' });
  const dying = await ada.openSession();
  const lost = (await ada.queue(PATH, { session: dying, worker: 'ada' }).claim())!;
  await lost.checkpoint('page 3');
  const next = bruno.queue(PATH, { worker: 'bruno' }).claim();
  await dying.end();
  const taken = (await next)!;
  expect([text(taken.payload), text(taken.progress), taken.attempt]).toEqual(['a long letter', 'page 3', 2]);
  expect(taken.token).toBeGreaterThan(lost.token);
  expect(lost.signal.aborted).toBe(true);
  expect(lost.signal.reason).toMatchObject({ reason: 'CLAIM_LOST' });
  expect(await reasonOf(lost.complete('late'))).toBe('SESSION_UNKNOWN');
  await taken.complete('sent');
  expect(text((await ada.queue(PATH).entry(1))?.result)).toBe('sent');
});

test('a lease is kept alive on the stream of renewals; when it has ended the worker is told, and its word counts no more', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x' });
  const entry = (await ada.queue(PATH, { worker: 'ada' }).claim({ leaseTtlMs: 2_400 }))!;
  const renewed = () => served.cell.renewals.flat().filter((item) => item.timerId.startsWith('entry/'));
  await eventually(() => expect(renewed().length).toBeGreaterThan(1));
  expect(entry.signal.aborted).toBe(false);
  expect(entry.certainMs).toBeGreaterThan(0);
  served.cell.fireTimer(renewed()[0]!.timerId);
  await aborted(entry.signal);
  expect(entry.signal.reason).toMatchObject({ reason: 'CLAIM_LOST', message: expect.stringContaining('lease') });
  const taken = (await bruno.queue(PATH).claim())!;
  expect(await reasonOf(entry.complete())).toBe('TOKEN_STALE');
  await taken.complete();
});

test('a worker whose renewals are not acknowledged stops before its lease can end', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x' });
  const entry = (await ada.queue(PATH).claim({ leaseTtlMs: 300 }))!;
  vi.spyOn(served.cell, 'renew').mockReturnValue(new Promise(() => {}));
  await aborted(entry.signal);
  expect(entry.signal.reason).toMatchObject({ reason: 'CLAIM_LOST', message: expect.stringContaining('in time') });
  expect(await statesOf()).toEqual(['claimed']);
});

test('whoever leaves a claim without a word has failed it', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x', backoffMs: 0 });
  {
    await using entry = (await ada.queue(PATH).claim())!;
    expect(entry.isSettled).toBe(false);
  }
  expect((await ada.queue(PATH).entries()).entries).toMatchObject([
    { state: 'ready', ended: { kind: 'failed', why: 'its worker left it unfinished' } },
  ]);
  {
    await using entry = (await ada.queue(PATH).claim())!;
    await entry.complete();
  }
  expect(await statesOf()).toEqual(['done']);
});

test('what was said of an entry is heard once, also when no answer came and it is said again', async () => {
  await ada.queue(PATH).enqueue([{ payload: 'x' }, { payload: 'y', backoffMs: 0 }]);
  const entry = (await ada.queue(PATH).claim())!;
  const impatient = new AbortController();
  served.cell.stall(true);
  const unheard = entry.complete('done', { signal: impatient.signal });
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  impatient.abort();
  expect(await reasonOf(unheard)).toBe('CANCELLED');
  served.cell.stall(false);
  await eventually(async () => expect(await statesOf()).toEqual(['done', 'ready']));
  await entry.complete('done');
  expect(entry.signal.aborted).toBe(false);
  expect(entry.isSettled).toBe(true);
});

test('leaving a claim hides nothing of why it was left, and what could not be said is said later', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x', backoffMs: 0 });
  const left = async () => {
    await using entry = (await ada.queue(PATH).claim())!;
    served.cell.failure = new CellError('NO_MAJORITY', 'no majority');
    await entry.complete('done', { timeoutMs: 100 });
  };
  expect(await reasonOf(left())).toBe('NO_MAJORITY');
  served.cell.failure = undefined;
  await eventually(async () => expect(await statesOf()).toEqual(['ready']));
});

test('the loop does several at a time, fails what throws, and finishes what runs when it is told to stop', async () => {
  const stop = new AbortController();
  const told: string[] = [];
  const running: ClaimedEntry[] = [];
  const finish: (() => void)[] = [];
  await ada
    .queue(PATH)
    .enqueue([
      { payload: 'throws', backoffMs: 60_000 },
      { payload: 'hopeless' },
      { payload: 'held' },
      { payload: 'held' },
      { payload: 'never taken' },
    ]);
  const work = ada.queue(PATH, { worker: 'ada' }).work(
    async (entry) => {
      const payload = text(entry.payload);
      if (payload === 'throws') throw new Error('no such\naddress');
      if (payload === 'hopeless') return entry.fail('unreadable', { isRetried: false });
      running.push(entry);
      await new Promise<void>((resolve) => finish.push(resolve));
      return `did ${entry.seq}`;
    },
    { concurrency: 2, signal: stop.signal, leaseTtlMs: 5_000, onError: (error) => told.push(String(error)) },
  );
  await eventually(() => expect(running).toHaveLength(2));
  expect(await statesOf()).toEqual(['delayed', 'dead', 'claimed', 'claimed', 'ready']);
  stop.abort();
  const over = vi.fn();
  const ended = work.then(over);
  finish[0]!();
  await eventually(async () => expect(await statesOf()).toEqual(['delayed', 'dead', 'done', 'claimed', 'ready']));
  expect(over).not.toHaveBeenCalled();
  finish[1]!();
  await ended;
  expect(await statesOf()).toEqual(['delayed', 'dead', 'done', 'done', 'ready']);
  expect(told).toEqual(['Error: no such\naddress']);
  const { entries } = await ada.queue(PATH).entries();
  expect(entries.map(({ ended }) => ended?.why)).toEqual(['no such address', 'unreadable', '', '', undefined]);
});

test('an entry that is claimed by another and given back in one turn is not missed by who came in between', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x' });
  const [first, second] = await Promise.all([bruno.openSession(), bruno.openSession()]);
  await bruno.queue(PATH, { session: first }).claim();
  const { cell } = served;
  const write = cell.write.bind(cell);
  const late = Promise.withResolvers<void>();
  let asked = 0;
  vi.spyOn(cell, 'write').mockImplementation(async (command, options) => {
    // The first finds nothing; the second is made when it is told that the entry is back.
    if (command.kind === 'claimEntry' && command.worker === 'ada' && ++asked === 2) await late.promise;
    return await write(command, options);
  });
  const claim = ada.queue(PATH, { worker: 'ada' }).claim();
  await eventually(() => expect(cell.watcherCount).toBe(1));
  await first.end();
  await eventually(() => expect(asked).toBe(2));
  cell.stall(true);
  const other = bruno.queue(PATH, { session: second }).claim();
  await eventually(() => expect(cell.waitingWrites).toBe(1));
  late.resolve();
  await eventually(() => expect(cell.waitingWrites).toBe(2));
  const ended = second.end();
  await eventually(() => expect(cell.waitingWrites).toBe(3));
  cell.stall(false);
  await Promise.all([other, ended]);
  expect(await claim).toMatchObject({ seq: 1, attempt: 3 });
});

test('who waits at an agent that is left behind, and is given the state of others, goes on waiting', async () => {
  const { cell } = served;
  const watch = cell.watch.bind(cell);
  const leaveBehind: (() => void)[] = [];
  vi.spyOn(cell, 'watch').mockImplementation((query, sink) => {
    const handle = watch(query, sink);
    leaveBehind.push(() => {
      handle.cancel();
      sink.cut(new CellError('COMPACTED', 'history begins later', { floor: 9 }), 9);
    });
    return handle;
  });
  const claim = ada.queue(PATH).claim();
  await eventually(() => expect(cell.watcherCount).toBe(1));
  leaveBehind[0]!();
  await bruno.queue(PATH).enqueue({ payload: 'x' });
  expect(text((await claim)!.payload)).toBe('x');
});

test('a loop is told of an entry that was lost, also when the work on it went on to its end', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x' });
  const session = await ada.openSession();
  const told: unknown[] = [];
  const work = ada.queue(PATH, { session }).work(
    async (entry) => {
      await session.end();
      await aborted(entry.signal);
      return 'nobody hears of it';
    },
    { onError: (error) => told.push(error) },
  );
  expect(await reasonOf(work)).toBe('SESSION_UNKNOWN');
  expect(told).toMatchObject([{ reason: 'CLAIM_LOST' }]);
  expect(await statesOf()).toEqual(['ready']);
});

test('what a worker throws is kept as one short line, however much it is', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x', maxAttempts: 1 });
  const stop = new AbortController();
  const throwing = (): never => {
    throw new Error(`no such\naddress${' é'.repeat(1_000_000)}`);
  };
  await ada.queue(PATH).work(throwing, { signal: stop.signal, onError: () => stop.abort() });
  const [entry] = (await ada.queue(PATH).entries()).entries;
  expect(entry!.ended!.why).toMatch(/^no such address é é/);
  expect(Buffer.byteLength(entry!.ended!.why)).toBeLessThanOrEqual(256);
});

test('an entry that is being given out when the loop is told to stop is done, and costs no attempt', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x' });
  const stop = new AbortController();
  served.cell.stall(true);
  const work = ada.queue(PATH).work(() => 'done', { signal: stop.signal });
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  stop.abort();
  served.cell.stall(false);
  await work;
  expect((await ada.queue(PATH).entries()).entries).toMatchObject([{ state: 'done', attempts: 1 }]);
});

test('the loop lives through the absence of the cell, and ends with what cannot pass', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x' });
  const stop = new AbortController();
  served.cell.failure = new CellError('NO_MAJORITY', 'nobody answers');
  const impatient = connect({ endpoints: [served.address], timeoutMs: 100 });
  const work = impatient.queue(PATH).work(() => 'done', { signal: stop.signal });
  const asked = served.cell.writes.length;
  await eventually(() => expect(served.cell.writes.length).toBeGreaterThan(asked));
  served.cell.failure = undefined;
  await eventually(async () => expect(await statesOf()).toEqual(['done']));
  stop.abort();
  await work;
  expect(await reasonOf(impatient.queue('no path').work(() => 'done'))).toBe('INVALID_ARGUMENT');
  expect(await reasonOf(impatient.queue(PATH).work(() => 'done', { concurrency: 0 }))).toBe('INVALID_ARGUMENT');
  await impatient.close();
});

test('a claim whose answer was lost is given back, so that it is not held by nobody', async () => {
  await ada.queue(PATH).enqueue({ payload: 'x', backoffMs: 0 });
  await ada.put('/warm', 'up');
  const stop = new AbortController();
  served.cell.stall(true);
  const claim = ada.queue(PATH).claim({ signal: stop.signal });
  await eventually(() => expect(served.cell.waitingWrites).toBe(1));
  stop.abort();
  expect(await reasonOf(claim)).toBe('CANCELLED');
  served.cell.stall(false);
  const ended = { kind: 'failed', why: 'its worker gave up before it heard of the claim' };
  await eventually(async () =>
    expect((await ada.queue(PATH).entries()).entries).toMatchObject([{ state: 'ready', ended }]),
  );
});

test('the dead are tried again, taken out, or deleted with their queue; the watch tells of it', async () => {
  const stop = new AbortController();
  const told: string[] = [];
  const watching = (async () => {
    for await (const queue of bruno.queue(PATH).watch({ signal: stop.signal })) {
      told.push(queue === undefined ? 'none' : `${queue.counts.ready} ready, ${queue.counts.dead} dead`);
    }
  })();
  await eventually(() => expect(told).toEqual(['none']));
  const queue = ada.queue(PATH);
  await queue.enqueue({ payload: 'x' });
  const kill = async () => (await queue.claim())!.fail('no', { isRetried: false });
  await kill();
  await eventually(() => expect(told.at(-1)).toBe('0 ready, 1 dead'));
  await queue.requeue(1);
  expect(await reasonOf(queue.requeue(1))).toBe('ENTRY_NOT_DEAD');
  const entry = (await queue.claim())!;
  expect(await reasonOf(queue.remove(1))).toBe('ENTRY_CLAIMED');
  expect(await reasonOf(queue.delete())).toBe('ENTRY_CLAIMED');
  await entry.fail('no', { isRetried: false });
  await queue.remove(1);
  expect(await reasonOf(queue.remove(1))).toBe('ENTRY_UNKNOWN');
  await queue.delete();
  await eventually(() => expect(told.at(-1)).toBe('none'));
  stop.abort();
  await watching;
  expect((await queue.entries()).queue).toBeUndefined();
});
