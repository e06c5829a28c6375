// Guards memory: a call whose time is up, or whose caller gave up, leaves nothing behind, and no more calls wait at once
// than there is room for. A cell without a majority may stay so for days, with clients that ask again and again.
import { describe, expect, test } from 'vitest';
import { hostConfig } from '../../src/agent/config.ts';
import { AppliedQuorum } from '../../src/agent/host/applied-quorum.ts';
import { AppliedWaits } from '../../src/agent/host/applied-waits.ts';
import type { HostContext } from '../../src/agent/host/host-context.ts';
import { NO_OBSERVER } from '../../src/agent/host/observer.ts';
import { ReadRounds } from '../../src/agent/host/read-rounds.ts';
import { Reads } from '../../src/agent/host/reads.ts';
import { Renewals } from '../../src/agent/host/renewals.ts';
import { TimerBook } from '../../src/agent/host/timers.ts';
import { ManualClock, manualPorts } from '../support/manual-ports.ts';
import { MemoryCell } from '../support/memory-cell.ts';

/** The parts of a host that hears no leader. */
function leaderless() {
  const clock = new ManualClock();
  const context = {
    agentId: 'a',
    config: hostConfig('test'),
    ports: manualPorts({ clock }),
    observer: NO_OBSERVER,
    replica: { leader: undefined, configuration: { epoch: 1, participants: [] } },
    applied: 10,
    wake: () => {},
    watchDeadlines: () => {},
  } as unknown as HostContext;
  const rounds = new ReadRounds(context);
  const appliedWaits = new AppliedWaits();
  const appliedQuorum = new AppliedQuorum(context, () => []);
  const reads = new Reads(context, { rounds, appliedWaits, appliedQuorum });
  const renewals = new Renewals(context, { rounds, appliedWaits, timers: new TimerBook() });
  return { clock, appliedWaits, reads, renewals };
}

describe('without a leader', () => {
  test.each(['in time', 'by its caller'] as const)('a majority read that is ended %s is not kept', (ended) => {
    const { clock, reads } = leaderless();
    const answers: boolean[] = [];
    const options = { quorum: 'majority', minSlot: 0, timeoutMs: 100 } as const;
    const cancel = reads.barrier(options, ({ ok }) => answers.push(ok));
    expect(reads.isWaiting).toBe(true);
    if (ended === 'by its caller') cancel();
    clock.run(200);
    reads.sweep(clock.nowMs);
    expect(answers).toEqual([false]);
    expect(reads.isWaiting).toBe(false);
  });

  test('a renewal whose time is up is not kept', () => {
    const { clock, renewals } = leaderless();
    const answers: boolean[] = [];
    renewals.renew([{ timerId: 'session/s', ageMs: 0 }], ({ ok }) => answers.push(ok));
    clock.run(20_000);
    renewals.sweep(clock.nowMs);
    expect(answers).toEqual([false]);
    expect(renewals.isWaiting).toBe(false);
  });
});

test('reads of slots that are never applied are not kept', () => {
  const { clock, appliedWaits, reads } = leaderless();
  let answers = 0;
  for (let index = 0; index < 5_000; index += 1) {
    const minSlot = Number.MAX_SAFE_INTEGER - index;
    const cancel = reads.barrier({ quorum: 'local', minSlot, timeoutMs: 100 }, () => {
      answers += 1;
    });
    if (index % 2 === 0) cancel();
  }
  clock.run(200);
  reads.sweep(clock.nowMs);
  expect(answers).toBe(5_000);
  expect(appliedWaits.count).toBeLessThan(100);
});

test('waits end in the order of their slots, each once, whichever were cancelled', () => {
  const waits = new AppliedWaits();
  const ended: number[] = [];
  const added = Array.from({ length: 300 }, (_, index) => {
    const slot = (index * 7) % 100;
    return waits.add(slot, () => ended.push(slot));
  });
  for (const [index, wait] of added.entries()) if (index % 3 === 0) waits.cancel(wait);
  const expected = added.flatMap(({ slot }, index) => (index % 3 === 0 ? [] : [slot])).sort((a, b) => a - b);
  waits.applied(49);
  expect(ended).toEqual(expected.filter((slot) => slot <= 49));
  // Cancelled when it is over already.
  for (const wait of added) if (wait.slot <= 49) waits.cancel(wait);
  waits.applied(1_000);
  expect(ended).toEqual(expected);
  expect(waits.count).toBe(0);
});

test('beyond what there is room for a read is refused at once, and a local one that needs no wait is not', () => {
  const cell = new MemoryCell({ voters: ['a', 'b', 'c'], config: { queuedRequestsMax: 10 } });
  cell.leader();
  cell.crash('b');
  cell.crash('c');
  const reads = Array.from({ length: 11 }, () => cell.read('a'));
  const local = cell.read('a', { quorum: 'local' });
  cell.clock.run(0);
  expect(reads.filter(({ answer }) => answer !== undefined)).toEqual([reads[10]]);
  expect(reads[10]!.error).toMatchObject({ reason: 'OVERLOADED', effect: 'not_done' });
  expect(local.answer?.ok).toBe(true);
  reads[0]!.cancel();
  const next = cell.read('a');
  cell.clock.run(0);
  expect(next.answer).toBeUndefined();
});
