import { LIMITS } from './limits.ts';
import type { Key, Space } from './store.ts';

/** Below it lies the system keyspace; clients change it only through typed commands. */
export const INTERNAL_ROOT: Key = '/_internal';

/** Behind every key there can be: the end of a range that is open at the top. */
export const END_OF_KEYS: Key = '\xff'.repeat(LIMITS.keyBytesMax + 1);

/** The same in UTF-8 and latin1. */
const ASCII = /^[\0-\x7f]*$/;
const BYTES = /^[\0-\xff]*$/;

/** A unix path as text to the byte string of its UTF-8. */
export function keyOfPath(path: string): Key {
  return ASCII.test(path) ? path : latin1Of(new TextEncoder().encode(path));
}

/** For people: bytes that are no UTF-8 become the replacement character. */
export function pathOfKey(key: Key): string {
  return ASCII.test(key) ? key : new TextDecoder().decode(bytesOfKey(key));
}

export function latin1Of(bytes: Uint8Array): Key {
  let key = '';
  // In pieces, because the arguments of a call are limited.
  for (let at = 0; at < bytes.length; at += 4_096) key += String.fromCharCode(...bytes.subarray(at, at + 4_096));
  return key;
}

export function bytesOfKey(key: Key): Uint8Array {
  const bytes = new Uint8Array(key.length);
  for (let at = 0; at < key.length; at += 1) bytes[at] = key.charCodeAt(at);
  return bytes;
}

/** The first key behind everything that starts with `prefix`. */
export function prefixEnd(prefix: Key): Key {
  for (let length = prefix.length; length > 0; length -= 1) {
    const last = prefix.charCodeAt(length - 1);
    if (last < 0xff) return prefix.slice(0, length - 1) + String.fromCharCode(last + 1);
  }
  return END_OF_KEYS;
}

export function isInternal(key: Key): boolean {
  return key.startsWith(INTERNAL_ROOT) && (key.length === INTERNAL_ROOT.length || key[INTERNAL_ROOT.length] === '/');
}

/** The keyspace in which a path is to be looked up. */
export function spaceOf(key: Key): Space {
  return isInternal(key) ? 'system' : 'user';
}

/** What every key of the user keyspace must keep, whoever wrote it. Undefined: nothing is wrong. */
export function userKeyViolation(key: Key): string | undefined {
  if (key.length === 0) return 'a key must not be empty';
  if (key.length > LIMITS.keyBytesMax) {
    return `a key has at most ${LIMITS.keyBytesMax} bytes, this one has ${key.length}`;
  }
  if (isInternal(key)) return `${INTERNAL_ROOT} belongs to the cell itself: ${shown(key)} cannot be written`;
  if (!BYTES.test(key)) return 'a key is a string of bytes; this one has characters beyond them';
  return undefined;
}

/**
 * The rules for ranges of the user keyspace. A range may span `/_internal`, where the user keyspace has no keys, but not
 * point into it: who does that expects something that is not there.
 */
export function userRangeViolation(start: Key, end: Key): string | undefined {
  if (end === '') return userKeyViolation(start);
  if (start.length === 0) return 'a range must have a start';
  if (start.length > LIMITS.keyBytesMax) return `the start of a range has at most ${LIMITS.keyBytesMax} bytes`;
  if (end.length > END_OF_KEYS.length) return `the end of a range has at most ${LIMITS.keyBytesMax} bytes`;
  if (!BYTES.test(start) || !BYTES.test(end)) return 'a range is bounded by strings of bytes';
  if (isInternal(start)) return `${INTERNAL_ROOT} belongs to the cell itself: a range cannot start at ${shown(start)}`;
  return undefined;
}

/** The rules of Synod's own API for a key: a unix path. */
export function pathViolation(key: Key): string | undefined {
  if (key.length === 0) return 'a key must not be empty: it is a path such as /jobs/1';
  if (key[0] !== '/') return `a key is a path that starts with /, this one is ${shown(key)}`;
  if (key.length > LIMITS.keyBytesMax) {
    return `a key has at most ${LIMITS.keyBytesMax} bytes, this one has ${key.length}`;
  }
  if (key.includes('\0')) return `a key must not contain a NUL byte: ${shown(key)}`;
  if (key.length === 1) return 'the root / is not a key: name something below it';
  if (key.endsWith('/')) return `a key must not end with /: ${shown(key)}`;
  if (key.includes('//')) return `a key must not have empty segments: ${shown(key)}`;
  for (const name of ['.', '..']) {
    if (key.includes(`/${name}/`) || key.endsWith(`/${name}`)) {
      return `a key must not have a segment ${name}: ${shown(key)}`;
    }
  }
  return undefined;
}

/** Session, lease and agent ids become one segment of a path. */
export function idViolation(what: string, id: string): string | undefined {
  if (id.length === 0) return `${what} must not be empty`;
  if (id.length > LIMITS.idBytesMax)
    return `${what} has at most ${LIMITS.idBytesMax} characters, this has ${id.length}`;
  if (!/^[A-Za-z0-9_.:~-]+$/.test(id) || id === '.' || id === '..') {
    return `${what} consists of letters, digits and _ . : ~ -, this is ${quoted(id)}`;
  }
  return undefined;
}

/** A key for a line of a message: quoted, printable, not too long. */
export function shown(key: Key): string {
  return quoted(pathOfKey(key));
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
