// Guards the list of calls and issuing requests: what runs is seen and can be ended, and any call can be done again elsewhere.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { coordinationMethods } from '../../../src/agent/api/coordination/service.ts';
import { unaryMethods } from '../../../src/agent/api/service.ts';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { PutRequest, WriteResponse } from '../../../src/gen/synod/v1/user.ts';
import { refusalOf, type ServedOperator, serveOperator } from '../../support/served-operator.ts';

let served: ServedOperator;
let client: OperatorClient;
beforeEach(async () => {
  served = await serveOperator();
  client = served.client('port');
});
afterEach(async () => {
  await served.stop();
  expect(served.bugs).toEqual([]);
});

test('a call that hangs is seen, cancelled, and answered as cancelled', async () => {
  served.cell.stall(true);
  const hanging = refusalOf(client.keys.put({ path: '/a', value: { text: 'x' } }));
  await expect.poll(async () => (await client.requests.list({})).runningCount).toBe(1);
  const { running } = await client.requests.list({});
  expect(running).toMatchObject([{ method: 'Put', peer: 'window', status: '', own: false }]);
  expect(await client.requests.cancel({ id: running[0]!.id })).toEqual({ cancelled: true });
  expect(await hanging).toMatchObject({
    code: 'CLIENT_CLOSED_REQUEST',
    data: { reason: 'CANCELLED', effect: 'unknown' },
  });
  expect(await client.requests.cancel({ id: running[0]!.id })).toEqual({ cancelled: false });
  served.cell.stall(false);
});

test('a watch that is cancelled ends with the reason', async () => {
  const events = await client.keys.watch({});
  const next = refusalOf(events.next());
  const { running } = await client.requests.list({ includeOwn: true });
  const watch = running.find(({ method }) => method === 'Watch')!;
  await client.requests.cancel({ id: watch.id });
  expect((await next).data.reason).toBe('CANCELLED');
  await expect.poll(() => served.cell.watcherCount).toBe(0);
});

test('own calls are listed only when they are asked for', async () => {
  await client.keys.get({ path: '/a' });
  await client.keys.put({ path: '/a', value: { text: 'x' } });
  expect((await client.requests.list({})).recent.map(({ method }) => method)).toEqual(['Put']);
  const all = await client.requests.list({ includeOwn: true, limit: 2 });
  expect(all.recent.map(({ method }) => method)).toEqual(['RequestsList', 'Put']);
  expect(all.recent[1]).toMatchObject({ slot: served.cell.machine.appliedSlot });
});

test('the list is told again when calls of others have changed it, and only then', async () => {
  const events = await client.requests.watch({});
  expect((await events.next()).value).toMatchObject({ running: [], recent: [] });
  const listed = async () => (await events.next()).value as Awaited<ReturnType<typeof client.requests.list>>;
  const next = listed();
  await client.keys.get({ path: '/a' });
  await client.keys.put({ path: '/a', value: { text: 'x' } });
  let told = await next;
  // It may be told while it runs, too.
  while (told.recent.length === 0) {
    expect(told.running).toMatchObject([{ method: 'Put' }]);
    told = await listed();
  }
  expect(told).toMatchObject({ recent: [{ method: 'Put' }] });
  await events.return?.(undefined);
});

describe('issuing', () => {
  test('every method of one request and one answer can be issued, and has an example that can be read', async () => {
    const { methods } = await client.requests.methods();
    const services = [unaryMethods(served.ports.api), coordinationMethods(served.ports.api)];
    const names = services.flatMap((of) => Object.values(of).map(({ name }) => name));
    expect(methods.map(({ name }) => name).sort()).toEqual(names.sort());
    for (const { name, example } of methods) {
      expect([name, example]).not.toEqual([name, name === 'Status' || name === 'Members' ? '' : '{}']);
      expect(JSON.parse(example)).toBeTypeOf('object');
    }
    expect(methods.find(({ name }) => name === 'Read')?.effect).toBe('read');
    expect(methods.find(({ name }) => name === 'Shutdown')?.effect).toBe('write');
  });

  test('a request is judged, answered and logged like one over gRPC', async () => {
    const put = await client.requests.issue({
      method: 'Put',
      request: { key: { text: '/i' }, value: { base64: '//4=' }, options: { quorum: 'WRITE_QUORUM_ALL' } },
    });
    expect(put.reply).toMatchObject({ succeeded: true, revision: 1, current: { key: { text: '/i' }, version: 1 } });
    expect(served.cell.writes.at(-1)).toMatchObject({ quorum: 'all' });
    const read = await client.requests.issue({ method: 'Read', request: { key: 'L2k=' } });
    expect(read.reply).toMatchObject({ item: { key: { text: '/i' }, value: { base64: '//4=' } } });
    const { recent } = await client.requests.list({});
    expect(recent.map(({ method, own, status }) => [method, own, status])).toEqual([
      ['Read', false, 'OK'],
      ['Put', false, 'OK'],
    ]);
    expect(recent[1]).toMatchObject({ messageId: put.messageId, quorum: 'all', slot: expect.any(Number) });
    expect(recent[1]!.slot).toBeGreaterThan(0);
  });

  test('what is no request is refused in one line', async () => {
    const refused = async (method: string, request: Record<string, unknown>) => {
      const { data, message } = await refusalOf(client.requests.issue({ method, request }));
      expect(data.reason).toBe('INVALID_ARGUMENT');
      return message;
    };
    expect(await refused('Nonsense', {})).toMatch(/no method "Nonsense"/);
    expect(await refused('__proto__', {})).toMatch(/no method/);
    expect(await refused('Put', { key: { text: '/a' }, valeu: { text: 'x' } })).toMatch(/no field "valeu"/);
    expect(await refused('Put', { key: 7 })).toMatch(/no request of Put/);
    expect(await refused('Put', { key: { text: 'a' } })).toMatch(/starts with \//);
    expect(await refused('Read', { key: { text: '/a' }, options: { quorum: 'EVERYBODY' } })).toMatch(
      /local, majority or all/,
    );
  });
});

describe('a call with what was said', () => {
  async function detailOf(method: string) {
    const { recent } = await client.requests.list({ includeOwn: true });
    const { messageId } = recent.find((call) => call.method === method)!;
    return await client.requests.detail({ messageId });
  }

  test('of an operator: as JSON, and as a command, gRPC and TypeScript', async () => {
    await client.keys.put({ path: "/it's", value: { text: '-5' }, quorum: 'all' });
    const put = await detailOf('Put');
    expect(put.call).toMatchObject({ method: 'Put', status: 'OK' });
    expect(put.request).toMatchObject({ path: "/it's", value: { text: '-5' } });
    expect(put.reply).toMatchObject({ succeeded: true });
    expect(put.asCli).toBe(`synod put --quorum all --endpoint 127.0.0.1:50101 -- '/it'\\''s' -5`);
    expect(put.asGrpc).toBe(
      `grpcurl -plaintext -d '{"key":"L2l0J3M=","value":"LTU=","options":{"quorum":"WRITE_QUORUM_ALL"}}' 127.0.0.1:50101 synod.v1.UserService/Put`,
    );
    expect(put.asTypeScript).toContain(`client.put("/it's", "-5", { quorum: "all" })`);
    const again = await client.requests.issue(put.repeat!);
    expect(again.reply).toMatchObject({ succeeded: true, current: { version: 2 } });
  });

  test.each([
    [
      'CompareAndWrite',
      () => client.keys.compareAndWrite({ path: '/c', expected: { version: 0 }, value: { text: 'v' } }),
      'synod cas --version 0 --endpoint 127.0.0.1:50101 /c v',
      'client.compareAndWrite("/c", { version: 0 }, "v")',
    ],
    [
      'Delete',
      () => client.keys.delete({ path: '/c' }),
      'synod del --endpoint 127.0.0.1:50101 /c',
      'client.delete("/c")',
    ],
    [
      'DeleteTree',
      () => client.keys.deleteTree({ path: '/c' }),
      '',
      'client.transact({ then: [{ kind: "delete", key: "/c" }, { kind: "deleteRange", range: { start: "/c/", end: "/c0" } }] })',
    ],
    [
      'Transact',
      () =>
        client.keys.transact({
          compare: [{ path: '/c', version: 0 }],
          then: [{ put: { path: '/c', value: { text: 'v' } } }],
          otherwise: [{ delete: { path: '/c' } }],
        }),
      `printf %s '{"compare":[{"key":"/c","op":"=","version":0}],"then":[{"put":{"key":"/c","value":"v"}}],"else":[{"delete":{"key":"/c"}}]}' | synod txn --endpoint 127.0.0.1:50101 `,
      'client.transact({ compare: [{ key: "/c", version: 0 }], then: [{ kind: "put", key: "/c", value: "v" }], otherwise: [{ kind: "delete", key: "/c" }] })',
    ],
    ['Read', () => client.keys.get({ path: '/c' }), 'synod get --endpoint 127.0.0.1:50101 /c', 'client.get("/c")'],
    [
      'ReadPrefix',
      () => client.keys.range({ prefix: '/c/', limit: 5 }),
      'synod ls --limit 5 --endpoint 127.0.0.1:50101 /c/',
      'client.list({ prefix: "/c/" }, { limit: 5 })',
    ],
    [
      'History',
      () => client.keys.history({ path: '/c', limit: 5 }),
      'synod history --limit 5 --endpoint 127.0.0.1:50101 /c',
      'client.history("/c", { limit: 5 })',
    ],
    ['Status', () => client.cell.status(), 'synod status --endpoint 127.0.0.1:50101 ', 'client.status()'],
  ] as const)('%s', async (method, call, cli, typeScript) => {
    await call();
    const detail = await detailOf(method);
    expect(detail.asCli.trim()).toBe(cli.trim());
    expect(detail.asTypeScript).toContain(typeScript);
    expect(detail.asGrpc).toMatch(/^grpcurl -plaintext -d .* synod\.v1\.UserService\/\w+$/);
    expect((await client.requests.issue(detail.repeat!)).reply).toBeTypeOf('object');
  });

  test('on a key that is no UTF-8: repeating it means the same key', async () => {
    await client.keys.put({ path: '/b\udcff', value: { text: 'v' } });
    await client.requests.issue((await detailOf('Put')).repeat!);
    expect((await client.keys.get({ path: '/b\udcff' })).item?.version).toBe(2);
    expect((await client.keys.range({ prefix: '/b' })).count).toBe(1);
  });

  test.each([
    [{ path: '/\ud800', value: { text: 'v' } }, /^a key is UTF-8 text; this one has half a character in it$/],
    [{ path: '/a', value: { text: '\ud800' } }, /^a text has half a character in it: /],
    [{ path: 5, value: { text: 'v' } }, /^Put has no field "path", or cannot take what it holds$/],
  ])('of which nothing can be made: as it came, without other forms, and why', async (request, why) => {
    await refusalOf(client.keys.put(request as never));
    const detail = await detailOf('Put');
    expect(detail).toMatchObject({ request, reply: null, asCli: '', repeat: null });
    expect(detail.noFormReason).toMatch(why);
  });

  test('of a program over gRPC: the message, without its place in the session', async () => {
    const request = PutRequest.fromPartial({
      key: Buffer.from('/grpc'),
      value: Buffer.from([0xff]),
      options: { sessionId: 's', sequence: 4, ackedBelow: 2 },
    });
    const method = served.observability.calls.method('Put', PutRequest.decode, WriteResponse.decode);
    const reply = WriteResponse.encode(WriteResponse.fromPartial({ succeeded: true, slot: 9 })).finish();
    const canceller = { cancel: () => undefined };
    method.began('1.2.3.4:5', 'given-id', PutRequest.encode(request).finish(), canceller).ended(0, 9, reply);
    const detail = await client.requests.detail({ messageId: 'given-id' });
    expect(detail.request).toEqual({
      key: { text: '/grpc' },
      value: { base64: '/w==' },
      options: { sessionId: 's', sequence: 4, ackedBelow: 2 },
    });
    expect(detail.reply).toEqual({ succeeded: true, slot: 9 });
    expect(detail.repeat).toEqual({ method: 'Put', request: { key: { text: '/grpc' }, value: { base64: '/w==' } } });
    expect(detail.asCli).toBe('printf %s /w== | base64 -d | synod put --endpoint 127.0.0.1:50101 /grpc -');
    expect(detail.asTypeScript).toContain(`client.put("/grpc", Buffer.from("/w==", 'base64'))`);
  });

  test('that is not kept any more, or has no such forms, says so', async () => {
    expect(await client.requests.detail({ messageId: 'never-was' })).toMatchObject({
      call: null,
      request: null,
      repeat: null,
    });
    await client.keys.search({ mode: 'path', text: 'x' });
    expect(await detailOf('KeysSearch')).toMatchObject({ asCli: '', asGrpc: '', repeat: null, request: { text: 'x' } });
    expect((await detailOf('KeysSearch')).noFormReason).toBe('KeysSearch is a call of the operator API alone');
  });
});
