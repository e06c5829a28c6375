/**
 * Guards that a mistake of a program, also of one without types, is a refusal in one line that names it: nothing is sent,
 * nothing is stored that nobody meant, nothing is repeated until time is up, and other calls do not notice.
 */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, type Session, type SynodClient, SynodError } from '../../src/client/index.ts';
import { serveApi } from '../support/served-api.ts';
import { StubCell } from '../support/stub-cell.ts';

let cell: StubCell;
let client: SynodClient;

beforeEach(async () => {
  cell = await StubCell.start(1);
  client = connect({ endpoints: cell.endpoints });
});

afterEach(async () => {
  await client.close();
  cell.stop();
});

/** What only a program without types hands over. */
// biome-ignore lint/suspicious/noExplicitAny: that is the point.
const untyped = (value: unknown): any => value;

async function refusal(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    expect(error).toBeInstanceOf(SynodError);
    const { reason, effect, message } = error as SynodError;
    expect({ reason, effect }).toEqual({ reason: 'INVALID_ARGUMENT', effect: 'not_done' });
    return message;
  }
  throw new Error('it was not refused');
}

const VALUES: readonly (readonly [unknown, string])[] = [
  [7, 'a value is text or a Uint8Array, not 7'],
  [undefined, 'a value is text or a Uint8Array, not undefined'],
  [null, 'a value is text or a Uint8Array, not null'],
  [{ a: 1 }, 'a value is text or a Uint8Array, not an object'],
  [[1, 2], 'a value is text or a Uint8Array, not a list'],
  [new Uint16Array(2), 'a value is text or a Uint8Array, not an object of Uint16Array'],
  [new ArrayBuffer(2), 'a value is text or a Uint8Array, not an object of ArrayBuffer'],
  [Promise.resolve('x'), 'a value is text or a Uint8Array, not an object of Promise'],
];

test.each(VALUES)('what is no value is not stored: %s', async (value, message) => {
  expect(await refusal(() => client.put('/a', untyped(value)))).toBe(message);
  expect(await refusal(() => client.batch.put('/a', untyped(value)))).toBe(message);
  expect(await refusal(() => client.transact({ then: [{ kind: 'put', key: '/a', value: untyped(value) }] }))).toBe(
    message,
  );
});

const CALLS: Readonly<Record<string, readonly [(asked: SynodClient) => unknown, string]>> = {
  'a key that is no text': [(asked) => asked.get(untyped(undefined)), 'a path is text such as /jobs/1, not undefined'],
  'half a character in a key': [(asked) => asked.put('/a\ud800', 'x'), 'a path has half a character in it'],
  'half a character in a value': [(asked) => asked.put('/a', 'x\ud800'), 'a value has half a character in it'],
  'a batch without a key': [(asked) => asked.batch.get(untyped(undefined)), 'a path is text such as /jobs/1'],
  'no range': [(asked) => asked.list(untyped({})), 'a range is a prefix, { prefix } or { start, end }, not an object'],
  'a watch without a range': [(asked) => asked.watch(untyped(undefined)).next(), 'a range is a prefix'],
  'a watch from below 0': [(asked) => asked.watch('/', { fromRevision: -1 }).next(), 'fromRevision is a whole number'],
  'a quorum of reads for a write': [
    (asked) => asked.put('/a', 'x', { quorum: untyped('local') }),
    'the quorum of a write is majority or all, not the text "local"',
  ],
  'a misspelt quorum': [
    (asked) => asked.get('/a', { quorum: untyped('quorum') }),
    'the quorum of a read is local, majority or all, not the text "quorum"',
  ],
  'half a revision': [(asked) => asked.get('/a', { revision: 1.5 }), 'revision is a whole number from 0, not 1.5'],
  'a limit below 0': [(asked) => asked.list('/', { limit: -1 }), 'limit is a whole number from 0, not -1'],
  'no time at all': [
    (asked) => asked.put('/a', 'x', { timeoutMs: 0 }),
    'timeoutMs is a number of milliseconds above 0, not 0',
  ],
  'a timeout that is no number': [
    (asked) => asked.put('/a', 'x', { timeoutMs: untyped('5s') }),
    'timeoutMs is a number of milliseconds above 0, not the text "5s"',
  ],
  'a wait that is no number': [
    (asked) => asked.lock('/a/_lockable', { leaseTtlMs: 5_000 }).acquire({ timeoutMs: Number.NaN }),
    'timeoutMs is a number of milliseconds from 0, not NaN',
  ],
  'a signal that is none': [
    (asked) => asked.put('/a', 'x', { signal: untyped({}) }),
    'signal is an AbortSignal, not an object',
  ],
  'a controller for its signal': [
    (asked) => asked.get('/a', { signal: untyped(new AbortController()) }),
    'signal is an AbortSignal, not an object of AbortController',
  ],
  'a session that nobody awaited': [
    (asked) => asked.put('/a', 'x', { session: untyped(Promise.resolve() as unknown as Session) }),
    'session is what openSession resolves to, not an object of Promise',
  ],
  'a token that is none': [(asked) => asked.put('/a', 'x', { fencingToken: Number.NaN }), 'fencingToken is a whole'],
  'a token that is none, in a batch': [
    (asked) => asked.batch.put('/a', 'x', { fencingToken: 1.5 }),
    'fencingToken is a whole number from 0, not 1.5',
  ],
  'nothing expected': [
    (asked) => asked.compareAndWrite('/a', untyped({}), 'x'),
    'what is expected is either { version } or { value }, not an object',
  ],
  'two things expected': [
    (asked) => asked.compareAndWrite('/a', untyped({ version: 0, value: 'x' }), 'x'),
    'what is expected is either { version } or { value }',
  ],
  'a transaction that does nothing': [(asked) => asked.transact(untyped({})), 'then is a list, not undefined'],
  'a misspelt operation': [
    (asked) => asked.transact({ then: [untyped({ kind: 'set', key: '/a', value: 'x' })] }),
    'an operation is put, delete, deleteRange or read, not the text "set"',
  ],
  'a misspelt comparison': [
    (asked) => asked.transact({ compare: [untyped({ key: '/a', verison: 1 })], then: [] }),
    'a comparison says what of /a it compares: value, version,',
  ],
  'a TTL in words': [(asked) => asked.openSession({ ttlMs: untyped('5s') }), 'ttlMs is a whole number from 0, not'],
  'a lease without a TTL': [(asked) => asked.grantLease(untyped({})), 'ttlMs is a whole number from 0, not undefined'],
  'a misspelt action': [
    (asked) => asked.changeMembers(untyped('promot'), ['Ada']),
    'an action is remove, promote, demote, transfer, replace, pinVoter, pinLearner or unpin, not the text "promot"',
  ],
  'one name for a list of names': [
    (asked) => asked.propose('/a', 'x', { electorate: untyped('ada') }),
    'electorate is a list, not the text "ada"',
  ],
  'a number that is none': [(asked) => asked.counter('/a').add(Number.NaN), 'what is added is a whole number, not NaN'],
  'work without a word on its death': [
    (asked) => asked.once('/a', () => undefined, untyped({})),
    'onDeath is again or ask, not undefined',
  ],
  'more than a request may have': [
    (asked) => asked.put('/a', 'x'.repeat(20 * 1024 * 1024)),
    'a request has at most 1572864 bytes, this one has 20971',
  ],
};

test.each(Object.entries(CALLS))('%s', async (_, [act, message]) => {
  expect(await refusal(() => act(client))).toContain(message);
  const sent = cell.agents[0]!.calls.filter(({ method }) => method !== 'openSession');
  expect(sent).toEqual([]);
});

const ENDPOINTS: readonly (readonly [unknown, string])[] = [
  ['127.0.0.1:50101', "connect takes { endpoints: ['HOST:PORT'] }, not the text"],
  [{ endpoints: '127.0.0.1:50101' }, 'endpoints is a list, not the text "127.0.0.1:50101"'],
  [{ endpoints: [50_101] }, 'an endpoint is text, HOST:PORT, not 50101'],
  [{ timeoutMs: '10s' }, 'timeoutMs is a number of milliseconds above 0, not the text "10s"'],
];

test.each(ENDPOINTS)('no client of %j', async (options, message) => {
  expect(await refusal(() => connect(untyped(options)))).toContain(message);
});

test('a mistake does not disturb the calls and the batch that it is made among', async () => {
  const told = await Promise.allSettled([
    client.put('/a', 'a'),
    client.put('/b', 'x'.repeat(20 * 1024 * 1024)),
    client.batch.put('/c', 'c'),
    client.batch.get('/c', { quorum: untyped('most') }),
    client.batch.put('/d', 'x'.repeat(2 * 1024 * 1024)),
    client.put('/e', 'e'),
  ]);
  expect(told.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  ]);
  expect(cell.agents[0]!.calls.filter(({ method }) => method === 'put')).toHaveLength(2);
});

test('work that was done is not given back as undone when its result cannot be recorded', async () => {
  const served = await serveApi();
  const worker = connect({ endpoints: [served.address] });
  try {
    const paid = worker.once(
      '/pay/7',
      untyped(() => ({ receipt: 7 })),
      { onDeath: 'ask' },
    );
    await expect(paid).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      effect: 'done',
      message: '/pay/7 was done, but its result cannot be recorded: a value is text or a Uint8Array, not an object',
    });
    const { works } = await worker.onceWork.list();
    expect(works).toMatchObject([{ path: '/pay/7', state: 'claimed' }]);
  } finally {
    await worker.close();
    await served.stop();
  }
});
