// Guards what may be a key, and how paths, byte strings and ranges relate.

import { describe, expect, it } from 'vitest';
import {
  bytesOfKey,
  END_OF_KEYS,
  idViolation,
  isInternal,
  keyOfPath,
  latin1Of,
  pathOfKey,
  pathViolation,
  prefixEnd,
  userKeyViolation,
  userRangeViolation,
} from '../../src/agent/machine/keys.ts';
import { rangeViolation } from '../../src/agent/machine/validate.ts';
import { fc } from '../support/property.ts';

const anyKey = fc.uint8Array({ maxLength: 40 }).map(latin1Of);

describe('keys', () => {
  it('are the UTF-8 bytes of a path, one character per byte', () => {
    expect(keyOfPath('/é')).toBe('/\xc3\xa9');
    expect(pathOfKey('/\xc3\xa9')).toBe('/é');
    expect(pathOfKey('/\xff')).toBe('/\ufffd');
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (path) => pathOfKey(keyOfPath(path)) === path));
    fc.assert(fc.property(anyKey, (key) => latin1Of(bytesOfKey(key)) === key));
  });

  it('sort as strings like their bytes', () => {
    fc.assert(fc.property(anyKey, anyKey, (a, b) => a < b === Buffer.compare(bytesOfKey(a), bytesOfKey(b)) < 0));
  });

  it.each([
    ['', 'empty'],
    ['jobs/1', 'starts with /'],
    ['/', 'root'],
    ['/a/', 'end with /'],
    ['/a//b', 'empty segments'],
    ['/./a', 'segment .'],
    ['/a/..', 'segment ..'],
    ['/a\0b', 'NUL'],
    [`/${'x'.repeat(1_024)}`, 'at most 1024 bytes, this one has 1025'],
  ])('%j is no path: %s', (path, rule) => {
    expect(pathViolation(keyOfPath(path))).toContain(rule);
  });

  it.each(['/a', '/a/b.c/..d/e.', '/...', '/__proto__', '/é', '/ ', `/${'x'.repeat(1_023)}`])(
    '%j is a path',
    (path) => {
      expect(pathViolation(keyOfPath(path))).toBeUndefined();
      expect(userKeyViolation(keyOfPath(path))).toBeUndefined();
    },
  );

  it('below /_internal are not for users', () => {
    for (const key of ['/_internal', '/_internal/peers']) {
      expect(isInternal(key)).toBe(true);
      expect(userKeyViolation(key)).toContain('belongs to the cell');
      expect(userRangeViolation(key, '')).toContain('belongs to the cell');
      expect(userRangeViolation(key, '0')).toContain('belongs to the cell');
    }
    expect(isInternal('/_internals')).toBe(false);
    expect(userKeyViolation('/_internals')).toBeUndefined();
    expect(userRangeViolation('/', '0')).toBeUndefined();
  });

  it('of the machine may be any bytes, but not other characters', () => {
    expect(userKeyViolation('no path\xff')).toBeUndefined();
    expect(userKeyViolation('/\u20ac')).toContain('bytes');
    expect(rangeViolation('a', 'b')).toContain('starts with /');
    expect(rangeViolation('/a/', '/a0')).toBeUndefined();
    expect(rangeViolation('/a/', '')).toContain('end with /');
  });
});

describe('the end of a prefix', () => {
  it('is behind everything that starts with it and before everything else that is larger', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (prefix, key) => {
        expect(key >= prefix && key < prefixEnd(prefix)).toBe(key.startsWith(prefix));
        expect(`${prefix}${key}` < prefixEnd(prefix)).toBe(true);
      }),
    );
  });

  it('is the end of keys where no byte can be raised', () => {
    expect(prefixEnd('')).toBe(END_OF_KEYS);
    expect(prefixEnd('\xff\xff')).toBe(END_OF_KEYS);
    expect(prefixEnd('/a\xff')).toBe('/b');
    expect('\xff'.repeat(1_024) < END_OF_KEYS).toBe(true);
  });
});

describe('ids', () => {
  it.each(['a', 'A-1_2.3:4~5', '__proto__', 'x'.repeat(128)])('%j names a session', (id) => {
    expect(idViolation('an id', id)).toBeUndefined();
  });

  it.each(['', '.', '..', 'a/b', 'é', 'a b', 'a\n', 'x'.repeat(129)])('%j names none', (id) => {
    expect(idViolation('an id', id)).toBeDefined();
  });
});
