/**
 * Guards the order of durability: a message that depends on a write leaves only when an fsync that began after its commit
 * has called back, one fsync is in flight at a time, and what a turn wrote is one transaction.
 */
import { beforeEach, expect, test } from 'vitest';
import type { Writes } from '../../src/agent/consensus/io.ts';
import type { Envelope } from '../../src/agent/consensus/messages.ts';
import type { JournalEntry } from '../../src/agent/consensus/types.ts';
import { Durability } from '../../src/agent/host/durability.ts';
import { NO_OBSERVER } from '../../src/agent/host/observer.ts';
import type { LogDisk } from '../../src/agent/storage/log-disk.ts';
import { ManualClock, manualPorts } from '../support/manual-ports.ts';

let events: string[];
let fsyncs: (() => void)[];
let durability: Durability;

beforeEach(() => {
  events = [];
  fsyncs = [];
  const disk: LogDisk = {
    found: { promised: { round: 0, agentId: '' }, floor: 1, end: 0, chosenThrough: 0 },
    onFloor: () => {},
    onStateFlush: () => {},
    commit: (writes) => events.push(`commit ${describe(writes)}`),
    fsync: (done) => {
      events.push('fsync');
      fsyncs.push(done);
    },
    read: () => {
      events.push('read');
      return [];
    },
  };
  durability = new Durability({
    disk,
    ports: manualPorts({ clock: new ManualClock() }),
    observer: NO_OBSERVER,
    send: ({ epoch }) => events.push(`send ${epoch}`),
    persisted: (token) => events.push(`persisted ${token}`),
  });
});

function describe({ promised, entries, chosenThrough }: Writes): string {
  const slots = (entries ?? []).map(({ slot, ballot }) => `${slot}@${ballot.round}`).join(',');
  return [promised && `promised=${promised.round}`, slots, chosenThrough && `chosen=${chosenThrough}`]
    .filter(Boolean)
    .join(' ');
}

function item(slot: number, round = 1): JournalEntry {
  const ballot = { round, agentId: 'a' };
  return {
    slot,
    ballot,
    entry: { kind: 'noop', origin: ballot, stampMs: 0, requestId: '', payload: new Uint8Array() },
  };
}

function message(number: number): Envelope {
  const ballot = { round: 1, agentId: 'a' };
  return { group: 0, cellId: 'c', from: 'a', to: 'b', epoch: number, message: { kind: 'campaignNow', ballot } };
}

/** The fsync in flight calls back. */
function done(): void {
  fsyncs.shift()?.();
}

test('a message leaves after the write it names is durable, others at once', () => {
  durability.persist(1, { entries: [item(1)] });
  durability.send(message(1), 1);
  durability.send(message(2), undefined);
  expect(events).toEqual(['send 2']);
  durability.settle();
  expect(events).toEqual(['send 2', 'commit 1@1', 'fsync']);
  done();
  expect(events.slice(3)).toEqual(['send 1', 'persisted 1']);
  durability.send(message(3), 1);
  expect(events.at(-1)).toBe('send 3');
});

test('the writes of a turn are one transaction, the later ones on top', () => {
  durability.persist(1, { promised: { round: 1, agentId: 'a' }, entries: [item(1), item(2)] });
  durability.persist(2, { entries: [item(2, 2), item(3, 2)], chosenThrough: 1 });
  durability.persist(3, { promised: { round: 3, agentId: 'a' } });
  durability.settle();
  expect(events).toEqual(['commit promised=3 1@1,2@1,2@2,3@2 chosen=1', 'fsync']);
  done();
  expect(events.at(-1)).toBe('persisted 3');
});

test('one fsync is in flight, and it covers only what was committed before it began', () => {
  durability.persist(1, { entries: [item(1)] });
  durability.settle();
  durability.persist(2, { entries: [item(2)] });
  durability.send(message(2), 2);
  durability.settle();
  expect(events).toEqual(['commit 1@1', 'fsync']);
  done();
  expect(events.slice(2)).toEqual(['persisted 1']);
  durability.settle();
  expect(events.slice(3)).toEqual(['commit 2@1', 'fsync']);
  done();
  expect(events.slice(5)).toEqual(['send 2', 'persisted 2']);
});

test('what was committed by a read during an fsync is not durable with it', () => {
  durability.persist(1, { entries: [item(1)] });
  durability.settle();
  durability.persist(2, { entries: [item(2)] });
  durability.send(message(2), 2);
  durability.read(1, 2, 1_000);
  expect(events.slice(2)).toEqual(['commit 2@1', 'read']);
  done();
  expect(events.slice(4)).toEqual(['persisted 1']);
  durability.settle();
  expect(events.slice(5)).toEqual(['fsync']);
  done();
  expect(events.slice(6)).toEqual(['send 2', 'persisted 2']);
});

test('nothing to write, nothing to fsync', () => {
  durability.settle();
  expect(events).toEqual([]);
});
