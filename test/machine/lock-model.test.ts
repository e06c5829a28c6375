// Guards that locks with their indexes do exactly what a plain model without any does, whatever is asked in whatever
// order; that nobody ever waits for itself; and that nothing is left in the indexes (invariants 11 and 13).

import { describe, expect, it } from 'vitest';
import { LOCKS } from '../../src/agent/machine/coordination-records.ts';
import { fc } from '../support/property.ts';
import { acquire, cancel, forceRelease, release, Sessions } from './coordination-driver.ts';
import { openSession } from './driver.ts';
import { LockModel } from './lock-model.ts';

const SESSIONS = ['s', 't', 'u', 'v'];
const PATHS = [
  '/a/_lockable',
  '/a/_lockable/b/_lockable',
  '/a/_lockable/c/_lockable',
  '/a/_lockable/b/_lockable/d/_lockable',
  '/x/_lockable',
  '/x/_lockable/y/_lockable',
  '/z/_lockable',
];

type Step =
  | { readonly kind: 'acquire'; readonly wait: boolean; readonly leased: boolean; readonly delays: boolean }
  | { readonly kind: 'release' | 'cancel' | 'force' | 'end' | 'expire' | 'endDelay' };

const step: fc.Arbitrary<Step & { session: string; path: string }> = fc
  .record({
    session: fc.constantFrom(...SESSIONS),
    path: fc.constantFrom(...PATHS),
    what: fc.oneof(
      {
        weight: 10,
        arbitrary: fc.record({
          kind: fc.constant('acquire' as const),
          wait: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
          leased: fc.boolean(),
          delays: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        }),
      },
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('release' as const) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'expire' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('force' as const, 'end' as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('endDelay' as const) }) },
    ),
  })
  .map(({ session, path, what }) => ({ ...what, session, path }));

/** A session's name in this life: ids are never used again. */
class Lives {
  readonly #deaths = new Map<string, number>();

  id(name: string): string {
    return `${name}${this.#deaths.get(name) ?? 0}`;
  }

  next(name: string): string {
    this.#deaths.set(name, (this.#deaths.get(name) ?? 0) + 1);
    return this.id(name);
  }
}

function run(cell: Sessions, model: LockModel, lives: Lives, one: Step & { session: string; path: string }): void {
  const { path } = one;
  const session = lives.id(one.session);
  model.slot = cell.machine.appliedSlot + 1;
  if (one.kind === 'acquire') {
    const { wait } = one;
    const ticket = cell.machine.revision('system') + 1;
    const parts = { wait, leaseTtlMs: one.leased ? 500 : 0, lockDelayMs: one.delays ? 900 : 0 };
    const result = cell.as(session, acquire(path, parts));
    const said = model.acquire(session, path, ticket, wait, one.delays);
    const told = result.kind === 'refused' ? result.reason : (result.outcome as { state: string }).state;
    expect(told).toBe(said);
    if (told === 'held' || told === 'queued') expect(result).toMatchObject({ outcome: { ticket } });
  } else if (one.kind === 'release') {
    expect(cell.as(session, release(path)).kind).toBe(model.release(session, path) ? 'written' : 'refused');
  } else if (one.kind === 'cancel') {
    expect(cell.locks(session, cancel(path)).state).toBe(model.cancel(session, path));
  } else if (one.kind === 'force') {
    expect(cell.as(session, forceRelease(path)).kind).toBe(model.force(path) ? 'written' : 'refused');
  } else if (one.kind === 'end') {
    model.endSession(session);
    cell.end(session);
    cell.sessionless(openSession(lives.next(one.session)));
  } else if (one.kind === 'expire') {
    const leased = cell.claims().find((claim) => claim.state === 'held' && claim.leaseTtlMs > 0);
    if (leased === undefined) return;
    expect(cell.fire(`lock/${leased.ticket}`)).toBe(true);
    model.expire(leased.ticket);
  } else if (cell.fire(`lock-delay${path}`)) model.endDelay(path);
}

function compare(cell: Sessions, model: LockModel): void {
  for (const path of PATHS) {
    const { holder, token, isDelayed } = model.lock(path);
    const waiting = model.queue(path).length;
    const state = holder !== '' ? 'held' : isDelayed ? 'delayed' : waiting > 0 ? 'queued' : 'free';
    const expected = { state, sessionId: holder, token, count: model.count(path), waiting };
    expect(cell.lockAt(path) ?? { state: 'free', sessionId: '', token: 0, count: 0, waiting: 0 }).toMatchObject(
      expected,
    );
  }
  const told = cell.claims().map(({ ticket, state, path }) => ({ ticket, state, path }));
  const known = model.claims.map(({ ticket, isHeld, path }) => ({ ticket, state: isHeld ? 'held' : 'queued', path }));
  expect(told).toEqual(known.sort((a, b) => a.ticket - b.ticket));
  for (const session of model.edges().keys())
    expect(model.isOnCycle(session), `${session} waits for itself`).toBe(false);
}

describe('locks', () => {
  it('do what the model does', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
        const cell = new Sessions(SESSIONS.map((name) => `${name}0`));
        const model = new LockModel();
        const lives = new Lives();
        for (const one of steps) {
          run(cell, model, lives, one);
          compare(cell, model);
        }
        for (const name of SESSIONS) {
          model.slot = cell.machine.appliedSlot + 1;
          model.endSession(lives.id(name));
          cell.end(lives.id(name));
          compare(cell, model);
        }
        const left = cell.store.plainKeys('/_internal/lock-index/', '/_internal/lock-index0', 0);
        expect(left.filter((key) => /\/(queue|session|waiting|token)/.test(key))).toEqual([]);
      }),
      { numRuns: 250 },
    );
  });

  it('are granted at most once per slot with tokens that only grow, when slots are shared (invariant 11)', () => {
    const shared = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(shared, (slots) => {
        const cell = new Sessions(SESSIONS);
        const told = new Map<string, { token: number; sessionId: string }>();
        for (const steps of slots) {
          const from = cell.events.length;
          cell.together(
            ...steps.map(({ kind, session, path }) => {
              return [
                session,
                kind === 'acquire' ? acquire(path) : kind === 'cancel' ? cancel(path) : release(path),
              ] as const;
            }),
          );
          for (const path of PATHS) cell.fire(`lock-delay${path}`);
          for (const { slot, changes } of cell.events.slice(from)) {
            for (const change of changes) {
              const { key, kind } = change;
              if (!key.startsWith('/_internal/locks/') || kind === 'delete') continue;
              const { token, state, sessionId } = LOCKS.decode({ ...change, leaseId: '' });
              const { token: before, sessionId: holder } = told.get(key) ?? { token: 0, sessionId: '' };
              const isGrant = state === 'held' && sessionId !== holder;
              if (isGrant) expect(token).toBeGreaterThan(before);
              expect(token).toBe(isGrant ? slot : before);
              told.set(key, { token, sessionId });
            }
          }
        }
        for (const path of PATHS) {
          const lock = cell.lockAt(path);
          // Nothing waits that could be granted, unless its turn is in the next slot.
          if (lock?.state !== 'queued' || cell.system(`timers/lock-delay${path}`) !== undefined) continue;
          const [first] = cell
            .claims()
            .filter(({ state, locks }) => state === 'queued' && locks.some((one) => one.path === path));
          const others = first!.locks.filter((one) => one.path !== path).map((one) => cell.lockAt(one.path)!);
          expect(others.some(({ state }) => state === 'held' || state === 'queued')).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});
