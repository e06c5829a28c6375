import type { Bytes } from '../../../contract/index.ts';
import { bytesOfKey, latin1Of } from '../../machine/keys.ts';
import type { Key } from '../../machine/store.ts';
import { invalid } from '../errors.ts';

/** No byte order mark is taken away, so that text and bytes say exactly the same. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ASCII = /^[\0-\x7f]*$/;

/** Undefined when the bytes are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * A key as text. Keys are bytes, and programs may have written some that are no UTF-8: such a byte travels as a lone
 * surrogate (U+DC80 to U+DCFF), which JSON can carry and no valid text contains, so that every key can be named.
 */
export function pathOf(key: Key): string {
  if (ASCII.test(key)) return key;
  const bytes = bytesOfKey(key);
  return textOf(bytes) ?? escapedText(bytes);
}

/** The opposite of `pathOf`. @throws CellError for surrogates that stand for no byte */
export function keyOf(path: string): Key {
  if (ASCII.test(path)) return path;
  if (path.isWellFormed()) return latin1Of(new TextEncoder().encode(path));
  let key = '';
  // By code points: lone surrogates come out as themselves.
  for (const character of path) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) key += String.fromCharCode(code - 0xdc00);
    else if (code >= 0xd800 && code <= 0xdfff)
      throw invalid('a key is UTF-8 text; this one has half a character in it');
    else key += latin1Of(new TextEncoder().encode(character));
  }
  return key;
}

/** @throws CellError for half a character, which would become another one without a word */
export function bytesOf(value: Bytes): Buffer {
  if ('base64' in value) return Buffer.from(value.base64, 'base64');
  if (!value.text.isWellFormed())
    throw invalid('a text has half a character in it: give bytes that are no UTF-8 in base64');
  return Buffer.from(value.text, 'utf8');
}

/** At most `bytesMax` bytes (0: all), never half a character of a text. */
export function valueView(bytes: Uint8Array, bytesMax: number): { value: Bytes; truncated: boolean } {
  const truncated = bytesMax > 0 && bytes.length > bytesMax;
  if (!truncated) return { value: told(bytes), truncated };
  let end = bytesMax;
  while (end > bytesMax - 3 && end > 0 && isContinuation(bytes[end])) end -= 1;
  const text = textOf(bytes.subarray(0, end));
  return { value: text === undefined ? base64Of(bytes.subarray(0, bytesMax)) : { text }, truncated };
}

/** All of it; null: there is none. */
export function toldBytes(bytes: Uint8Array | undefined): Bytes | null {
  return bytes === undefined ? null : told(bytes);
}

function told(bytes: Uint8Array): Bytes {
  const text = textOf(bytes);
  return text === undefined ? base64Of(bytes) : { text };
}

function base64Of(bytes: Uint8Array): Bytes {
  return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Decodes as much as is UTF-8, character by character, and escapes the bytes between. */
function escapedText(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    const character = textOf(bytes.subarray(at, at + length));
    text += character ?? String.fromCharCode(0xdc00 + byte);
    at += character === undefined ? 1 : length;
  }
  return text;
}
