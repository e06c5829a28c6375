import type { Applicable } from '../../src/agent/machine/applicable.ts';
import type { Command, Comparison, Operation, Request } from '../../src/agent/machine/commands.ts';
import { fc } from '../support/property.ts';
import { anyCoordination } from './coordination-moves.ts';
import { anyWork } from './work-moves.ts';

/** Random work for a machine: few keys, sessions and leases, so that they meet; now and then what nobody may ask. */

const KEYS = [
  '/a',
  '/a-b',
  '/a/x',
  '/b',
  '/b/\xc3\xa9',
  '/a/_lockable/k',
  'no-path',
  '/_internal/peers',
  '',
  `/${'k'.repeat(1_100)}`,
];
const SESSIONS = ['s1', 's2', 's3', 'never-opened', '../x', '__proto__'];
const LEASES = ['', '', '', '', '', '', 'l1', 'l2', 'l/3'];

// A good value most of the time: a machine that refuses everything shows nothing.
const mostly = <T>(good: readonly T[], all: readonly T[]) =>
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...all) });

const key = mostly(KEYS.slice(0, 6), KEYS);
const leaseId = mostly(LEASES.slice(0, 8), LEASES);
const sessionId = mostly(SESSIONS.slice(0, 3), SESSIONS);
const value = fc.oneof(fc.constantFrom(Uint8Array.of(1), Uint8Array.of(2)), fc.uint8Array({ maxLength: 5 }));
const ttlMs = mostly([1_000, 5_000], [0, -1, Number.NaN, 1.5]);
const number = mostly([0, 1, 2, 3, 5, 8], [-1, Number.NaN, 2 ** 53]);
const start = mostly(['/', '/a', '/b', '/a/'], KEYS);
const end = mostly(['', '0', '/b', '/a0'], KEYS);

const put = fc.record({ kind: fc.constant('put' as const), key, value, leaseId, returnPrevious: fc.boolean() });
const remove = fc.record({ kind: fc.constant('delete' as const), key, returnPrevious: fc.boolean() });
const removeRange = fc.record({ kind: fc.constant('deleteRange' as const), start, end, returnPrevious: fc.boolean() });
const read = fc.record({
  kind: fc.constant('read' as const),
  start,
  end,
  limit: fc.integer({ min: 0, max: 3 }),
  keysOnly: fc.boolean(),
  countOnly: fc.boolean(),
});
const comparison: fc.Arbitrary<Comparison> = fc.record({
  start,
  end,
  target: fc.constantFrom('value', 'version', 'createRevision', 'modRevision', 'lease', 'lockToken'),
  operator: fc.constantFrom('equal', 'notEqual', 'less', 'greater'),
  value,
  number,
  leaseId,
});
const operations: fc.Arbitrary<Operation[]> = fc.array(fc.oneof(put, put, remove, removeRange, read), { maxLength: 4 });

export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 25, arbitrary: anyCoordination },
  { weight: 20, arbitrary: anyWork },
  { weight: 12, arbitrary: put },
  { weight: 3, arbitrary: remove },
  { weight: 2, arbitrary: removeRange },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('compareAndWrite' as const),
      key,
      expected: fc.oneof(
        fc.record({ kind: fc.constant('value' as const), value }),
        fc.record({ kind: fc.constant('version' as const), version: number }),
      ),
      value: fc.option(value, { nil: undefined }),
      leaseId,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('transact' as const),
      compare: fc.array(comparison, { maxLength: 2 }),
      then: operations,
      otherwise: operations,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact' as const), floor: number }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('grantLease' as const), leaseId: mostly(['l1', 'l2'], LEASES), ttlMs }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('revokeLease' as const), leaseId: mostly(['l1', 'l2'], LEASES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('endSession' as const), sessionId: mostly(['s3'], SESSIONS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('openSession' as const),
      sessionId,
      ttlMs,
      owner: fc.constantFrom('me', 'you', '\u0000'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fireTimer' as const),
      timerId: fc.constantFrom(
        'session/s3',
        'session/s3',
        'lease/l1',
        'lease/l2',
        'lock/8',
        'lock-delay/a/_lockable',
        'barrier/p',
        'proposal/12',
        'entry-delay/12/0000000000000001',
        'session',
      ),
      generation: fc.integer({ min: 0, max: 16 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('setParticipant' as const),
      agentId: fc.constantFrom('agent-1', 'agent-2', '/'),
      name: fc.constantFrom('Ada', 'Bea', 'a/b'),
      grpcAddress: fc.constant('127.0.0.1:1'),
      httpAddress: fc.constant('127.0.0.1:2'),
      labels: fc.dictionary(fc.constantFrom('region', 'zone', ''), fc.constantFrom('west', 'east'), { maxKeys: 2 }),
      version: fc.constant('1'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('pinRole' as const),
      agentId: fc.constantFrom('agent-1', 'agent-2'),
      pin: fc.constantFrom('none', 'voter', 'learner'),
    }),
  },
);

interface RequestMove {
  readonly sessionId: string;
  readonly command: Command;
  readonly place: 'next' | 'skip' | 'repeat' | 'reuse' | 'none';
  readonly unacked: number;
}

export type Move =
  | { readonly kind: 'bundle'; readonly requests: readonly RequestMove[]; readonly stampMs: number }
  | { readonly kind: 'configuration'; readonly agents: readonly string[]; readonly stampMs: number }
  | { readonly kind: 'noop' | 'void'; readonly stampMs: number };

const stampMs = fc.integer({ min: 1_000, max: 9_000 });

export const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('bundle' as const),
      stampMs,
      requests: fc.array(
        fc.record({
          sessionId,
          command: anyCommand,
          place: fc.constantFrom('next', 'next', 'next', 'next', 'next', 'skip', 'repeat', 'reuse', 'none'),
          unacked: fc.integer({ min: 0, max: 6 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('configuration' as const),
      stampMs,
      agents: fc.subarray(['agent-1', 'agent-2', 'agent-3']),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('noop' as const), stampMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('void' as const), stampMs }) },
);

/** Turns moves into entries: gives requests their places in sessions as a client would, or as it must not. */
export class MoveReader {
  readonly #sent = new Map<string, Request[]>();
  #epoch = 0;

  entryOf(move: Move): Applicable {
    if (move.kind === 'bundle') {
      return { kind: 'command', stampMs: move.stampMs, requests: move.requests.map((one) => this.#request(one)) };
    }
    if (move.kind === 'configuration') {
      this.#epoch += 1;
      const participants = move.agents.map((agentId) => ({ agentId, role: 'voter' }));
      const configuration = JSON.stringify({ epoch: this.#epoch, participants });
      return { kind: 'configuration', stampMs: move.stampMs, configuration };
    }
    return { kind: move.kind, stampMs: move.stampMs };
  }

  #request({ sessionId, command, place, unacked }: RequestMove): Request {
    const sent = this.#sent.get(sessionId) ?? [];
    this.#sent.set(sessionId, sent);
    const last = sent.at(-1);
    const digest = JSON.stringify(command, (_, part) => (part instanceof Uint8Array ? [...part] : part)).length;
    if (place === 'none') return { sessionId: '', sequence: 0, ackedBelow: 0, digest, command };
    if (place === 'repeat' && last !== undefined) return last;
    const highest = last?.sequence ?? 0;
    const sequence = place === 'reuse' ? Math.max(1, highest) : highest + (place === 'skip' ? 3 : 1);
    const request = { sessionId, sequence, ackedBelow: Math.max(0, sequence - unacked), digest, command };
    if (place !== 'reuse') sent.push(request);
    return request;
  }
}

/** Opens the sessions that most moves use, and founds a cell of two. */
export const OPENING: readonly Applicable[] = [
  {
    kind: 'configuration',
    stampMs: 1,
    configuration:
      '{"epoch":1,"participants":[{"agentId":"agent-1","role":"voter"},{"agentId":"agent-2","role":"voter"}]}',
  },
  {
    kind: 'command',
    stampMs: 2,
    requests: ['s1', 's2', 's3'].map((id) => ({
      sessionId: '',
      sequence: 0,
      ackedBelow: 0,
      digest: 0,
      command: { kind: 'openSession' as const, sessionId: id, ttlMs: 1_000, owner: 'test' },
    })),
  },
];
