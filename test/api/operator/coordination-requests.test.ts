/**
 * Guards calls of coordination in the list of requests: each can be issued from its example, acts as a participant without
 * anybody counting numbers, and is shown as it is over gRPC, on the command line and in the client library.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { coordinationMethods } from '../../../src/agent/api/coordination/service.ts';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { refusalOf, type ServedOperator, serveOperator } from '../../support/served-operator.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };

const AT = '--endpoint 127.0.0.1:50101';
const LOCK = '/jobs/_lockable';
let served: ServedOperator;
let client: OperatorClient;
let as: { sessionId: string };
beforeEach(async () => {
  served = await serveOperator();
  client = served.client('port');
  as = { sessionId: (await client.sessions.open({ owner: 'ada' })).sessionId };
});
afterEach(async () => {
  await served.stop();
  expect(served.bugs).toEqual([]);
});

async function detailOf(method: string) {
  const { recent } = await client.requests.list({ includeOwn: true });
  return await client.requests.detail({ messageId: recent.find((call) => call.method === method)!.messageId });
}

test('every call can be issued from its example, in a session where it needs one', async () => {
  const { methods } = await client.requests.methods();
  const names = Object.values(coordinationMethods(served.ports.api)).map(({ name }) => name);
  const known = new Map(methods.map((method) => [method.name, method]));
  for (const name of names) {
    const { example, effect } = known.get(name)!;
    const isOfSession = example.includes('sessionId');
    // What is left to fill in is a session, and nobody shall wait.
    const filled = example.replaceAll('""', JSON.stringify(as.sessionId)).replace('"waitMs": 5000', '"waitMs": 1');
    const request = JSON.parse(filled) as Record<string, unknown>;
    const outcome = await client.requests.issue({ method: name, request }).then(
      ({ asGrpc }) => {
        expect(asGrpc).toContain(` synod.v1.CoordinationService/${name}`);
        if (isOfSession) expect(asGrpc).toContain(`"sessionId":"${as.sessionId}","sequence":1`);
        return 'answered';
      },
      (error: { readonly data: { readonly reason: string } }) => error.data.reason,
    );
    // It was understood; what there is to act on, there is not always.
    expect([name, outcome]).not.toEqual([name, 'INVALID_ARGUMENT']);
    expect([name, effect]).toEqual([name, /^(List|Read)/.test(name) ? 'read' : 'write']);
  }
});

test('a session without a sequence is numbered here, also for a wait that ends in a second write', async () => {
  const issue = (method: string, request: Record<string, unknown>) => client.requests.issue({ method, request });
  const other = { sessionId: (await client.sessions.open({ owner: 'bruno' })).sessionId };
  const path = { text: LOCK };
  await issue('AcquireLock', { path, options: as });
  const cancelled = await issue('AcquireLock', { path, waitMs: 1, options: other });
  expect(cancelled.reply).toMatchObject({ state: 'CLAIM_STATE_CANCELLED' });
  const stale = issue('Put', { key: { text: `${LOCK}/a` }, value: { text: 'x' }, options: other });
  expect((await refusalOf(stale)).data.reason).toBe('LOCK_NOT_HELD');
  await issue('Put', { key: { text: `${LOCK}/a` }, value: { text: 'x' }, options: as });
  await client.once.claim({ path: '/work', as });
  const busy = await issue('ClaimOnce', { path: { text: '/work' }, waitMs: 1, options: other });
  expect(busy.reply).toMatchObject({ state: 'ONCE_STATE_BUSY' });
});

test("a participant's call is repeated as that participant; one that a script numbered is not", async () => {
  await client.locks.acquire({ path: LOCK, as });
  const { repeat } = await detailOf('AcquireLock');
  expect(repeat?.request).toMatchObject({ options: as });
  expect((await client.requests.issue(repeat!)).reply).toMatchObject({ state: 'CLAIM_STATE_HELD', count: 2 });
  await client.counters.increment({ path: '/n', by: 1, as: { ...as, sequence: 77 } });
  expect((await detailOf('Increment')).repeat?.request).toEqual({ key: { text: '/n' }, by: 1 });
});

const calls: readonly (readonly [method: string, call: () => Promise<unknown>, cli: string, typeScript: string])[] = [
  [
    'AcquireLock',
    () => client.locks.acquire({ path: LOCK, isTry: true, leaseTtlMs: 900, owner: 'me', as }),
    `synod lock --try --ttl 900ms --owner me ${AT} ${LOCK}`,
    `client.lock("${LOCK}", { owner: "me", leaseTtlMs: 900 }).tryAcquire()`,
  ],
  [
    'ForceReleaseLock',
    () => client.locks.forceRelease({ path: LOCK, by: 'carla', why: 'it hangs' }),
    `synod unlock --force --by carla --why 'it hangs' ${AT} ${LOCK}`,
    `client.forceReleaseLock("${LOCK}", { by: "carla", why: "it hangs" })`,
  ],
  [
    'ListLocks',
    () => client.locks.list({ prefix: '/jobs', quorum: 'local' }),
    `synod locks --quorum local ${AT} /jobs`,
    'client.locks({ prefix: "/jobs", quorum: "local" })',
  ],
  [
    'Increment',
    () => client.counters.increment({ path: '/n', by: -3 }),
    `synod incr ${AT} -- /n -3`,
    'client.counter("/n").add(-3)',
  ],
  [
    'Campaign',
    () => client.elections.campaign({ path: '/e', value: 'v', as }),
    `synod elect --value v ${AT} /e`,
    'client.election("/e").campaign("v", { timeoutMs: 0 })',
  ],
  [
    'CreateBarrier',
    () => client.barriers.create({ path: '/b', threshold: { kind: 'count', count: 2 }, isOpen: true, next: '/c' }),
    `synod barrier create --count 2 --open --next /c ${AT} /b`,
    'client.barrier("/b").create({ threshold: {"count":2}, isOpen: true, next: "/c" })',
  ],
  [
    'Vote',
    () => client.proposals.vote({ proposal: 7, voter: 'ann', isFor: true, as }),
    `synod vote --as ann ${AT} 7 yes`,
    'client.vote(7, true, { voter: "ann" })',
  ],
  [
    'Propose',
    () => client.proposals.propose({ path: '/k', value: { text: 'v' }, quorum: 0.75, electorate: ['ann'] }),
    `synod propose --share 0.75 --voter ann --no-wait ${AT} /k v`,
    'client.propose("/k", "v", { quorum: 0.75, electorate: ["ann"] })',
  ],
  [
    'ClaimOnce',
    () => client.once.claim({ path: '/w', onDeath: 'again', as }),
    `synod once --on-death again ${AT} /w -- true`,
    'client.once("/w", () => "", { onDeath: "again", timeoutMs: 0 })',
  ],
  [
    'Enqueue',
    () =>
      client.queues.enqueue({
        path: '/q',
        entries: [{ payload: { text: 'a' } }, { payload: { base64: '/w==' }, afterInBatch: [0] }],
      }),
    // Bytes come from standard input, of which there is one.
    '',
    `client.queue("/q").enqueue([{ payload: "a" }, { payload: Buffer.from("/w==", 'base64'), afterInBatch: [0] }])`,
  ],
  [
    'Enqueue',
    () =>
      client.queues.enqueue({
        path: '/q',
        entries: [{ payload: { text: 'a' } }, { payload: { text: 'b c' }, afterInBatch: [0] }],
      }),
    `synod queue add --chain ${AT} /q a 'b c'`,
    'client.queue("/q").enqueue([{ payload: "a" }, { payload: "b c", afterInBatch: [0] }])',
  ],
  [
    'Enqueue',
    () => client.queues.enqueue({ path: '/q', entries: [{ payload: { base64: '/w==' }, after: [2], maxAttempts: 3 }] }),
    `printf %s /w== | base64 -d | synod queue add --after 2 --attempts 3 ${AT} /q -`,
    `client.queue("/q").enqueue([{ payload: Buffer.from("/w==", 'base64'), after: [2], maxAttempts: 3 }])`,
  ],
  [
    'ResolveOnce',
    () => client.once.resolve({ path: '/w', isDone: true, result: { text: 'r' }, by: 'carla' }),
    `synod once --resolve done --result r --by carla ${AT} /w`,
    'client.onceWork.resolve("/w", { isDone: true, result: "r", by: "carla" })',
  ],
  [
    'ListEntries',
    () => client.queues.entries({ path: '/q', states: ['dead'], quorum: 'local' }),
    `synod queue show --state dead --quorum local ${AT} /q`,
    'client.queue("/q").entries({ states: ["dead"], quorum: "local" })',
  ],
];

test.each(calls)('%s in other words', async (method, call, cli, typeScript) => {
  await call().catch(() => undefined);
  const detail = await detailOf(method);
  expect(detail.asCli.trim()).toBe(cli);
  expect(detail.asTypeScript).toContain(typeScript);
  expect(detail.asGrpc).toContain(` 127.0.0.1:50101 synod.v1.CoordinationService/${method}`);
});

test('a wait that was cancelled leaves its claim, and the call is among those that ended', async () => {
  await client.locks.acquire({ path: LOCK, as });
  const other = { sessionId: (await client.sessions.open({})).sessionId };
  const waiting = refusalOf(client.locks.acquire({ path: LOCK, waitMs: 60_000, as: other }));
  const running = async () => (await client.requests.list({})).running.find(({ method }) => method === 'AcquireLock');
  await vi.waitUntil(async () => (await client.locks.list({})).locks[0]?.queue.length === 1, PATIENCE);
  await client.requests.cancel({ id: (await running())!.id });
  expect((await waiting).data.reason).toBe('CANCELLED');
  expect(await running()).toBeUndefined();
  expect((await client.locks.list({})).locks[0]?.queue).toMatchObject([{ sessionId: other.sessionId }]);
});
