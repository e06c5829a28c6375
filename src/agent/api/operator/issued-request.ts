import { encodeMessage, type MessageType } from '../encoding.ts';
import { invalid } from '../errors.ts';
import { bytesOf, textOf } from './texts.ts';

/**
 * Protobuf's JSON as people write it: bytes may be given as `{ "text": ... }` beside base64, and what no field takes is
 * refused instead of left out.
 *
 * @throws CellError
 */
export function requestFromJson<T>(type: MessageType<T>, method: string, json: Readonly<Record<string, unknown>>): T {
  const plain = withBase64(json) as Record<string, unknown>;
  for (const [field, value] of Object.entries(plain)) {
    if (isDefault(value)) continue;
    if (encodeMessage(type, parsed(type, method, { [field]: value })).length === 0) {
      throw invalid(`${method} has no field ${JSON.stringify(field.slice(0, 80))}, or cannot take what it holds`);
    }
  }
  return parsed(type, method, plain);
}

/** The answer as JSON, its bytes as text where they are text. */
export function readableJson<T>(type: MessageType<T>, message: T): unknown {
  return withTexts(type.toJSON(message), message);
}

function parsed<T>(type: MessageType<T>, method: string, json: unknown): T {
  try {
    const message = type.fromJSON(json);
    // Numbers that are none show only now.
    encodeMessage(type, message);
    return message;
  } catch (error) {
    throw invalid(`this is no request of ${method}: ${(error as Error).message}`);
  }
}

function withBase64(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withBase64);
  if (typeof json !== 'object' || json === null) return json;
  const fields = Object.entries(json);
  const [only] = fields;
  if (fields.length === 1 && only !== undefined && typeof only[1] === 'string') {
    if (only[0] === 'text') return bytesOf({ text: only[1] }).toString('base64');
    if (only[0] === 'base64') return only[1];
  }
  return Object.fromEntries(fields.map(([name, value]) => [name, withBase64(value)]));
}

function isDefault(value: unknown): boolean {
  return value === null || value === undefined || value === 0 || value === '' || value === false || isEmptyList(value);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Walks the message beside its JSON: only there are bytes told from text. */
function withTexts(json: unknown, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    const text = textOf(value);
    return text === undefined ? { base64: json } : { text };
  }
  if (Array.isArray(json)) return json.map((item, at) => withTexts(item, (value as readonly unknown[])[at]));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, field]) => [name, withTexts(field, fieldOf(value, name))]),
  );
}

/** A field of a message, or the case of one of its choices. */
function fieldOf(message: unknown, name: string): unknown {
  const fields = message as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, name)) return fields[name];
  for (const field of Object.values(fields)) {
    const choice = field as { readonly $case?: string; readonly value?: unknown } | undefined;
    if (choice?.$case === name) return choice.value;
  }
  return undefined;
}
