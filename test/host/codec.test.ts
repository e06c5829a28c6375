/**
 * Guards the stored form of commands: what is written can be read back exactly, the fast way for bundles writes and reads
 * the same bytes as the generated code, and garbage is refused instead of half understood.
 */

import { expect, test } from 'vitest';
import { decodeBundle, encodeBundle } from '../../src/agent/host/bundle-codec.ts';
import { fromWireRequest, toWireRequest } from '../../src/agent/host/codec.ts';
import { digestOf } from '../../src/agent/host/digest.ts';
import type { Command, Request } from '../../src/agent/machine/commands.ts';
import { Bundle } from '../../src/gen/synod/v1/journal.ts';
import { command, request } from '../support/arbitrary-commands.ts';
import { fc } from '../support/property.ts';

const bundle = fc.array(request, { maxLength: 6 });

test('what is written is read back exactly', () => {
  fc.assert(
    fc.property(bundle, (requests) => {
      expect(decodeBundle(encodeBundle(requests))).toEqual(requests);
    }),
  );
});

test('the fast way writes the bytes of the generated code, and reads what that reads', () => {
  fc.assert(
    fc.property(bundle, (requests) => {
      const generated = Bundle.encode({ requests: requests.map(toWireRequest) }).finish();
      expect(Buffer.from(encodeBundle(requests)).equals(generated)).toBe(true);
      expect(decodeBundle(generated)).toEqual(Bundle.decode(generated).requests.map(fromWireRequest));
    }),
  );
});

test('the same command in the name of another session has another digest', () => {
  fc.assert(
    fc.property(command, (asked) => {
      const digests = [undefined, 'a', 'b'].map((asSessionId) => digestOf(asked, asSessionId));
      expect(new Set(digests).size).toBe(3);
    }),
  );
});

test('fields of a later version are passed over', () => {
  const requests: Request[] = [
    {
      sessionId: 's',
      sequence: 1,
      ackedBelow: 1,
      digest: 7,
      command: { kind: 'put', key: '/x', value: Buffer.from('1'), leaseId: '', returnPrevious: false },
    },
  ];
  const bytes = Buffer.from(encodeBundle(requests));
  // Field 15 of the request, a number: one tag byte, one byte, and the request is that much longer.
  const longer = Buffer.concat([bytes, Buffer.from([0x78, 0x01])]);
  longer[1] = longer[1]! + 2;
  expect(decodeBundle(longer)).toEqual(requests);
});

test('garbage is refused, or means what it means to the generated code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (garbage) => {
      let requests: Request[];
      try {
        requests = decodeBundle(garbage);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        return;
      }
      expect(requests).toEqual(Bundle.decode(garbage).requests.map(fromWireRequest));
    }),
    { numRuns: 2_000 },
  );
});

test('the digest tells commands apart', () => {
  fc.assert(
    fc.property(command, command, (one, other) => {
      const [a, b] = [one, other].map((item) => Buffer.from(encodeBundle([requestOf(item)])));
      expect(digestOf(one) === digestOf(other)).toBe(a!.equals(b!));
      expect(Number.isSafeInteger(digestOf(one))).toBe(true);
    }),
  );
});

test('what is expected counts with its kind: a version and the value that has its bytes differ', () => {
  const parts = { kind: 'compareAndWrite', key: '/k', value: Buffer.from('x'), leaseId: '' } as const;
  const version = digestOf({ ...parts, expected: { kind: 'version', version: 4 } });
  const value = digestOf({ ...parts, expected: { kind: 'value', value: Buffer.alloc(4) } });
  expect(version).not.toBe(value);
});

function requestOf(item: Command): Request {
  return { sessionId: '', sequence: 0, ackedBelow: 0, digest: 0, command: item };
}
