import { COORDINATION_EXAMPLES, COORDINATION_READS } from './coordination-examples.ts';

/** Methods that change nothing; every other one, later ones too, counts as a write. */
const READS: ReadonlySet<string> = new Set([
  ...['Read', 'ReadPrefix', 'ListLevel', 'History', 'Members', 'Status'],
  ...COORDINATION_READS,
]);

export function isReadMethod(method: string): boolean {
  return READS.has(method);
}

/** Of a method with one request and one answer. */
export function serviceOf(method: string): string {
  return `synod.v1.${isCoordination(method) ? 'CoordinationService' : 'UserService'}`;
}

/** It belongs to whoever asks: there is no such request without a session. */
export function isOfSession(method: string): boolean {
  const { options } = (COORDINATION_EXAMPLES as Readonly<Record<string, { readonly options?: object }>>)[method] ?? {};
  return options !== undefined && 'sessionId' in options;
}

export function isCoordination(method: string): boolean {
  return Object.hasOwn(COORDINATION_EXAMPLES, method);
}

const KEY = { text: '/jobs/1' };

/** Requests that can be sent as they are, once their values have been filled in. */
export const EXAMPLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    Read: { key: KEY },
    ReadPrefix: { prefix: { text: '/jobs/' }, limit: 100 },
    ListLevel: { path: { text: '/' }, limit: 100 },
    History: { key: KEY, limit: 20 },
    Put: { key: KEY, value: { text: 'ready' } },
    Delete: { key: KEY, returnPrevious: true },
    DeleteRange: { start: { text: '/jobs/' }, end: { text: '/jobs0' } },
    CompareAndWrite: { key: KEY, expectedVersion: 0, value: { text: 'ready' } },
    Transact: {
      compare: [{ key: KEY, target: 'COMPARE_TARGET_VERSION', operator: 'COMPARE_OPERATOR_EQUAL', number: 0 }],
      then: [{ put: { key: KEY, value: { text: 'ready' } } }],
    },
    Compact: { floor: 1 },
    OpenSession: { ttlMs: 30_000, owner: 'an operator' },
    EndSession: { sessionId: '' },
    GrantLease: { ttlMs: 30_000 },
    RevokeLease: { leaseId: '' },
    Members: {},
    ChangeMembers: { action: 'MEMBER_ACTION_PROMOTE', agents: [''] },
    Status: {},
    Shutdown: { reason: '' },
    ...COORDINATION_EXAMPLES,
  }).map(([name, request]) => [name, JSON.stringify(request, undefined, 2)]),
);
