// Guards queues: entries in order and after what they depend on, one worker at a time, and nothing lost with a worker.
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/agent/machine/commands.ts';
import { textOf } from './driver.ts';
import { checkpoint, claimEntry, complete, enqueue, entry, fail, Workers } from './work-driver.ts';

const Q = '/jobs';
const requeue = (seq: number): Command => ({ kind: 'requeueEntry', path: Q, seq });
const remove = (seq: number): Command => ({ kind: 'removeEntry', path: Q, seq });
const deleteQueue: Command = { kind: 'deleteQueue', path: Q };

/** Claims the next entry and returns its number and token. */
function take(cell: Workers, session: string, worker = '', leaseTtlMs = 0): { seq: number; token: number } {
  const outcome = cell.queue(session, claimEntry(Q, worker, leaseTtlMs));
  expect(outcome.state).toBe('claimed');
  return { seq: outcome.seqs[0]!, token: outcome.token };
}

function finish(cell: Workers, session: string): number {
  const { seq, token } = take(cell, session);
  cell.by(session, complete(Q, seq, token));
  return seq;
}

const isEmpty = (cell: Workers, worker = '') => cell.queue('s', claimEntry(Q, worker)).state === 'empty';

describe('a queue', () => {
  it('gives its entries out in order, each to one worker, with payload and a growing token', () => {
    const cell = new Workers(['s', 't']);
    expect(cell.queue('s', enqueue(Q, entry('one'), entry('two')))).toMatchObject({ state: 'enqueued', seqs: [1, 2] });
    expect(cell.queue('t', enqueue(Q, entry('three'))).seqs).toEqual([3]);
    const first = cell.by('s', claimEntry(Q));
    expect(textOf(first.current!.value)).toBe('one');
    expect(first).toMatchObject({
      previous: undefined,
      outcome: { state: 'claimed', seqs: [1], attempt: 1, timerId: '' },
    });
    const second = take(cell, 't');
    expect(second.seq).toBe(2);
    expect(second.token).toBeGreaterThan(cell.entryAt(Q, 1)!.token);
    expect(cell.queueAt(Q)?.counts).toEqual({ waiting: 0, ready: 1, claimed: 2, delayed: 0, done: 0, dead: 0 });
    expect(cell.queue('t', complete(Q, 2, second.token, 'fine')).state).toBe('done');
    expect(cell.entryAt(Q, 2)).toMatchObject({ state: 'done', resultBytes: 4, ended: { kind: 'completed' } });
    expect(finish(cell, 't')).toBe(3);
    expect(cell.by('t', claimEntry(Q))).toMatchObject({ succeeded: false, outcome: { state: 'empty', seqs: [] } });
    expect(cell.queueAt(Q)?.counts).toEqual({ waiting: 0, ready: 0, claimed: 1, delayed: 0, done: 2, dead: 0 });
  });

  it('is empty before its first entry', () => {
    const cell = new Workers(['s']);
    expect(isEmpty(cell)).toBe(true);
    expect(cell.queueAt(Q)).toBeUndefined();
  });

  it('gives an entry only to its assignee', () => {
    const cell = new Workers(['s', 't']);
    cell.by('s', enqueue(Q, entry('a', { assignee: 'Zoë' }), entry('b'), entry('c', { assignee: 'Zoë/x' })));
    expect(take(cell, 's', 'Ada').seq).toBe(2);
    expect(isEmpty(cell, 'Ada')).toBe(true);
    expect(isEmpty(cell)).toBe(true);
    expect(take(cell, 't', 'Zoë').seq).toBe(1);
    expect(isEmpty(cell, 'Zoë')).toBe(true);
    expect(take(cell, 't', 'Zoë/x').seq).toBe(3);
  });

  it('gives a worker the oldest of what anybody may do and what only it may', () => {
    const cell = new Workers(['s']);
    const mine = entry('mine', { assignee: 'Ada' });
    cell.by('s', enqueue(Q, entry(), mine, mine, entry()));
    expect([1, 2, 3, 4].map(() => take(cell, 's', 'Ada').seq)).toEqual([1, 2, 3, 4]);
  });

  it('holds an entry back until all it depends on is done', () => {
    const cell = new Workers(['s']);
    cell.by('s', enqueue(Q, entry(), entry()));
    cell.by(
      's',
      enqueue(Q, entry('join', { after: [1, 2, 2], afterInBatch: [1] }), entry(), entry('last', { afterInBatch: [0] })),
    );
    expect(cell.entryAt(Q, 3)).toMatchObject({ state: 'waiting', after: [1, 2, 4], open: 3 });
    const claims = [take(cell, 's'), take(cell, 's'), take(cell, 's')];
    expect(claims.map(({ seq }) => seq)).toEqual([1, 2, 4]);
    for (const { seq, token } of claims) {
      expect(isEmpty(cell)).toBe(true);
      cell.by('s', complete(Q, seq, token));
    }
    expect(finish(cell, 's')).toBe(3);
    expect(finish(cell, 's')).toBe(5);
    // What is done already is no reason to wait.
    cell.by('s', enqueue(Q, entry('x', { after: [1, 5] })));
    expect(finish(cell, 's')).toBe(6);
  });

  it('refuses entries that wait for each other, or for what was never enqueued, and changes nothing', () => {
    const cell = new Workers(['s']);
    const cycle = enqueue(
      Q,
      entry('a', { afterInBatch: [2] }),
      entry('b', { afterInBatch: [0] }),
      entry('c', { afterInBatch: [1] }),
    );
    expect(cell.unchangedBy('s', cycle)).toMatchObject({
      reason: 'CIRCULAR_DEPENDENCY',
      message: 'the entries of this command wait for each other: 0 after 2 after 1 after 0',
    });
    expect(cell.unchangedBy('s', enqueue(Q, entry('a', { afterInBatch: [0] }))).reason).toBe('CIRCULAR_DEPENDENCY');
    expect(cell.unchangedBy('s', enqueue(Q, entry('a', { after: [1] })))).toMatchObject({
      reason: 'DEPENDENCY_UNKNOWN',
      message: 'there is no entry 1 in "/jobs" to depend on: it has none yet',
    });
    cell.by('s', enqueue(Q, entry()));
    // Not even on itself, by a number that it would get.
    expect(cell.unchangedBy('s', enqueue(Q, entry('a', { after: [2] }))).message).toContain('the newest is 1');
    // A diamond is no cycle.
    const diamond = [entry(), entry('l', { afterInBatch: [0] }), entry('r', { afterInBatch: [0] })];
    expect(cell.queue('s', enqueue(Q, ...diamond, entry('join', { afterInBatch: [1, 2] }))).seqs).toHaveLength(4);
  });

  it('tries again what failed, later each time, and gives up after so many attempts', () => {
    const cell = new Workers(['s']);
    cell.by(
      's',
      enqueue(Q, entry('p', { maxAttempts: 4, backoffMs: 1_000, backoffMaxMs: 3_000 }), entry('q', { after: [] })),
    );
    const id = `${cell.queueAt(Q)!.number}/0000000000000001`;
    for (const [attempt, delayMs] of [1_000, 2_000, 3_000].entries()) {
      const { seq, token } = take(cell, 's');
      expect(seq).toBe(1);
      expect(cell.queue('s', fail(Q, seq, token))).toMatchObject({ state: 'delayed', delayMs, attempt: attempt + 1 });
      expect(cell.system(`timers/entry-delay/${id}`)).toMatchObject({ ttlMs: delayMs });
      expect(cell.fire(`entry-delay/${id}`)).toBe(true);
      expect(cell.entryAt(Q, 1)).toMatchObject({ state: 'ready', ended: { kind: 'failed', why: 'it broke' } });
    }
    const { token } = take(cell, 's');
    expect(cell.queue('s', fail(Q, 1, token))).toMatchObject({ state: 'dead', delayMs: 0, attempt: 4 });
    expect(cell.fire(`entry-delay/${id}`)).toBe(false);
    expect(cell.queueAt(Q)?.counts).toMatchObject({ ready: 1, dead: 1, delayed: 0 });
    expect(cell.unchangedBy('s', requeue(2))).toMatchObject({ reason: 'ENTRY_NOT_DEAD' });
    cell.by('s', requeue(1));
    expect(take(cell, 's').seq).toBe(1);
    expect(cell.entryAt(Q, 1)).toMatchObject({ attempts: 1 });
  });

  it('does not delay an entry without a backoff, however often it has failed', () => {
    const cell = new Workers(['s']);
    cell.by('s', enqueue(Q, entry()));
    for (let attempt = 1; attempt <= 1_100; attempt += 1) {
      const { seq, token } = take(cell, 's');
      cell.by('s', fail(Q, seq, token));
    }
    expect(cell.entryAt(Q, 1)).toMatchObject({ state: 'ready', attempts: 1_100, delayMs: 0 });
  });

  it('lets a worker give up at once; who depends on a dead entry waits until it is requeued or taken out', () => {
    const cell = new Workers(['s']);
    cell.by('s', enqueue(Q, entry(), entry('b', { afterInBatch: [0] })));
    const { token } = take(cell, 's');
    expect(cell.queue('s', fail(Q, 1, token, false)).state).toBe('dead');
    cell.by('s', enqueue(Q, entry('c', { after: [1] })));
    expect(isEmpty(cell)).toBe(true);
    expect(cell.queue('s', remove(1)).state).toBe('removed');
    expect(cell.entryAt(Q, 1)).toBeUndefined();
    cell.by('s', enqueue(Q, entry('d', { after: [1] })));
    expect([finish(cell, 's'), finish(cell, 's'), finish(cell, 's')]).toEqual([2, 3, 4]);
  });
});

describe('a worker', () => {
  it.each([
    ['its session ends', 0, (cell: Workers) => cell.end('s'), 'sessionEnded'],
    ['its lease ends', 500, (cell: Workers) => cell.fire(cell.timer), 'expired'],
  ] as const)(
    'that is lost because %s is followed from its last checkpoint, with a higher token',
    (_, leaseTtlMs, lose, kind) => {
      const cell = new Workers(['s', 't']);
      cell.by('s', enqueue(Q, entry('p')));
      const claim = cell.queue('s', claimEntry(Q, 'w', leaseTtlMs));
      cell.timer = claim.timerId;
      expect(claim.timerId).toBe(
        leaseTtlMs > 0 ? `entry/${cell.queueAt(Q)!.number}/0000000000000001/${claim.token}` : '',
      );
      cell.by('s', checkpoint(Q, 1, claim.token, '10 %'));
      cell.by('s', checkpoint(Q, 1, claim.token, '50 %'));
      lose(cell);
      expect(cell.entryAt(Q, 1)).toMatchObject({
        state: 'ready',
        sessionId: '',
        ended: { kind, token: claim.token, worker: 'w' },
      });
      const next = cell.by('t', claimEntry(Q));
      expect(textOf(next.current!.value)).toBe('p');
      expect(textOf(next.previous!.value)).toBe('50 %');
      expect(next.outcome).toMatchObject({ attempt: 2 });
      const { token } = cell.entryAt(Q, 1)!;
      expect(token).toBeGreaterThan(claim.token);
      const late = [complete, fail, checkpoint].map((say) => say(Q, 1, claim.token, 'x' as never));
      for (const command of late) {
        const session = leaseTtlMs > 0 ? 's' : 't';
        expect(cell.unchangedBy(session, command)).toMatchObject({ reason: 'TOKEN_STALE', holder: 't' });
      }
      const progress = `/_internal/queue-progress/${cell.queueAt(Q)!.number}/0000000000000001`;
      expect(cell.machine.get('system', progress)).toBeDefined();
      expect(cell.queue('t', complete(Q, 1, token)).state).toBe('done');
      expect(cell.machine.get('system', progress)).toBeUndefined();
      expect(cell.unchangedBy('t', complete(Q, 1, token)).message).toContain(
        `it is done; the claim with token ${token} completed`,
      );
    },
  );

  it('whose lease has ended is told so, and who renews late does not keep the next one alive', () => {
    const cell = new Workers(['s', 't']);
    cell.by('s', enqueue(Q, entry()));
    const first = cell.queue('s', claimEntry(Q, 'w', 500));
    cell.fire(first.timerId);
    const message = cell.unchangedBy('s', complete(Q, 1, first.token)).message;
    expect(message).toContain(`it is ready; the claim with token ${first.token} expired in slot`);
    const second = cell.queue('t', claimEntry(Q, 'w', 500));
    expect(second.timerId).not.toBe(first.timerId);
    expect(cell.fire(first.timerId)).toBe(false);
    cell.by('t', complete(Q, 1, second.token));
    expect(cell.fire(second.timerId)).toBe(false);
  });

  it('must not speak for another session, nor of what is not there', () => {
    const cell = new Workers(['s', 't']);
    expect(cell.unchangedBy('s', complete(Q, 1, 5)).reason).toBe('QUEUE_UNKNOWN');
    cell.by('s', enqueue(Q, entry()));
    const { token } = take(cell, 's');
    expect(cell.unchangedBy('t', complete(Q, 1, token))).toMatchObject({ reason: 'TOKEN_STALE', holder: 's' });
    expect(cell.unchangedBy('s', complete(Q, 2, token))).toMatchObject({
      reason: 'ENTRY_UNKNOWN',
      message: 'there is no entry 2 in "/jobs": the newest is 1',
    });
    expect(cell.unchangedBy('t', remove(1))).toMatchObject({ reason: 'ENTRY_CLAIMED', holder: 's' });
    expect(cell.unchangedBy('t', deleteQueue).reason).toBe('ENTRY_CLAIMED');
    expect(cell.unchangedBy('nobody', claimEntry(Q)).reason).toBe('SESSION_UNKNOWN');
  });

  it('that dies each time does so only as often as the entry has attempts', () => {
    const cell = new Workers(['s', 't']);
    cell.by('s', enqueue(Q, entry('p', { maxAttempts: 2 })));
    for (const session of ['s', 't']) {
      take(cell, session);
      cell.end(session);
    }
    expect(cell.entryAt(Q, 1)).toMatchObject({ state: 'dead', attempts: 2, ended: { kind: 'sessionEnded' } });
  });

  it('gets an entry that came back before younger ones', () => {
    const cell = new Workers(['s', 't']);
    cell.by('s', enqueue(Q, entry(), entry(), entry()));
    take(cell, 't');
    take(cell, 't');
    cell.end('t');
    expect([take(cell, 's').seq, take(cell, 's').seq, take(cell, 's').seq]).toEqual([1, 2, 3]);
  });
});

describe('what is kept of a queue', () => {
  it('is all gone when it is deleted, whatever its entries were doing', () => {
    const cell = new Workers(['s']);
    const retried = entry('r', { backoffMs: 1_000 });
    cell.by(
      's',
      enqueue(Q, retried, entry(), entry(), entry('w', { afterInBatch: [2] }), entry('a', { assignee: 'x' })),
    );
    const [first, second, third] = [take(cell, 's'), take(cell, 's'), take(cell, 's')];
    cell.by('s', checkpoint(Q, third.seq, third.token, 'half'));
    cell.by('s', fail(Q, first.seq, first.token));
    cell.by('s', complete(Q, second.seq, second.token, 'r'));
    cell.by('s', fail(Q, third.seq, third.token, false));
    expect(cell.queueAt(Q)?.counts).toEqual({ waiting: 1, ready: 1, claimed: 0, delayed: 1, done: 1, dead: 1 });
    expect(cell.queue('s', deleteQueue).state).toBe('removed');
    const left = cell.machine.range('system', { start: '/_internal/', end: '/_internal0', limit: 0 });
    expect(left.map(({ key }) => key).filter((key) => /queue|entry/.test(key))).toEqual([]);
    const plain = cell.store.rangePlain('/_internal/queue-index/', '/_internal/queue-index0', 0);
    expect(plain.filter(({ key }) => !key.endsWith('/done-count'))).toEqual([]);
    // A new one of the same name has nothing to do with it.
    expect(cell.queue('s', enqueue(Q, entry('new'))).seqs).toEqual([1]);
    expect(textOf(cell.by('s', claimEntry(Q)).current!.value)).toBe('new');
  });

  it('of its newest entries that are done', () => {
    const cell = new Workers(['s']);
    for (let index = 0; index < 1_280; index += 1) {
      cell.by('s', enqueue(Q, entry('p', { after: index === 0 ? [] : [index] })));
      finish(cell, 's');
    }
    expect(cell.entryAt(Q, 256)).toBeUndefined();
    expect(cell.entryAt(Q, 257)).toMatchObject({ state: 'done' });
    expect(cell.queueAt(Q)?.counts.done).toBe(1_280);
    expect(cell.refused('s', requeue(1)).message).toContain('done long ago');
    cell.by('s', enqueue(Q, entry('p', { after: [1, 256, 1_280] })));
    expect(finish(cell, 's')).toBe(1_281);
  });
});

describe('ten thousand entries', () => {
  it('cost a claim no more than a few: it reads no entries but the one it gives out', () => {
    const cell = new Workers(['s']);
    for (let batch = 0; batch < 10_000 / 125; batch += 1) {
      cell.by('s', enqueue(Q, ...Array.from({ length: 125 }, () => entry())));
    }
    expect(cell.queueAt(Q)?.counts.ready).toBe(10_000);
    const reads = cell.countReads();
    for (let index = 0; index < 100; index += 1) finish(cell, 's');
    expect(reads.ranges).toBe(0);
    // Of each of the 200 commands: the queue, the entry, its bytes, its timers, the session.
    expect(reads.gets).toBeLessThan(200 * 20);
    expect(reads.plainKeys).toBeLessThanOrEqual(200 * 4);
    expect(reads.plainLimits).not.toContain(0);
  });
});

describe('what nobody may ask of a queue', () => {
  it.each([
    [enqueue('jobs', entry()), 'path that starts with /'],
    [enqueue(Q), 'no entry to enqueue'],
    [enqueue(Q, ...Array.from({ length: 129 }, () => entry())), 'at most 128 entries'],
    [enqueue(Q, entry('x', { afterInBatch: [1] })), 'from 0 to 0'],
    [enqueue(Q, entry('x', { after: [0] })), 'number it was given'],
    [enqueue(Q, entry('x', { after: Array.from({ length: 1_001 }, () => 1) })), 'at most 1000 others'],
    [enqueue(Q, entry('x', { maxAttempts: -1 })), 'number of attempts'],
    [enqueue(Q, entry('x', { backoffMs: 1 })), 'a TTL is'],
    [enqueue(Q, entry('x', { assignee: 'a\nb' })), 'control characters'],
    [enqueue(Q, entry('x'.repeat(1_048_577))), 'at most'],
    [claimEntry(Q, 'w', 1), 'a TTL is'],
    [checkpoint(Q, 1, 1, 'x'.repeat(524_289)), 'progress has at most 524288 bytes'],
    [complete(Q, 1, 0), 'a token is'],
    [fail(Q, 0, 1), 'number it was given'],
  ])('%# is refused: %s', (command, message) => {
    const cell = new Workers(['s']);
    expect(cell.unchangedBy('s', command)).toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });
});
