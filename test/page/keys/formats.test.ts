/** Guards that a value is shown as the bytes it is: nothing is changed by looking at it, and only white space by formatting. */

import { describe, expect, test } from 'vitest';
import {
  byteDifference,
  bytesOf,
  encodeText,
  textOf,
  textOfBeginning,
  wireOf,
} from '../../../src/renderer/panels/keys/bytes.ts';
import { glimpseOf } from '../../../src/renderer/panels/keys/glimpse.ts';
import { formatHex, hexRow, hexRowCount, parseHex } from '../../../src/renderer/panels/keys/hex.ts';
import { formatJson, jsonProblem, minifyJson } from '../../../src/renderer/panels/keys/json-format.ts';
import { ancestorsOf, compareBytes, isWithin, parentOf, pathProblem } from '../../../src/renderer/panels/keys/paths.ts';
import { formOf } from '../../../src/renderer/panels/keys/value/value-forms.ts';
import { fc } from '../../support/property.ts';

const anyBytes = fc.uint8Array({ maxLength: 400 }).map((bytes) => Uint8Array.from(bytes));

describe('bytes', () => {
  test('come out as they went in, text or not', () => {
    fc.assert(fc.property(anyBytes, (bytes) => void expect(bytesOf(wireOf(bytes))).toEqual(bytes)));
  });

  test('that are text come out as they went in, with their marks and line ends', () => {
    for (const text of ['\ufeffwith a mark', 'a\r\nb\rc\n', 'ä€😀', '']) {
      expect(textOf(encodeText(text))).toBe(text);
    }
  });

  test('with a NUL, or that are no UTF-8, are no text', () => {
    expect(textOf(Uint8Array.of(65, 0, 66))).toBeUndefined();
    expect(textOf(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
  });

  test('whose last character was cut in two are the text before it', () => {
    const bytes = encodeText('ab😀');
    for (const length of [3, 4, 5]) expect(textOfBeginning(bytes.subarray(0, length))).toBe('ab');
    expect(textOfBeginning(bytes)).toBe('ab😀');
  });

  test('are compared to the byte', () => {
    expect(byteDifference(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 9, 3, 4))).toEqual({
      leftBytes: 3,
      rightBytes: 4,
      firstAt: 1,
      differing: 1,
    });
    expect(byteDifference(Uint8Array.of(1), Uint8Array.of(1, 2)).firstAt).toBe(1);
    expect(byteDifference(Uint8Array.of(1), Uint8Array.of(1)).firstAt).toBeUndefined();
  });

  test('have a glimpse in one line', () => {
    expect(glimpseOf({ value: { text: 'a\n  b' }, truncated: false })).toBe('a b');
    expect(glimpseOf({ value: { base64: 'AAH/' }, truncated: true })).toBe('00 01 ff …');
  });
});

describe('hex', () => {
  test('what is shown is what is read back', () => {
    fc.assert(fc.property(anyBytes, (bytes) => void expect(parseHex(formatHex(bytes))).toEqual(bytes)));
  });

  test('a row has its place, its bytes and what of them is ASCII', () => {
    const bytes = Uint8Array.from({ length: 20 }, (_, index) => index + 0x3c);
    expect(hexRowCount(20)).toBe(2);
    expect(hexRow(bytes, 1)).toEqual({ offset: '000010', left: '4c 4d 4e 4f', right: '', ascii: 'LMNO' });
    expect(hexRow(Uint8Array.of(0, 0x7f, 0xe4), 0).ascii).toBe('···');
  });

  test('what is no byte is said', () => {
    expect(parseHex('0g')).toMatch(/"g"/);
    expect(parseHex('012')).toMatch(/one is missing/);
  });
});

describe('JSON', () => {
  test('formatting changes white space only, and minifying takes it away', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2, 5), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(formatJson(text)).toBe(JSON.stringify(value, undefined, 2));
        expect(minifyJson(text)).toBe(JSON.stringify(value));
      }),
    );
  });

  test('numbers, escapes and repeated names stay as they were written', () => {
    const text = '{"n":12345678901234567890.10,"n":1e400,"s":"\\u0041\\/ , : {"}';
    expect(minifyJson(formatJson(text))).toBe(text);
  });

  test('what is wrong is said with its place', () => {
    expect(jsonProblem('{"a":1}')).toBe('');
    expect(jsonProblem('{\n "a": x}')).toBe('Not JSON: "x" is not expected (line 2 column 7)');
    expect(jsonProblem('[1,')).toBe('Not JSON: it ends too early (line 1 column 4)');
    for (const [text, column] of [
      ['[1,]', 4],
      ['{"a" 1}', 6],
      ['{a:1}', 2],
      ['[01]', 3],
      ['"a\\x"', 1],
      ['[1}', 3],
      ['1 2', 3],
      ['{"a":1,}', 8],
    ] as const) {
      expect(jsonProblem(text)).toContain(`column ${column})`);
    }
  });

  test('a value opens as what it is', () => {
    const form = (text: string, isComplete = true) => formOf({ bytes: encodeText(text), isComplete });
    expect(form('{"a":1}')).toBe('json');
    expect(form('{"a":1')).toBe('text');
    expect(form('{"a":1}', false)).toBe('text');
    expect(form('12')).toBe('text');
    expect(formOf({ bytes: Uint8Array.of(0, 1), isComplete: true })).toBe('hex');
  });
});

describe('paths', () => {
  test('are in the order of their bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), (left, right) => {
        const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
        // Halves of characters have no bytes of their own.
        fc.pre(left.isWellFormed() && right.isWellFormed());
        expect(Math.sign(compareBytes(left, right))).toBe(order);
      }),
    );
  });

  test('have folders above them', () => {
    expect(ancestorsOf('/a/b/c')).toEqual(['/', '/a', '/a/b']);
    expect(ancestorsOf('/a')).toEqual(['/']);
    expect(ancestorsOf('/')).toEqual([]);
    expect(parentOf('/a')).toBe('/');
    expect(isWithin('/ab', '/a')).toBe(false);
    expect(isWithin('/a/b', '/a')).toBe(true);
  });

  test.each(['', 'a', '/', '/a/', '/a//b', '/a/../b', '/_internal/x', `/${'ä'.repeat(512)}`])(
    'that cannot be written say why: %s',
    (path) => expect(pathProblem(path)).not.toBe(''),
  );

  test('that can be written say nothing', () => {
    for (const path of ['/a', '/a/b-c.d', '/ä/…', '/_internals']) expect(pathProblem(path)).toBe('');
  });
});
