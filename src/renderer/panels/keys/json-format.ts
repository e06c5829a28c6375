import { jsonErrorAt } from './json-error.ts';

/** What is wrong with a text as JSON, in words and with its place; empty: nothing. */
export function jsonProblem(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch {
    const at = jsonErrorAt(text);
    const before = text.slice(0, at);
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    const found =
      at >= text.length
        ? 'it ends too early'
        : `${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))} is not expected`;
    return `Not JSON: ${found} (line ${line} column ${column})`;
  }
}

/** A string, a sign of structure, or anything else up to the next sign or white space. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/**
 * The same JSON with other white space. Works on the text, not on parsed values: numbers that no double can hold, escapes
 * and repeated names stay as they were written. The text must be JSON.
 */
export function formatJson(text: string, indent = 2): string {
  const tokens = text.match(TOKEN) ?? [];
  const out: string[] = [];
  let depth = 0;
  const newLine = (): void => void out.push('\n', ' '.repeat(depth * indent));
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token === '{' || token === '[') {
      out.push(token);
      if (next === '}' || next === ']') continue;
      depth += 1;
      newLine();
    } else if (token === '}' || token === ']') {
      const before = tokens[at - 1];
      if (before !== '{' && before !== '[') {
        depth -= 1;
        newLine();
      }
      out.push(token);
    } else if (token === ',') {
      out.push(token);
      newLine();
    } else out.push(token === ':' ? ': ' : token);
  }
  return out.join('');
}

/** Without any white space between tokens. The text must be JSON. */
export function minifyJson(text: string): string {
  return (text.match(TOKEN) ?? []).join('');
}
