/** One stretch of JSON text of the same colour. */
export interface JsonToken {
  readonly kind: 'name' | 'string' | 'literal' | 'sign';
  readonly text: string;
}

/** A string with the colon that makes it a name, a number or word, and everything between. */
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|[-\d.eE+]+|true|false|null|[^"\dtfn-]+|./g;

/** Cuts JSON text into stretches; together they are the text again. */
export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  for (const [whole, quoted, colon] of text.matchAll(TOKEN)) {
    if (quoted !== undefined) {
      tokens.push({ kind: colon === undefined ? 'string' : 'name', text: quoted });
      if (colon !== undefined) tokens.push({ kind: 'sign', text: colon });
    } else tokens.push({ kind: /^([-\d]|true|false|null)/.test(whole) ? 'literal' : 'sign', text: whole });
  }
  return tokens;
}
