// Guards Idempotency-Key: a write under one takes effect at most once and gets the same answer, from every agent of the cell.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Idempotency, RememberedAnswers } from '../../../src/agent/api/operator/idempotency.ts';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { refusalOf, type ServedOperator, serveOperator } from '../../support/served-operator.ts';

let ada: ServedOperator;
let bruno: ServedOperator;
beforeEach(async () => {
  ada = await serveOperator();
  // Another agent of the same cell: it has answered nothing yet and remembers nothing.
  bruno = await serveOperator({ cell: ada.cell });
});
afterEach(async () => {
  await ada.stop();
  await bruno.stop();
  expect([...ada.bugs, ...bruno.bugs]).toEqual([]);
});

const under = (served: ServedOperator, key: string, transport: 'http' | 'port' = 'http'): OperatorClient =>
  served.client(transport, { 'idempotency-key': key });
const versionOf = async (path: string): Promise<number> =>
  (await ada.client('port').keys.get({ path })).item?.version ?? 0;

const put = { path: '/a', value: { text: 'x' } } as const;

test('a repeat gets the same answer, from the same agent and from another one', async () => {
  const first = await under(ada, 'k-1').keys.put(put);
  expect(await under(ada, 'k-1').keys.put(put)).toEqual(first);
  expect(await under(ada, 'k-1', 'port').keys.put(put)).toEqual(first);
  expect(await under(bruno, 'k-1').keys.put({ value: { text: 'x' }, path: '/a' })).toEqual(first);
  expect(await versionOf('/a')).toBe(1);
  expect(await under(bruno, 'k-2').keys.put(put)).toMatchObject({ current: { version: 2 } });
});

test('REST takes the header too', async () => {
  const send = async (served: ServedOperator) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'rest-1' };
    const answer = await fetch(`${served.url}/api/v1/key`, { method: 'PUT', headers, body: JSON.stringify(put) });
    return await answer.json();
  };
  expect(await send(bruno)).toEqual(await send(ada));
  expect(await versionOf('/a')).toBe(1);
});

test('at once through two agents it happens once', async () => {
  const clients = [under(ada, 'race'), under(bruno, 'race'), under(ada, 'race'), under(bruno, 'race', 'port')];
  const answers = await Promise.all(clients.map((client) => client.keys.put(put)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await versionOf('/a')).toBe(1);
});

describe.each([
  ['the same agent', () => ada],
  ['another agent', () => bruno],
] as const)('on %s', (_, other) => {
  test('another request under a used key is refused and changes nothing', async () => {
    await under(ada, 'used').keys.put(put);
    for (const call of [
      under(other(), 'used').keys.put({ ...put, value: { text: 'y' } }),
      // The same command of the machine, but not what was asked for.
      under(other(), 'used').keys.put({ ...put, quorum: 'all' }),
      under(other(), 'used').keys.delete({ path: '/a' }),
      under(other(), 'used').cell.compact({ floor: 1 }),
    ]) {
      const refused = await refusalOf(call);
      expect(refused).toMatchObject({
        code: 'CONFLICT',
        data: { reason: 'IDEMPOTENCY_KEY_REUSED', effect: 'not_done' },
      });
    }
    expect(await versionOf('/a')).toBe(1);
  });

  test('a tree that was counted once is not counted again', async () => {
    for (const path of ['/t/1', '/t/2']) await ada.client('port').keys.put({ path, value: { text: 'v' } });
    const tree = { path: '/t', expectedCount: 2 };
    const first = await under(ada, 'tree').keys.deleteTree(tree);
    expect(first).toMatchObject({ succeeded: true, deleted: 2 });
    await ada.client('port').keys.put({ path: '/t/3', value: { text: 'v' } });
    expect(await under(other(), 'tree').keys.deleteTree(tree)).toEqual(first);
    expect(await versionOf('/t/3')).toBe(1);
  });

  test('a lost comparison stays lost', async () => {
    const cas = { path: '/c', expected: { version: 7 }, value: { text: 'mine' } };
    const first = await under(ada, 'cas').keys.compareAndWrite(cas);
    expect(first.succeeded).toBe(false);
    expect(await under(other(), 'cas').keys.compareAndWrite(cas)).toEqual(first);
  });

  test('an issued request takes its place too', async () => {
    const issue = { method: 'Put', request: { key: { text: '/i' }, value: { text: 'v' } } };
    const first = await under(ada, 'issue').requests.issue(issue);
    const again = await under(other(), 'issue').requests.issue(issue);
    expect(again.reply).toEqual(first.reply);
    expect(await versionOf('/i')).toBe(1);
  });
});

test('once the answer is forgotten the key is refused, not used again', async () => {
  await under(ada, 'old').keys.put(put);
  const id = [
    ...ada.cell.state.range('system', { start: '/_internal/sessions/', end: '/_internal/sessions0', limit: 0 }),
  ]
    .map(({ key }) => key.split('/').at(-1)!)
    .find((session) => session.startsWith('idempotency-'))!;
  ada.cell.execute({ kind: 'endSession', sessionId: id });
  const refused = await refusalOf(under(bruno, 'old').keys.put(put));
  expect(refused).toMatchObject({ data: { reason: 'IDEMPOTENCY_KEY_REUSED' } });
  expect(refused.message).toMatch(/forgotten/);
  expect(await versionOf('/a')).toBe(1);
});

test('a refusal is not remembered: what was not done may be tried again', async () => {
  const tree = { path: '/t', expectedCount: 1 };
  await refusalOf(under(ada, 'again').keys.deleteTree(tree));
  await ada.client('port').keys.put({ path: '/t/1', value: { text: 'v' } });
  expect(await under(ada, 'again').keys.deleteTree(tree)).toMatchObject({ deleted: 1 });
});

test('a change of the members is remembered by the agent that made it', async () => {
  const change = { action: 'pinVoter' as const, agents: ['Ada'] };
  ada.cell.configure(ada.cell.configuration);
  ada.cell.execute({
    kind: 'setParticipant',
    agentId: ada.cell.status().agentId,
    name: 'Ada',
    grpcAddress: '',
    httpAddress: '',
    labels: {},
    version: '',
  });
  const first = await under(ada, 'members').cell.changeMembers(change);
  await ada.client('port').keys.put(put);
  expect(await under(ada, 'members').cell.changeMembers(change)).toEqual(first);
  const other = await refusalOf(under(ada, 'members').cell.changeMembers({ ...change, action: 'unpin' }));
  expect(other.data.reason).toBe('IDEMPOTENCY_KEY_REUSED');
});

test.each(['', 'a b', 'ü', 'x'.repeat(256)])('a key that cannot be one is refused: %j', async (key) => {
  const { data } = await refusalOf(under(ada, key, 'port').keys.put(put));
  expect(data.reason).toBe('INVALID_ARGUMENT');
});

test('reads take no key', async () => {
  const sessions = ada.cell.state.count('system', '/_internal/sessions/', '/_internal/sessions0');
  await under(ada, 'read').keys.get({ path: '/a' });
  expect(ada.cell.state.count('system', '/_internal/sessions/', '/_internal/sessions0')).toBe(sessions);
});

test('what the cell remembers, and a stream, is not kept by the agent as well', async () => {
  const answers = new RememberedAnswers();
  let runs = 0;
  const ask = (key: string, isReplicated: boolean, canRepeat = true) => {
    const idempotency: Idempotency = { key, digest: 'd', isReplicated: false };
    const run = async (): Promise<number> => {
      idempotency.isReplicated = isReplicated;
      runs += 1;
      return runs;
    };
    return answers.once(idempotency, run, () => canRepeat);
  };
  const both = [ask('put', true), ask('put', true)];
  expect(await Promise.all(both)).toEqual([1, 1]);
  expect(await ask('put', true)).toBe(2);
  expect([await ask('stream', false, false), await ask('stream', false, false)]).toEqual([3, 4]);
  expect([await ask('members', false), await ask('members', false)]).toEqual([5, 5]);
});

test('of answers that only this agent remembers the oldest are forgotten, by number and by bytes, and none that runs', async () => {
  let runs = 0;
  const asking = (answers: RememberedAnswers) => (key: string, answer: () => Promise<string>) => {
    const idempotency: Idempotency = { key, digest: 'd', isReplicated: false };
    const run = (): Promise<string> => {
      runs += 1;
      return answer();
    };
    return answers.once(idempotency, run, () => true);
  };
  const isKept = async (ask: ReturnType<typeof asking>, key: string): Promise<boolean> => {
    const before = runs;
    const refused = Object.assign(new Error('forgotten'), { effect: 'not_done' });
    await ask(key, () => Promise.reject(refused)).catch(() => undefined);
    return runs === before;
  };
  const few = asking(new RememberedAnswers({ answersMax: 2, answerBytesMax: 1_000 }));
  const running = Promise.withResolvers<string>();
  const first = few('running', () => running.promise);
  for (const key of ['a', 'b', 'c']) await few(key, async () => 'x');
  expect([await isKept(few, 'a'), await isKept(few, 'b'), await isKept(few, 'c')]).toEqual([false, true, true]);
  expect(few('running', async () => 'again')).toBe(first);
  running.resolve('x');
  await first;

  const small = asking(new RememberedAnswers({ answersMax: 100, answerBytesMax: 1_000 }));
  for (const key of ['a', 'b', 'c']) await small(key, async () => 'x'.repeat(400));
  expect([await isKept(small, 'a'), await isKept(small, 'b'), await isKept(small, 'c')]).toEqual([false, true, true]);
  await small('d', async () => 'x'.repeat(2_000));
  expect([await isKept(small, 'c'), await isKept(small, 'd')]).toEqual([true, false]);
});
