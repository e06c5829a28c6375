/** Guards that sessions and leases live as long as their client, with few messages, also across the loss of an agent. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Caller } from '../../src/client/caller.ts';
import { connect } from '../../src/client/index.ts';
import { grantLease } from '../../src/client/lease.ts';
import { LeaseGuard } from '../../src/client/lease-guard.ts';
import { type Renewable, Renewals } from '../../src/client/renewals.ts';
import { openSession } from '../../src/client/session.ts';
import type { Writer } from '../../src/client/writes.ts';
import type { RenewRequest } from '../../src/gen/synod/v1/user.ts';
import { eventually } from '../support/eventually.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;

beforeEach(async () => {
  cell = await StubCell.start(2);
});

afterEach(async () => {
  vi.useRealTimers();
  await cell.stop();
});

const renewals = (agent: number) =>
  cell.agents[agent]!.calls.filter(({ method }) => method === 'renew').map(({ request }) => request as RenewRequest);

test('one message renews everything', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  const sessions = await Promise.all([1, 2, 3].map(() => client.openSession({ ttlMs: 2_000 })));
  const leases = await Promise.all([1, 2].map(() => client.grantLease({ ttlMs: 2_000 })));
  await eventually(() => expect(renewals(0).length).toBeGreaterThan(1));
  const last = renewals(0).at(-1)!;
  for (const { id } of sessions) expect(last.sessionIds).toContain(id);
  expect(last.leaseIds.sort()).toEqual(leases.map(({ id }) => id).sort());
  expect(sessions[0]!.certainMs).toBeGreaterThan(0);
});

test('renewals go to another agent when one dies or falls silent', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  await client.openSession({ ttlMs: 2_000 });
  await eventually(() => expect(renewals(0).length).toBeGreaterThan(0));
  for (let count = 0; count < 100; count++) cell.agents[0]!.fault('renew', { kind: 'silence' });
  await eventually(() => expect(renewals(1).length).toBeGreaterThan(0));
});

test('the end of a session or lease is told', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  const session = await client.openSession({ ttlMs: 2_000 });
  const lease = await client.grantLease({ ttlMs: 2_000 });
  cell.store.sessions.delete(session.id);
  cell.store.leases.delete(lease.id);
  await eventually(() => expect([session.isEnded, lease.isEnded]).toEqual([true, true]));
  expect(session.certainMs).toBe(0);
  expect(session.ended.reason).toMatchObject({ reason: 'SESSION_UNKNOWN' });
});

test('what was ended or abandoned is renewed no more', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  const kept = await client.openSession({ ttlMs: 2_000 });
  const ended = await client.openSession({ ttlMs: 2_000 });
  const abandoned = await client.grantLease({ ttlMs: 2_000 });
  const revoked = await client.grantLease({ ttlMs: 2_000 });
  await ended.end();
  await revoked.revoke();
  abandoned.abandon();
  const before = renewals(0).length;
  await eventually(() => expect(renewals(0).length).toBeGreaterThan(before + 1));
  const last = renewals(0).at(-1)!;
  expect(last.sessionIds).toContain(kept.id);
  expect(last.sessionIds).not.toContain(ended.id);
  expect(last.leaseIds).toEqual([]);
  expect(cell.store.leases.has(revoked.id)).toBe(false);
});

test('a lease takes its keys with it', async () => {
  await using client = connect({ endpoints: cell.endpoints });
  const lease = await client.grantLease({ ttlMs: 60_000 });
  await client.put('/a', 'x', { leaseId: lease.id });
  await lease.revoke();
  expect((await client.get('/a')).item).toBeUndefined();
});

test('a TTL counts from when the client asked, not from the answer', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const written: RenewRequest[] = [];
  const stream = { on: () => stream, write: (request: RenewRequest) => written.push(request), cancel: () => {} };
  const answersAfter = (delayMs: number) => async () => {
    vi.advanceTimersByTime(delayMs);
    return { ttlMs: 1_000, slot: 1 };
  };
  const pool = { current: () => ({ address: '', stub: { renew: () => stream } }), leave: () => {} };
  const caller = { pool, call: answersAfter(900) } as unknown as Caller;
  const renewals = new Renewals(caller);
  const session = await openSession(caller, renewals, { ttlMs: 1_000 });
  expect(session.certainMs).toBe(100);
  // Overdue: it is renewed at once.
  vi.advanceTimersByTime(0);
  expect(written.at(-1)!.sessionIds).toEqual([session.id]);
  const writer = { run: answersAfter(700) } as unknown as Writer;
  const kept: number[] = [];
  const keep = (renewable: Renewable, sentMs: number) => {
    kept.push(performance.now() - sentMs);
    return renewable;
  };
  await grantLease(writer, { keep } as unknown as Renewals, { ttlMs: 1_000 });
  expect(kept).toEqual([700]);
  renewals.close();
});

test('a TTL of a year makes no haste: nothing is renewed or looked at before it is due', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const yearMs = 365 * 24 * 3_600_000;
  const written: RenewRequest[] = [];
  const stream = { on: () => stream, write: (request: RenewRequest) => written.push(request), cancel: () => {} };
  const pool = { current: () => ({ address: '', stub: { renew: () => stream } }), leave: () => {} };
  const renewals = new Renewals({ pool } as unknown as Caller);
  renewals.keep({ kind: 'session', id: 's', ttlMs: yearMs, lost: () => {} }, performance.now());
  const certainMs = vi.fn(() => yearMs);
  const guard = new LeaseGuard(certainMs, yearMs, () => new Error('lost'));
  vi.advanceTimersByTime(60_000);
  expect(written).toEqual([]);
  expect(certainMs).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(yearMs / 4);
  expect(written.length).toBeGreaterThan(0);
  expect(guard.signal.aborted).toBe(false);
  guard.stop();
  renewals.close();
});
