// Guards queues against a model that a person can check: whatever happens, both give out the same entry next, with what the
// last worker left, and keep the same states.

import { expect, it } from 'vitest';
import type { NewEntry, QueueOutcome } from '../../src/agent/machine/queue-types.ts';
import { fc } from '../support/property.ts';
import { openSession, textOf } from './driver.ts';
import { QueueModel } from './queue-model.ts';
import { checkpoint, claimEntry, complete, enqueue, entry, fail, Workers } from './work-driver.ts';

const Q = '/jobs';

type Move =
  | { readonly kind: 'enqueue'; readonly entries: readonly NewEntry[] }
  | { readonly kind: 'claim'; readonly worker: string; readonly leaseTtlMs: number; readonly who: number }
  | {
      readonly kind: 'report';
      readonly what: 'complete' | 'fail' | 'give up' | 'checkpoint';
      readonly pick: number;
      readonly isOwn: boolean;
    }
  | { readonly kind: 'end' | 'fire' | 'requeue' | 'remove'; readonly pick: number };

const small = fc.nat({ max: 6 });
const newEntry = fc.record({
  after: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
  afterInBatch: fc.array(fc.nat({ max: 1 }), { maxLength: 1 }),
  assignee: fc.constantFrom('', '', 'w'),
  maxAttempts: fc.constantFrom(0, 1, 2),
  backoffMs: fc.constantFrom(0, 1_000),
});
const batch = fc
  .array(newEntry, { minLength: 1, maxLength: 3 })
  .map((added) =>
    added.map((parts) =>
      entry('p', { ...parts, afterInBatch: parts.afterInBatch.filter((place) => place < added.length) }),
    ),
  );
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('enqueue' as const), entries: batch }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      worker: fc.constantFrom('', 'w'),
      leaseTtlMs: fc.constantFrom(0, 1_000),
      who: small,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      what: fc.constantFrom(
        'complete' as const,
        'complete' as const,
        'fail' as const,
        'give up' as const,
        'checkpoint' as const,
      ),
      pick: small,
      isOwn: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  fc.record({
    kind: fc.constantFrom('end' as const, 'fire' as const, 'requeue' as const, 'remove' as const),
    pick: small,
  }),
);

class Comparison {
  readonly #model = new QueueModel();
  readonly #sessions = ['s0', 's1', 's2'];
  readonly #cell = new Workers(this.#sessions);
  readonly #claims: { seq: number; token: number; session: string; timerId: string }[] = [];
  #highest = 0;

  step(next: Move): void {
    if (next.kind === 'enqueue') {
      const result = this.#cell.as(this.#sessions[0]!, enqueue(Q, ...next.entries));
      expect(result.kind === 'written').toBe(this.#model.enqueue(next.entries));
    } else if (next.kind === 'claim') this.#claim(next.worker, next.leaseTtlMs, this.#sessions[next.who % 3]!);
    else if (next.kind === 'report') this.#report(next.what, next.pick, next.isOwn);
    else this.#disturb(next.kind, next.pick);
    this.#compare();
  }

  #claim(worker: string, leaseTtlMs: number, session: string): void {
    const expected = this.#model.next(worker);
    const result = this.#cell.by(session, claimEntry(Q, worker, leaseTtlMs));
    const { state, seqs, token, timerId } = result.outcome as QueueOutcome;
    expect(state).toBe(expected === undefined ? 'empty' : 'claimed');
    if (expected === undefined) return;
    expect(seqs).toEqual([expected.seq]);
    expect(token).toBeGreaterThan(this.#highest);
    this.#highest = token;
    expect(result.previous === undefined ? '' : textOf(result.previous.value)).toBe(expected.progress);
    Object.assign(expected, { state: 'claimed', attempts: expected.attempts + 1, token, session });
    this.#claims.push({ seq: expected.seq, token, session, timerId });
  }

  #report(what: 'complete' | 'fail' | 'give up' | 'checkpoint', pick: number, isOwn: boolean): void {
    const claim = this.#claims.at(-1 - (pick % Math.max(1, this.#claims.length)));
    if (claim === undefined) return;
    const { seq, token } = claim;
    const session = isOwn ? claim.session : this.#sessions.find((other) => other !== claim.session)!;
    const progress = `${token}`;
    const commands = {
      complete: complete(Q, seq, token),
      fail: fail(Q, seq, token),
      'give up': fail(Q, seq, token, false),
      checkpoint: checkpoint(Q, seq, token, progress),
    };
    const known = this.#model.entries.find((candidate) => candidate.seq === seq);
    const isValid = known?.state === 'claimed' && known.token === token && known.session === session;
    if (!isValid) {
      this.#cell.unchangedBy(session, commands[what]);
      return;
    }
    this.#cell.by(session, commands[what]);
    if (what === 'checkpoint') known.progress = progress;
    else if (what === 'complete') known.state = 'done';
    else this.#model.lose(known, 'failed', what === 'fail');
  }

  #disturb(kind: 'end' | 'fire' | 'requeue' | 'remove', pick: number): void {
    if (kind === 'end') {
      const session = this.#sessions[pick % 3]!;
      this.#cell.end(session);
      const heir = `${session}x`;
      this.#sessions[pick % 3] = heir;
      this.#cell.sessionless(openSession(heir));
      for (const known of this.#model.entries) {
        if (known.state === 'claimed' && known.session === session) this.#model.lose(known, 'lost');
      }
    } else if (kind === 'fire') this.#fire(pick);
    else {
      const known = this.#model.entries[pick % Math.max(1, this.#model.entries.length)];
      if (known === undefined) return;
      const command = { kind: `${kind}Entry` as const, path: Q, seq: known.seq };
      const isValid = kind === 'requeue' ? known.state === 'dead' : known.state !== 'claimed';
      if (!isValid) this.#cell.unchangedBy(this.#sessions[0]!, command);
      else {
        this.#cell.by(this.#sessions[0]!, command);
        if (kind === 'remove') this.#model.remove(known);
        else Object.assign(known, { state: 'ready', attempts: 0 });
      }
    }
  }

  /** The lease of a claim ends, or the delay of an entry. */
  #fire(pick: number): void {
    const claim = this.#claims.at(-1 - (pick % Math.max(1, this.#claims.length)));
    if (claim === undefined) return;
    const known = this.#model.entries.find(({ seq }) => seq === claim.seq);
    const hasLease = claim.timerId !== '' && known?.state === 'claimed' && known.token === claim.token;
    expect(claim.timerId !== '' && this.#cell.fire(claim.timerId)).toBe(hasLease);
    if (hasLease) this.#model.lose(known, 'lost');
    else if (known?.state === 'delayed') {
      const { number } = this.#cell.queueAt(Q)!;
      expect(this.#cell.fire(`entry-delay/${number}/${String(known.seq).padStart(16, '0')}`)).toBe(true);
      known.state = 'ready';
    }
  }

  #compare(): void {
    const counts = { waiting: 0, ready: 0, claimed: 0, delayed: 0, dead: 0 };
    for (const known of this.#model.entries) {
      const state = this.#model.stateOf(known);
      const record = this.#cell.entryAt(Q, known.seq);
      expect([known.seq, record?.state, record?.attempts]).toEqual([known.seq, state, known.attempts]);
      if (state !== 'done') counts[state] += 1;
    }
    expect(this.#cell.queueAt(Q)?.counts ?? counts).toMatchObject(counts);
  }
}

it('a queue does what its model does', () => {
  fc.assert(
    fc.property(fc.array(move, { minLength: 5, maxLength: 60 }), (moves) => {
      const comparison = new Comparison();
      for (const next of moves) comparison.step(next);
    }),
    { numRuns: 200 },
  );
});
