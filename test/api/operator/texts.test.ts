// Guards that every key and every value can be told as JSON and taken back exactly, whatever its bytes are.

import { expect, test } from 'vitest';
import { bytesOf, keyOf, pathOf, valueView } from '../../../src/agent/api/operator/texts.ts';
import { fc } from '../../support/property.ts';

/** Random bytes, and text with some bytes of it broken. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.tuple(fc.string({ unit: 'binary', maxLength: 12 }), fc.nat(40), fc.nat(255)).map(([text, at, byte]) => {
    const broken = Buffer.from(text.toWellFormed(), 'utf8');
    if (broken.length > 0) broken[at % broken.length] = byte;
    return new Uint8Array(broken);
  }),
);

const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('a key comes back as the same bytes', () => {
  fc.assert(
    fc.property(bytes, (content) => {
      const key = Buffer.from(content).toString('latin1');
      expect(keyOf(throughJson(pathOf(key)))).toBe(key);
    }),
    { numRuns: 500 },
  );
});

test('a value comes back as the same bytes, and is text whenever it is UTF-8', () => {
  fc.assert(
    fc.property(bytes, (content) => {
      const { value, truncated } = throughJson(valueView(content, 0));
      expect([...bytesOf(value)]).toEqual([...content]);
      expect(truncated).toBe(false);
      expect('text' in value).toBe(Buffer.from(Buffer.from(content).toString('utf8')).equals(Buffer.from(content)));
    }),
    { numRuns: 500 },
  );
});

test('a part of a value is never longer than asked for, and of a text never half a character', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      (text, max) => {
        const content = Buffer.from(text, 'utf8');
        const { value, truncated } = valueView(content, max);
        const told = bytesOf(value);
        expect(told.length).toBeLessThanOrEqual(max);
        expect(truncated).toBe(content.length > max);
        expect('text' in value && content.toString('utf8').startsWith(value.text)).toBe(true);
        if (truncated) expect(told.length).toBeGreaterThan(max - 4);
      },
    ),
    { numRuns: 500 },
  );
});

test('surrogates that stand for no byte are refused', () => {
  for (const path of ['/\ud800', '/\udc7f', '/\udd00x']) expect(() => keyOf(path)).toThrow(/half a character/);
  expect(keyOf('/🎉')).toBe('/\xf0\x9f\x8e\x89');
});
