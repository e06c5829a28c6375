/**
 * Guards the judge of the other tests here: a right history passes, and each way in which a store can be wrong is told. What
 * these histories do to clients on paper, the other tests look for in real ones.
 */
import { expect, test } from 'vitest';
import type { Recorded, WatchedBatch } from './history.ts';
import { judge, type Run } from './judge.ts';

type Call = Partial<Recorded> & Pick<Recorded, 'kind' | 'value' | 'revision'>;

/** Calls one after the other, unless they say when they were. */
function calls(...given: Call[]): Recorded[] {
  return given.map((call, index) => ({
    client: 'ann',
    key: '/a',
    quorum: 'majority',
    twin: undefined,
    expected: '',
    observed: '',
    succeeded: call.kind === 'compareAndSet',
    invoked: 2 * index + 1,
    completed: call.outcome === 'unknown' ? Number.POSITIVE_INFINITY : 2 * index + 2,
    outcome: 'ok',
    slot: 10 * call.revision,
    version: call.revision,
    reason: '',
    ...call,
  }));
}

/** A log of `/a`, a value per revision, told in batches of one. */
function watched(...values: string[]): WatchedBatch[] {
  return values.map((value, index) => {
    const revision = index + 1;
    return { revision, events: [{ key: '/a', value, version: revision, revision, slot: 10 * revision }] };
  });
}

const write = (value: string, revision: number, more: Partial<Recorded> = {}): Call => ({
  kind: 'write',
  value,
  revision,
  ...more,
});
const read = (value: string, revision: number, more: Partial<Recorded> = {}): Call => ({
  kind: 'read',
  value,
  revision,
  ...more,
});
const swap = (expected: string, value: string, revision: number, more: Partial<Recorded> = {}): Call => ({
  kind: 'compareAndSet',
  expected,
  value,
  revision,
  ...more,
});
const failed = (outcome: 'refused' | 'unknown'): Partial<Recorded> => ({
  outcome,
  revision: 0,
  slot: 0,
  succeeded: false,
});

const right: readonly { readonly name: string; readonly run: Run }[] = [
  {
    name: 'writes, reads and comparisons, one after the other',
    run: {
      operations: calls(
        read('', 0),
        swap('', '1', 1),
        read('1', 1),
        swap('0', '9', 1, { succeeded: false, observed: '1' }),
        write('2', 2),
        read('2', 2, { quorum: 'local' }),
      ),
      batches: watched('1', '2'),
    },
  },
  {
    name: 'a write without an answer that happened later',
    run: {
      operations: calls(write('1', 1), write('2', 0, failed('unknown')), read('1', 1), read('2', 2)),
      batches: watched('1', '2'),
    },
  },
  {
    name: 'a write without an answer that never happened, and one that was refused',
    run: {
      operations: calls(
        write('1', 1),
        write('2', 0, failed('unknown')),
        write('3', 0, failed('refused')),
        read('1', 1),
      ),
      batches: watched('1'),
    },
  },
  {
    name: 'a local read by another client that lags',
    run: {
      operations: calls(write('1', 1), write('2', 2), read('1', 1, { quorum: 'local', client: 'ben' })),
      batches: watched('1', '2'),
    },
  },
  {
    name: 'a read during a write',
    run: {
      operations: calls(
        write('1', 1, { invoked: 1, completed: 9 }),
        read('1', 1, { client: 'ben', invoked: 2, completed: 3 }),
      ),
      batches: watched('1'),
    },
  },
  {
    name: 'a transaction on two keys',
    run: {
      operations: calls(write('1', 1, { twin: '/b' })),
      batches: [
        {
          revision: 1,
          events: [
            { key: '/a', value: '1', version: 1, revision: 1, slot: 10 },
            { key: '/b', value: '1', version: 1, revision: 1, slot: 10 },
          ],
        },
        { revision: 1, events: [] },
      ],
    },
  },
];

test.each(right)('right: $name', ({ run }) => {
  expect(judge(run)).toEqual([]);
});

const wrong: readonly { readonly name: string; readonly run: Run; readonly told: readonly RegExp[] }[] = [
  {
    name: 'an acknowledged write is lost',
    run: { operations: calls(write('1', 1), write('2', 2)), batches: watched('1') },
    told: [/^lost: ann write \/a 2/],
  },
  {
    name: 'a write happens twice',
    run: { operations: calls(write('1', 1), write('2', 2)), batches: watched('1', '2', '1') },
    told: [/^doubled: ann write \/a 1/],
  },
  {
    name: 'a comparison is carried out twice',
    run: { operations: calls(swap('', '1', 1), swap('1', '2', 2)), batches: watched('1', '2', '2') },
    told: [/^doubled: ann compareAndSet \/a 1 -> 2/],
  },
  {
    name: 'two comparisons with the same version succeed',
    run: {
      operations: calls(write('0', 1), swap('0', '1', 2), swap('0', '2', 3, { client: 'ben' })),
      batches: watched('0', '1', '2'),
    },
    told: [/^it was 1: ben compareAndSet \/a 0 -> 2/, /^not linearizable: \/a/],
  },
  {
    name: 'a comparison fails that should hold',
    run: {
      operations: calls(write('1', 1), swap('1', '2', 1, { succeeded: false, observed: '1' })),
      batches: watched('1'),
    },
    told: [/^not linearizable/],
  },
  {
    name: 'a refused write happens',
    run: { operations: calls(write('1', 1), write('2', 0, failed('refused'))), batches: watched('1', '2') },
    told: [/^done although refused: ann write \/a 2/],
  },
  {
    name: 'a value comes from nowhere',
    run: { operations: calls(write('1', 1)), batches: watched('1', '7') },
    told: [/^nobody wrote \/a 7 \(revision 2\)/],
  },
  {
    name: 'an answer names another revision than the one of the write',
    run: { operations: calls(write('1', 1), write('2', 3)), batches: watched('1', '2') },
    told: [/^at another place than told, 2\/2: ann write \/a 2/],
  },
  {
    name: 'a majority read is stale',
    run: {
      operations: calls(write('1', 1), write('2', 2), read('1', 1, { client: 'ben' })),
      batches: watched('1', '2'),
    },
    told: [/^stale, 2 was answered before: ben read \/a 1/, /^not linearizable/],
  },
  {
    name: 'a majority read is stale as to other keys only',
    run: {
      operations: calls(write('1', 1), write('2', 2, { key: '/b', version: 1 }), read('1', 1, { client: 'ben' })),
      batches: [
        ...watched('1'),
        { revision: 2, events: [{ key: '/b', value: '2', version: 1, revision: 2, slot: 20 }] },
      ],
    },
    told: [/^stale, 2 was answered before: ben read \/a 1/],
  },
  {
    name: 'a write is put before what was answered already',
    run: { operations: calls(write('2', 2), write('1', 1, { client: 'ben' })), batches: watched('1', '2') },
    told: [/^stale, 3 was answered before: ben write \/a 1/],
  },
  {
    name: 'a local read goes back',
    run: {
      operations: calls(write('1', 1), write('2', 2), read('1', 1, { quorum: 'local' })),
      batches: watched('1', '2'),
    },
    told: [/^back: ann read \/a 1/],
  },
  {
    name: 'a local read returns what never was',
    run: {
      operations: calls(write('1', 1), write('2', 2), read('1', 2, { quorum: 'local' })),
      batches: watched('1', '2'),
    },
    told: [/^it was 2, not 1: ann read \/a 1/],
  },
  {
    name: 'a read sees a write that is undone later',
    run: {
      operations: calls(write('1', 1), write('2', 0, failed('unknown')), read('2', 2), read('1', 2)),
      batches: watched('1'),
    },
    told: [/^it was 1, not 2: ann read \/a 2/, /^not linearizable/],
  },
  {
    name: 'the watch has a gap',
    run: {
      operations: calls(write('1', 1), write('2', 2), write('3', 3)),
      batches: watched('1', '2', '3').toSpliced(1, 1),
    },
    told: [/^watch: revision 3 after 1/, /^watch: \/a has version 3 after 1/, /^lost: ann write \/a 2/],
  },
  {
    name: 'the watch goes back',
    run: { operations: calls(write('1', 1), write('2', 2)), batches: watched('1', '2').reverse() },
    told: [/^watch: revision 2 after 0/, /^watch: revision 1 after 2/],
  },
  {
    name: 'the watch says that it is further than it is',
    run: { operations: calls(write('1', 1)), batches: [{ revision: 1, events: [] }, ...watched('1')] },
    told: [/^watch: says 1 and delivered 0/],
  },
  {
    name: 'a revision is split',
    run: {
      operations: calls(write('1', 1, { twin: '/b' })),
      batches: [
        ...watched('1'),
        { revision: 1, events: [{ key: '/b', value: '1', version: 1, revision: 1, slot: 10 }] },
      ],
    },
    told: [/^watch: revision 1 after 1/],
  },
  {
    name: 'half of a transaction happens',
    run: { operations: calls(write('1', 1, { twin: '/b' })), batches: watched('1') },
    told: [/^split: ann write \/a 1/],
  },
];

test.each(wrong)('wrong: $name', ({ run, told }) => {
  const violations = judge(run);
  for (const pattern of told) expect(violations).toContainEqual(expect.stringMatching(pattern));
});
