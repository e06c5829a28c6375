// Guards the door of the operator API: read-only mode, an app without an agent, and how calls show up in lists and logs.
import { afterEach, expect, test } from 'vitest';
import { operatorContract } from '../../../src/contract/index.ts';
import { refusalOf, type ServedOperator, serveOperator, type Transport } from '../../support/served-operator.ts';

const open: ServedOperator[] = [];
async function serve(options: Parameters<typeof serveOperator>[0] = {}): Promise<ServedOperator> {
  const served = await serveOperator(options);
  open.push(served);
  return served;
}
afterEach(async () => {
  for (const served of open.splice(0)) await served.stop();
});

interface Procedure {
  readonly '~orpc': { readonly meta: { readonly effect: 'read' | 'write' | 'control' } };
}

/** Every procedure of the contract, so that one that is added later is judged too. */
const procedures = Object.entries(operatorContract).flatMap(([family, members]) =>
  Object.entries(members as Readonly<Record<string, Procedure>>).map(
    ([name, procedure]) => [`${family}.${name}`, procedure['~orpc'].meta.effect] as const,
  ),
);
const changing = procedures.filter(([, effect]) => effect !== 'read').map(([name]) => name);

async function call(served: ServedOperator, name: string, transport: Transport, input: unknown = {}): Promise<unknown> {
  const [family = '', procedure = ''] = name.split('.');
  const client = served.client(transport) as never as Record<
    string,
    Record<string, (input: unknown) => Promise<unknown>>
  >;
  return await client[family]![procedure]!(input);
}

test('there is something to refuse', () => {
  expect(changing).toEqual(
    expect.arrayContaining(['keys.put', 'cell.changeMembers', 'runtime.setLogLevel', 'requests.issue']),
  );
});

test.each(changing)('in read-only mode %s is refused, whatever its input', async (name) => {
  const served = await serve({ readOnly: true });
  for (const transport of ['http', 'port'] as const) {
    const refused = await refusalOf(call(served, name, transport));
    expect(refused).toMatchObject({ code: 'FORBIDDEN', data: { reason: 'READ_ONLY', effect: 'not_done' } });
  }
  expect(served.cell.writes).toEqual([]);
});

test('read-only mode is switched on and off here, unless it was given at start', async () => {
  const switched = await serve();
  const client = switched.client('port');
  await client.cell.setReadOnly({ readOnly: true });
  expect((await client.cell.status()).readOnly).toBe(true);
  expect((await refusalOf(client.keys.delete({ path: '/a' }))).message).toMatch(/switch that off/);
  await client.cell.setReadOnly({ readOnly: false });
  expect(await client.keys.put({ path: '/a', value: { text: 'x' } })).toMatchObject({ succeeded: true });

  const fixed = (await serve({ readOnly: true })).client('port');
  const refused = await refusalOf(fixed.cell.setReadOnly({ readOnly: false }));
  expect(refused.message).toMatch(/without --read-only/);
  expect(await fixed.keys.get({ path: '/a' })).toMatchObject({ item: null });
});

test('a request that only reads may be issued in read-only mode', async () => {
  const client = (await serve({ readOnly: true })).client('http');
  const answer = await client.requests.issue({ method: 'Read', request: { key: { text: '/a' } } });
  expect(answer.reply).toMatchObject({});
  const put = client.requests.issue({ method: 'Put', request: { key: { text: '/a' } } });
  expect((await refusalOf(put)).data.reason).toBe('READ_ONLY');
});

test.each(procedures.map(([name]) => name).filter((name) => !name.startsWith('app.')))(
  'before there is an agent %s is refused',
  async (name) => {
    const served = await serve({ isAgentMissing: true });
    const { code, data } = await refusalOf(call(served, name, 'port'));
    expect([code, data.reason]).toEqual(['SERVICE_UNAVAILABLE', 'AGENT_NOT_STARTED']);
  },
);

test('writes are calls like any other; what a viewer reads is its own traffic', async () => {
  const served = await serve();
  for (const transport of ['port', 'http'] as const) {
    const client = served.client(transport);
    await client.keys.put({ path: '/a', value: { text: 'x' }, quorum: 'all' });
    await client.keys.get({ path: '/a' });
    await refusalOf(client.keys.delete({ path: 'nonsense' }));
  }
  const { inFlight, rpcLog } = served.observability;
  const calls = inFlight.recent(10).map(({ method, peer, quorum, status, own, messageId }) => ({
    method,
    peer: peer.replace(/:\d+$/, ''),
    quorum,
    status,
    own,
    prefix: messageId.split('-')[0],
  }));
  const ofTransport = (peer: string) => [
    { method: 'Delete', peer, quorum: '', status: 'INVALID_ARGUMENT', own: false, prefix: 'operator' },
    { method: 'Read', peer, quorum: 'majority', status: 'OK', own: true, prefix: 'viewer' },
    { method: 'Put', peer, quorum: 'all', status: 'OK', own: false, prefix: 'operator' },
  ];
  expect(calls).toEqual([...ofTransport('127.0.0.1'), ...ofTransport('window')]);
  expect(rpcLog.query({}, 10).map(({ kind }) => kind)).toEqual(['Delete', 'Put', 'Delete', 'Put']);
  const [put] = rpcLog.query({ kinds: ['Put'] }, 1);
  expect(rpcLog.detail(put!.sequence)).toMatchObject({
    slot: expect.any(Number),
    fields: { path: '/a', value: { text: 'x' } },
    replyFields: { succeeded: true },
  });
  expect(served.bugs).toEqual([]);
});

test('a bug is reported and says nothing of the inside', async () => {
  const served = await serve();
  served.cell.failure = new TypeError('secret detail') as never;
  for (const transport of ['http', 'port'] as const) {
    const refused = await refusalOf(served.client(transport).keys.put({ path: '/a', value: { text: 'x' } }));
    expect(refused).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', data: { reason: 'INTERNAL', effect: 'unknown' } });
    expect(JSON.stringify(refused)).not.toMatch(/secret/);
  }
  expect(served.bugs.map(({ message }) => message)).toEqual(['secret detail', 'secret detail']);
});
