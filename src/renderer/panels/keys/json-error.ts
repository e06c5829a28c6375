/** A string, number or word of JSON, whole. */
const SCALAR =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON has none of them in a string
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/** What may come next. */
type Wanted = 'value' | 'valueOrEnd' | 'name' | 'nameOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';

/**
 * Where a text stops to be JSON: the parsers of browsers say it for some errors only, and each in its own way. The text must
 * not be JSON.
 */
export function jsonErrorAt(text: string): number {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  const close = (): void => {
    open.pop();
    wanted = open.length === 0 ? 'nothing' : 'commaOrEnd';
  };
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)![0].length;
    const sign = text[at];
    if (sign === undefined) return at;
    const isInside = open.at(-1);
    const mayEnd = wanted === 'valueOrEnd' || wanted === 'nameOrEnd' || wanted === 'commaOrEnd';
    if (mayEnd && ((sign === '}' && isInside === '{') || (sign === ']' && isInside === '['))) close();
    else if (wanted === 'commaOrEnd' && sign === ',') wanted = isInside === '{' ? 'name' : 'value';
    else if (wanted === 'colon' && sign === ':') wanted = 'value';
    else if ((wanted === 'value' || wanted === 'valueOrEnd') && (sign === '{' || sign === '[')) {
      open.push(sign);
      wanted = sign === '{' ? 'nameOrEnd' : 'valueOrEnd';
    } else {
      const isName: boolean = wanted === 'name' || wanted === 'nameOrEnd';
      if (!isName && wanted !== 'value' && wanted !== 'valueOrEnd') return at;
      SCALAR.lastIndex = at;
      const scalar = isName && sign !== '"' ? null : SCALAR.exec(text);
      if (scalar === null) return at;
      at += scalar[0].length;
      wanted = isName ? 'colon' : open.length === 0 ? 'nothing' : 'commaOrEnd';
      continue;
    }
    at += 1;
  }
}
