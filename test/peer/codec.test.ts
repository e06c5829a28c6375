// Guards that every message arrives as it was sent, that a message to several peers is encoded once, and that bytes
// which are no message end in one precise error.

import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/agent/consensus/messages.ts';
import type { PeerMessage } from '../../src/agent/host/ports.ts';
import { CONSENSUS_READERS } from '../../src/agent/peer/codec-consensus.ts';
import { HOST_READERS } from '../../src/agent/peer/codec-host.ts';
import { decodeFrame, encodeBatch, encodeHello, encodeKeepAlive, MessageEncoder } from '../../src/agent/peer/frames.ts';
import { MalformedMessage } from '../../src/agent/peer/malformed.ts';
import { EntryKind } from '../../src/gen/synod/v1/journal.ts';
import { PeerFrame, type PeerMessage as WireMessage } from '../../src/gen/synod/v1/peer.ts';
import { fc } from '../support/property.ts';
import { anyPeerMessage } from './messages.ts';

function received(frame: Uint8Array): { messageId: string; bytes: number; message: PeerMessage }[] {
  const decoded = decodeFrame(frame);
  if (decoded.kind !== 'batch') throw new Error(`a ${decoded.kind} where a batch was expected`);
  return [...decoded.messages];
}

/** Bytes come back as Buffers, whatever went in. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, field) => (field instanceof Uint8Array ? [...field] : field)));
}

function jsonOf(message: PeerMessage): unknown {
  const bytesAsText = (_: string, field: unknown): unknown => {
    if (field instanceof Uint8Array) return `bytes ${Buffer.from(field).toString('hex')}`;
    const json = field as { type?: string; data?: number[] } | null;
    return json?.type === 'Buffer' ? `bytes ${Buffer.from(json.data!).toString('hex')}` : field;
  };
  return JSON.parse(JSON.stringify(message, bytesAsText));
}

const hello = {
  cellId: 'cell',
  from: 'a',
  to: 'b',
  bootId: 'boot',
  promised: { round: 3, agentId: 'a' },
  journalEnd: 17,
  name: 'Ada',
  version: '1',
  grpcAddress: '127.0.0.1:1',
};

describe('frames', () => {
  test('a batch of any messages arrives as it was sent, in order, with ids that are never reused', () => {
    const encoder = new MessageEncoder('0123456789abcdef');
    const ids = new Set<string>();
    fc.assert(
      fc.property(fc.array(anyPeerMessage, { minLength: 1, maxLength: 5 }), (messages) => {
        const encoded = messages.map((message) => encoder.encode(message));
        const arrived = received(encodeBatch(encoded));
        expect(arrived.map(({ message }) => jsonOf(message))).toEqual(messages.map(jsonOf));
        expect(arrived.map(({ messageId }) => messageId)).toEqual(encoded.map(({ messageId }) => messageId));
        expect(arrived.map(({ bytes }) => bytes)).toEqual(encoded.map(({ bytes }) => bytes));
        for (const { messageId } of encoded) {
          expect(ids.has(messageId)).toBe(false);
          ids.add(messageId);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the frames are those of proto/synod/v1/peer.proto', () => {
    fc.assert(
      fc.property(fc.array(anyPeerMessage, { maxLength: 4 }), (messages) => {
        const encoder = new MessageEncoder('boot');
        const frame = encodeBatch(messages.map((message) => encoder.encode(message)));
        const { kind } = PeerFrame.decode(frame);
        expect(kind?.$case).toBe('batch');
        const generated = PeerFrame.encode(PeerFrame.decode(frame)).finish();
        expect(plain(PeerFrame.decode(generated))).toEqual(plain({ kind }));
      }),
    );
    expect(PeerFrame.decode(encodeHello(hello)).kind).toEqual({ $case: 'hello', value: hello });
    expect(PeerFrame.decode(encodeKeepAlive(7)).kind).toEqual({ $case: 'keepAlive', value: { counter: 7 } });
    expect(decodeFrame(encodeHello(hello))).toEqual({ kind: 'hello', hello });
    expect(decodeFrame(encodeKeepAlive(7))).toEqual({ kind: 'keepAlive', counter: 7 });
  });

  test('what goes to several peers is encoded once', () => {
    const encoder = new MessageEncoder('boot');
    const message: Message = { kind: 'heartbeat', ballot: { round: 1, agentId: 'a' }, round: 2, chosenThrough: 3 };
    const to = (peer: string): PeerMessage => ({
      kind: 'consensus',
      envelope: { group: 0, cellId: 'c', from: 'a', to: peer, epoch: 1, message },
    });
    const [b, c] = [encoder.encode(to('b')), encoder.encode(to('c'))];
    expect(c.body).toBe(b.body);
    expect(received(encodeBatch([b, c])).map(({ message: sent }) => sent)).toEqual([to('b'), to('c')]);
  });

  test('a message that cannot be encoded leaves nothing behind in the next one', () => {
    const encoder = new MessageEncoder('boot');
    const chosenReply = (chosenThrough: number): PeerMessage => ({
      kind: 'consensus',
      envelope: {
        group: 0,
        cellId: 'c',
        from: 'a',
        to: 'b',
        epoch: 1,
        message: { kind: 'chosenReply', chosenThrough, needFrom: 1 },
      },
    });
    expect(() => encoder.encode(chosenReply(0.5))).toThrow();
    expect(received(encodeBatch([encoder.encode(chosenReply(5))]))[0]!.message).toEqual(chosenReply(5));
  });

  test('durations with fractions become whole ones, and an age never grows', () => {
    const encoder = new MessageEncoder('boot');
    const base = { kind: 'host' as const, group: 0, cellId: 'c', from: 'a', to: 'b', epoch: 1 };
    const message: PeerMessage = {
      ...base,
      message: { kind: 'renew', callId: '1', items: [{ timerId: 't', ageMs: 1.9 }] },
    };
    const [arrived] = received(encodeBatch([encoder.encode(message)]));
    expect(arrived!.message).toMatchObject({ message: { items: [{ timerId: 't', ageMs: 1 }] } });
  });

  test('both tables know every body of the protocol', () => {
    const kinds = [...Object.keys(CONSENSUS_READERS), ...Object.keys(HOST_READERS)];
    expect(new Set(kinds).size).toBe(25);
  });
});

describe('what is no message', () => {
  const ballot = { round: 1, agentId: 'a' };
  const entry = { kind: EntryKind.COMMAND, origin: ballot, stampMs: 1, requestId: 'r', payload: Buffer.alloc(0) };
  const bodies: [expected: string, body: WireMessage['body']][] = [
    ['it has no body of a known kind', undefined],
    ['heartbeat.ballot is missing', { $case: 'heartbeat', value: { ballot: undefined, round: 1, chosenThrough: 1 } }],
    [
      'accept has an entry of unknown kind 0',
      {
        $case: 'accept',
        value: { ballot, fromSlot: 1, chosenThrough: 0, entries: [{ ...entry, kind: EntryKind.UNSPECIFIED }] },
      },
    ],
    [
      'accept.entry.origin is missing',
      { $case: 'accept', value: { ballot, fromSlot: 1, chosenThrough: 0, entries: [{ ...entry, origin: undefined }] } },
    ],
    [
      'chosen has an entry without a slot',
      { $case: 'chosen', value: { ballot, chosenThrough: 1, floor: 1, entries: [{ slot: 0, ballot, entry }] } },
    ],
    [
      'chosen.entries.entry is missing',
      {
        $case: 'chosen',
        value: { ballot, chosenThrough: 1, floor: 1, entries: [{ slot: 1, ballot, entry: undefined }] },
      },
    ],
    ['forwardReply.fate 0 is unknown', { $case: 'forwardReply', value: { callId: 'c', fate: 0, leader: '' } }],
    [
      'changeParticipants.changes: role "king" is unknown',
      {
        $case: 'changeParticipants',
        value: { callId: 'c', changes: [{ agentId: 'a', role: 'king' }], expectedEpoch: 0, transferTo: '' },
      },
    ],
    [
      'forward.requests: ',
      {
        $case: 'forward',
        value: {
          callId: 'c',
          requests: [{ sessionId: '', sequence: 0, ackedBelow: 0, digest: 0, command: undefined, asSessionId: '' }],
        },
      },
    ],
  ];
  test.each(bodies)('%s', (expected, body) => {
    const message = { group: 0, cellId: 'c', from: 'a', to: 'b', epoch: 1, messageId: 'm', body };
    const frame = PeerFrame.encode({ kind: { $case: 'batch', value: { messages: [message] } } }).finish();
    expect(() => received(frame)).toThrow(MalformedMessage);
    expect(() => received(frame)).toThrow(expected);
  });

  test('an empty frame, an unknown frame and a length beyond the frame are refused', () => {
    for (const bytes of [[], [0x7a, 0], [0x12, 0x05, 0x0a], [0x12, 0x02, 0x0a, 0x7f], [0x12, 0xff, 0xff, 0xff, 0xff]]) {
      expect(() => received(Uint8Array.from(bytes))).toThrow(MalformedMessage);
    }
  });

  test('random bytes, and messages with random damage, are read or refused, and nothing else', () => {
    const encoder = new MessageEncoder('boot');
    const damaged = fc
      .tuple(anyPeerMessage, fc.nat(), fc.nat({ max: 255 }), fc.nat())
      .map(([message, at, byte, end]) => {
        const frame = encodeBatch([encoder.encode(message)]);
        frame[at % frame.length] = byte;
        return frame.subarray(0, frame.length - (end % 8));
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
        try {
          const frame = decodeFrame(bytes);
          if (frame.kind === 'batch') for (const _ of frame.messages);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('a hostile batch of many empty messages is refused at the first one', () => {
    const empty = Buffer.alloc(200_000);
    for (let at = 0; at < empty.length; at += 2) empty[at] = 0x0a;
    const head = Buffer.from([0x12, 0xc0, 0x9a, 0x0c]);
    const frame = decodeFrame(Buffer.concat([head, empty]));
    expect(frame.kind).toBe('batch');
    let count = 0;
    expect(() => {
      if (frame.kind === 'batch') for (const _ of frame.messages) count += 1;
    }).toThrow('it has no body');
    expect(count).toBe(0);
  });
});
