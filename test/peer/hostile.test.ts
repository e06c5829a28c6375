// Guards the peer port against what should not come there: garbage, strangers, frames that are too large or are no
// messages. The agent stays up, says one line, keeps serving its peers, and its memory stays bounded.
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { type ClientDuplexStream, status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { encodeBatch, encodeHello, encodeKeepAlive, MessageEncoder } from '../../src/agent/peer/frames.ts';
import { parseAddress } from '../../src/agent/peer/ports.ts';
import { connect } from '../../src/agent/peer/transport.ts';
import { PeerFrame } from '../../src/gen/synod/v1/peer.ts';
import { fc } from '../support/property.ts';
import { chosenReply, consensus, slotsOf, startAgent, startIn, stopAgents, type TestAgent } from './agents.ts';
import { AgreedCell } from './agreed-cell.ts';
import { anyPeerMessage } from './messages.ts';

afterEach(stopAgents);

const until = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 5 });

async function pair(): Promise<{ a: TestAgent; b: TestAgent }> {
  const cell = new AgreedCell();
  const [a, b] = [await startAgent('a'), await startAgent('b')];
  cell.setAddress('a', 'Ada', a.address);
  cell.setAddress('b', 'Bruno', b.address);
  cell.configure({ a: 'voter', b: 'voter' });
  startIn(cell, a);
  startIn(cell, b);
  await until(() => expect(a.peers.status()[0]!.isUp).toBe(true));
  return { a, b };
}

/** The agents still talk, on the connection they had. */
async function expectUndisturbed({ a, b }: { a: TestAgent; b: TestAgent }): Promise<void> {
  const slot = b.received.length + 1_000;
  a.peers.send('b', consensus('cell-1', 'a', 'b', chosenReply(slot)));
  await until(() => expect(slotsOf(b.received)).toContain(slot));
  expect(a.lines.filter((line) => line.includes('no connection'))).toEqual([]);
}

const closed = (port: number, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.on('close', () => resolve());
  });

describe('the port', () => {
  test.each([
    ['random bytes', Buffer.from('17 03 01 ff 00 99 garbage'), 'does not speak gRPC'],
    ['HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), 'the dashboard and REST are on the HTTP port'],
    ['TLS', Buffer.from([0x16, 3, 1, 0, 200]), 'TLS, which is not supported yet'],
  ])('turns away %s with one line', async (_, bytes, line) => {
    const agents = await pair();
    for (let count = 0; count < 5; count++) await closed(parseAddress(agents.b.address).port, bytes);
    expect(agents.b.lines.filter((text) => text.includes('turned away a connection'))).toHaveLength(1);
    expect(agents.b.lines.join('\n')).toContain(line);
    await expectUndisturbed(agents);
  });

  test('survives random bytes after a good beginning', async () => {
    const agents = await pair();
    const { port } = parseAddress(agents.b.address);
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    for (const seed of fc.sample(fc.uint8Array({ minLength: 9, maxLength: 400 }), { numRuns: 40, seed: 7 })) {
      await new Promise<void>((resolve) => {
        const socket = connectTcp(port, '127.0.0.1', () => socket.end(Buffer.concat([preface, seed])));
        socket.on('error', () => resolve());
        socket.on('data', () => socket.destroy());
        socket.on('close', () => resolve());
      });
    }
    await expectUndisturbed(agents);
  });

  test('takes calls whose first bytes come one by one', async () => {
    const { b } = await pair();
    const { port } = parseAddress(b.address);
    const socket = connectTcp({ port, host: '127.0.0.1', noDelay: true });
    const session = connectHttp2('http://x', { createConnection: () => socket });
    const request = session.request({
      ':method': 'POST',
      ':path': '/synod.v1.PeerService/Ping',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    request.end(Buffer.from([0, 0, 0, 0, 0]));
    const answered = await new Promise((resolve) => request.on('response', (headers) => resolve(headers[':status'])));
    expect(answered).toBe(200);
    session.destroy();
  });
});

const hello = (overrides = {}) =>
  encodeHello({
    cellId: 'cell-1',
    from: 'stranger',
    to: 'b',
    bootId: 'boot',
    promised: { round: 0, agentId: '' },
    journalEnd: 0,
    name: '',
    version: '',
    grpcAddress: '',
    ...overrides,
  });

/** Opens a stream, says these frames, and resolves to the status it ends with. */
async function talk(agent: TestAgent, frames: Iterable<Buffer>): Promise<{ code: number; details: string }> {
  const client = connect(parseAddress(agent.address));
  const call: ClientDuplexStream<Buffer, Buffer> = client.exchange();
  const ended = new Promise<{ code: number; details: string }>((resolve) => {
    call.on('error', () => {});
    call.on('data', () => {});
    call.on('status', resolve);
  });
  for (const frame of frames) call.write(frame);
  const result = await ended;
  client.close();
  return result;
}

describe('a stream', () => {
  const encoder = new MessageEncoder('boot');
  const message = encodeBatch([encoder.encode(consensus('cell-1', 'stranger', 'b', chosenReply(7)))]);
  const noBody = PeerFrame.encode({
    kind: {
      $case: 'batch',
      value: { messages: [{ group: 0, cellId: '', from: '', to: '', epoch: 0, messageId: '', body: undefined }] },
    },
  }).finish();
  const cases: [what: string, frames: Buffer[], code: number, details: string][] = [
    ['that begins with a message', [message], status.INVALID_ARGUMENT, 'the first frame on a stream is not a Hello'],
    ['that begins with a keep-alive', [encodeKeepAlive(1)], status.INVALID_ARGUMENT, 'is not a Hello'],
    ['of bytes that are no frame', [Buffer.from([9, 9, 9])], status.INVALID_ARGUMENT, 'malformed message'],
    ['of an empty frame', [Buffer.alloc(0)], status.INVALID_ARGUMENT, 'a frame of no known kind'],
    ['of another cell', [hello({ cellId: 'x' })], status.FAILED_PRECONDITION, 'is of cell x, this one of cell cell-1'],
    ['for somebody else', [hello({ to: 'z' })], status.FAILED_PRECONDITION, 'is meant for z, this is b'],
    ['from nobody', [hello({ from: '' })], status.FAILED_PRECONDITION, 'the stream from nobody'],
    ['from oneself', [hello({ from: 'b' })], status.FAILED_PRECONDITION, 'the stream from b'],
    ['with two Hellos', [hello(), hello()], status.INVALID_ARGUMENT, 'a second Hello'],
    ['with a message without a body', [hello(), Buffer.from(noBody)], status.INVALID_ARGUMENT, 'it has no body'],
    [
      'with a frame that is too large',
      [hello(), Buffer.alloc(4_194_305)],
      status.RESOURCE_EXHAUSTED,
      'larger than max',
    ],
  ];
  test.each(cases)('%s ends with a precise error', async (_, frames, code, details) => {
    const agents = await pair();
    // The client's own limit would stop the oversized frame before it is sent.
    const result = frames.at(-1)!.length > 4_000_000 ? await sendRaw(agents.b, frames) : await talk(agents.b, frames);
    expect(result.code).toBe(code);
    expect(result.details).toContain(details);
    await expectUndisturbed(agents);
  });

  test('that never says Hello, and one that falls silent, are closed', async () => {
    const agents = await pair();
    const silent = await Promise.all([talk(agents.b, []), talk(agents.b, [hello()])]);
    for (const { code } of silent) expect(code).toBe(status.DEADLINE_EXCEEDED);
    await expectUndisturbed(agents);
  });

  test('from one peer at a time: a newer one replaces it', async () => {
    const agents = await pair();
    const first = talk(agents.b, [hello(), message]);
    await until(() => expect(slotsOf(agents.b.received)).toEqual([7]));
    void talk(agents.b, [hello()]);
    expect(await first).toMatchObject({ code: status.ABORTED, details: 'a newer stream replaces this one' });
  });

  test('with messages in the name of somebody else delivers only the honest ones', async () => {
    const { b } = await pair();
    const forged = encodeBatch([
      encoder.encode(consensus('cell-1', 'a', 'b', chosenReply(666))),
      encoder.encode(consensus('cell-2', 'stranger', 'b', chosenReply(667))),
      encoder.encode(consensus('cell-1', 'stranger', 'z', chosenReply(668))),
      encoder.encode(consensus('cell-1', 'stranger', 'b', chosenReply(7))),
    ]);
    await talk(b, [hello(), forged, Buffer.from([9, 9, 9])]);
    expect(slotsOf(b.received)).toEqual([7]);
    expect(b.traffic.filter((entry) => entry.status === 'addressee')).toHaveLength(3);
  });

  test('of random frames, and of random good messages, never brings the agent down', async () => {
    const agents = await pair();
    const random = fc.sample(fc.uint8Array({ maxLength: 300 }), { numRuns: 60, seed: 3 });
    for (const bytes of random) await talk(agents.b, [hello(), Buffer.from(bytes), Buffer.from([9])]);
    const messages = fc.sample(anyPeerMessage, { numRuns: 300, seed: 3 });
    const honest = messages.map((one): typeof one =>
      one.kind === 'consensus'
        ? { kind: 'consensus', envelope: { ...one.envelope, cellId: 'cell-1', from: 'stranger', to: 'b' } }
        : { ...one, cellId: 'cell-1', from: 'stranger', to: 'b' },
    );
    const before = agents.b.received.length;
    const frame = encodeBatch(honest.map((one) => encoder.encode(one)));
    await talk(agents.b, [hello(), frame, Buffer.from([9])]);
    expect(agents.b.received.length - before).toBe(messages.length);
    await expectUndisturbed(agents);
  });
});

describe('calls', () => {
  test('before the agent is part of a cell say so', async () => {
    const agent = await startAgent('a');
    const { code, details } = await talk(agent, [hello({ to: 'a' })]);
    expect([code, details]).toEqual([status.UNAVAILABLE, 'this agent is not part of a cell yet']);
  });

  test('Ping and GetPeers answer anybody', async () => {
    const { b } = await pair();
    const client = connect(parseAddress(b.address));
    const ping = await new Promise((resolve) => client.ping({ from: '', sentMs: 5 }, (_, reply) => resolve(reply)));
    expect(ping).toEqual({ agentId: 'b', cellId: 'cell-1', name: 'Bruno', sentMs: 5 });
    const peers = await new Promise((resolve) => client.getPeers({}, (_, reply) => resolve(reply)));
    expect(peers).toMatchObject({ cellId: 'cell-1', leader: 'a', peers: [{ name: 'Ada' }, { name: 'Bruno' }] });
    client.close();
  });
});

/** Without the limits of a peer's own client. */
function sendRaw(agent: TestAgent, frames: Buffer[]): Promise<{ code: number; details: string }> {
  return new Promise((resolve) => {
    const session = connectHttp2(`http://${agent.address}`);
    session.on('error', () => {});
    const request = session.request({
      ':method': 'POST',
      ':path': '/synod.v1.PeerService/Exchange',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    request.on('error', () => {});
    request.on('data', () => {});
    const finish = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] === undefined) return;
      const details = decodeURIComponent(String(headers['grpc-message'] ?? ''));
      resolve({ code: Number(headers['grpc-status']), details });
      session.destroy();
    };
    request.on('response', finish);
    request.on('trailers', finish);
    for (const frame of frames) {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(frame.length, 1);
      request.write(Buffer.concat([head, frame]));
    }
  });
}
