// Guards who is woken when an entry can be claimed: as many as there are entries for, in order, and always the next one.
import { expect, test, vi } from 'vitest';
import { queueMethods } from '../../../src/agent/api/coordination/queue-calls.ts';
import { type Turn, whenEntryClaimable } from '../../../src/agent/api/coordination/queue-turns.ts';
import type { CallContext } from '../../../src/agent/api/unary-call.ts';
import { ClaimEntryRequest, EntryState } from '../../../src/gen/synod/v1/queues.ts';
import { LoneCell } from '../../support/lone-cell.ts';

const PATH = '/mail';
const CALL: CallContext = {
  timeoutMs: 60_000,
  remainingMs: Number.POSITIVE_INFINITY,
  room: () => undefined,
  whenAbandoned: () => undefined,
  usesQuorum: () => undefined,
};
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

function queue() {
  const cell = new LoneCell();
  for (const sessionId of ['w', 'x']) cell.execute({ kind: 'openSession', sessionId, ttlMs: 30_000, owner: '' });
  const write = (command: Parameters<LoneCell['write']>[0], asSessionId = 'w') =>
    cell.write(command, { quorum: 'majority', timeoutMs: 60_000, asSessionId });
  return {
    cell,
    enqueue: (...assignees: string[]) => {
      const rest = { after: [], afterInBatch: [], maxAttempts: 0, backoffMs: 0, backoffMaxMs: 0 };
      const entries = assignees.map((assignee) => ({ payload: Buffer.from('x'), assignee, ...rest }));
      return write({ kind: 'enqueue', path: PATH, entries, owner: '' });
    },
    claim: async (worker = '', sessionId = 'w') =>
      (await write({ kind: 'claimEntry', path: PATH, worker, leaseTtlMs: 0 }, sessionId)).result,
    write,
  };
}

/** Who waits, and in which order the turns came. */
function line(cell: LoneCell) {
  const order: string[] = [];
  const turns = new Map<string, Turn>();
  const leaving = new AbortController();
  return {
    order,
    leave: () => leaving.abort(),
    wait: (name: string, { worker = '', signal = leaving.signal }: { worker?: string; signal?: AbortSignal } = {}) => {
      const turn = whenEntryClaimable(cell, PATH, worker, signal);
      turn.then((given) => {
        order.push(name);
        turns.set(name, given);
      });
      return turn;
    },
    end: (name: string) => turns.get(name)![Symbol.dispose](),
  };
}

test('an entry gives one turn, two entries two, to those who came first', async () => {
  const { cell, enqueue, claim } = queue();
  const { wait, order, end } = line(cell);
  for (const name of ['a', 'b', 'c', 'd']) wait(name);
  await enqueue('');
  await settled();
  expect(order).toEqual(['a']);
  await enqueue('');
  await settled();
  expect(order).toEqual(['a', 'b']);
  for (const name of ['a', 'b']) {
    await claim();
    end(name);
  }
  await settled();
  expect(order).toEqual(['a', 'b']);
  await enqueue('', '');
  await settled();
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  // Nobody waits: nothing is watched.
  expect(cell.watcherCount).toBe(0);
});

test('whoever is woken and dies before it claims leaves its turn to the next', async () => {
  const { cell, enqueue } = queue();
  const { wait, order, end } = line(cell);
  for (const name of ['a', 'b', 'c']) wait(name);
  await enqueue('');
  await settled();
  end('a');
  await settled();
  expect(order).toEqual(['a', 'b']);
  end('b');
  end('b');
  await settled();
  expect(order).toEqual(['a', 'b', 'c']);
});

test('an entry that comes back wakes the next: failed, its session ended, or requeued', async () => {
  const { cell, enqueue, claim, write } = queue();
  const { wait, order, end } = line(cell);
  for (const name of ['a', 'b', 'c', 'd']) wait(name);
  await enqueue('');
  await settled();
  const first = (await claim()).outcome as { token: number };
  end('a');
  await write({ kind: 'failEntry', path: PATH, seq: 1, token: first.token, why: '', isRetried: true });
  await settled();
  expect(order).toEqual(['a', 'b']);
  const second = (await claim('', 'x')).outcome as { token: number };
  end('b');
  await write({ kind: 'endSession', sessionId: 'x' });
  await settled();
  expect(order).toEqual(['a', 'b', 'c']);
  const third = (await claim()).outcome as { token: number };
  expect(third.token).toBeGreaterThan(second.token);
  end('c');
  await write({ kind: 'failEntry', path: PATH, seq: 1, token: third.token, why: '', isRetried: false });
  await settled();
  expect(order).toEqual(['a', 'b', 'c']);
  await write({ kind: 'requeueEntry', path: PATH, seq: 1 });
  await settled();
  expect(order).toEqual(['a', 'b', 'c', 'd']);
});

test('what somebody else took is no turn less for the next entry', async () => {
  const { cell, enqueue, claim } = queue();
  const { wait, order, end } = line(cell);
  for (const name of ['a', 'b']) wait(name);
  await enqueue('');
  // Through another agent, before the one that was woken.
  await claim('', 'x');
  expect((await claim()).succeeded).toBe(false);
  end('a');
  await settled();
  expect(order).toEqual(['a']);
  await enqueue('');
  await settled();
  expect(order).toEqual(['a', 'b']);
});

test('what is assigned wakes only its worker, who may have come last', async () => {
  const { cell, enqueue } = queue();
  const { wait, order, leave } = line(cell);
  wait('a');
  wait('b', { worker: 'bruno' });
  wait('c', { worker: 'carla' });
  wait('c2', { worker: 'carla' });
  await enqueue('dora', 'carla');
  await settled();
  expect(order).toEqual(['c']);
  await enqueue('', 'carla');
  await settled();
  expect(order).toEqual(['c', 'a', 'c2']);
  leave();
  await settled();
  expect(order).toEqual(['c', 'a', 'c2', 'b']);
});

test('whose time is up goes on and holds nobody up; when the agent ends, all are told', async () => {
  const { cell, enqueue, claim } = queue();
  const { wait, order, end } = line(cell);
  const over = new AbortController();
  wait('a', { signal: over.signal });
  wait('b');
  const last = whenEntryClaimable(cell, PATH, '', new AbortController().signal);
  over.abort();
  await settled();
  expect(order).toEqual(['a']);
  expect((await claim()).succeeded).toBe(false);
  end('a');
  await enqueue('');
  await settled();
  expect(order).toEqual(['a', 'b']);
  cell.cutWatches('this agent is ending');
  await expect(last).rejects.toMatchObject({ reason: 'SHUTTING_DOWN' });
  expect(cell.watcherCount).toBe(0);
});

test('workers that wait at an agent claim once each, and only when there is something for them', async () => {
  const { cell, enqueue } = queue();
  const { claimEntry } = queueMethods(cell);
  const options = { sessionId: '', asSessionId: 'w' };
  const request = ClaimEntryRequest.fromPartial({ path: Buffer.from(PATH), waitMs: 60_000, options });
  const given: number[] = [];
  const workers = Array.from({ length: 20 }, async (_, at) => {
    const { state, seqs } = await claimEntry.handle(request, CALL);
    expect(state).toBe(EntryState.CLAIMED);
    given.push(at);
    return seqs[0];
  });
  await settled();
  const before = cell.writes.length;
  await enqueue('', '', '');
  await vi.waitUntil(() => given.length === 3, { timeout: 20_000, interval: 5 });
  await settled();
  expect(cell.writes.length - before).toBe(1 + 3);
  await enqueue(...Array.from({ length: 17 }, () => ''));
  expect(await Promise.all(workers)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(given).toEqual(Array.from({ length: 20 }, (_, at) => at));
  expect(cell.writes.length - before).toBe(2 + 20);
});
