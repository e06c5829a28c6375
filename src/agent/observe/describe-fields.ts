/**
 * A decoded message in a form that JSON can carry and a person can read. Bounded: a viewer asks for one message at a
 * time, but a message may hold thousands of entries and megabytes of values.
 */

const DEPTH_MAX = 12;
const ITEMS_MAX = 200;
const TEXT_CHARACTERS_MAX = 4_096;
const BYTES_SHOWN_MAX = 1_024;

/**
 * Bytes become text when they are UTF-8 without control characters, else `{ base64, sizeBytes }`. What is cut says so:
 * a text ends with an ellipsis, a list with `{ omitted }`.
 */
export function describeFields(value: unknown, depth = 0): unknown {
  if (value === null || value === undefined) return value;
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return describeBytes(value);
  if (depth >= DEPTH_MAX) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, ITEMS_MAX).map((item) => describeFields(item, depth + 1));
    return value.length > ITEMS_MAX ? [...items, { omitted: value.length - ITEMS_MAX }] : items;
  }
  // A null prototype: a key named `__proto__` is an ordinary field.
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, field] of Object.entries(value)) {
    if (field !== undefined) fields[name] = describeFields(field, depth + 1);
  }
  return fields;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function describeBytes(bytes: Uint8Array): unknown {
  const shown = bytes.subarray(0, BYTES_SHOWN_MAX);
  if (shown.length === bytes.length) {
    try {
      const text = utf8.decode(shown);
      if (!hasControlCharacters(text)) return text;
    } catch {
      // Not text.
    }
  }
  return { base64: Buffer.from(shown).toString('base64'), sizeBytes: bytes.length };
}

function hasControlCharacters(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f) return true;
  }
  return false;
}

function cut(text: string): string {
  return text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}…` : text;
}
