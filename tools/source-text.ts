/** What a piece of TypeScript imports, and its text without comments and the contents of strings. */
export interface SourceText {
  readonly code: string;
  readonly imports: readonly { readonly specifier: string; readonly line: number }[];
}

interface Literal {
  readonly at: number;
  readonly text: string;
}

/** Characters after which a slash begins a regular expression and not a division. */
const BEFORE_REGEX = /(^|[=([{,;:!&|?+\-*%~^<>]|\b(return|typeof|case|in|of|void|delete|throw|new|else|do))\s*$/;

export function readSource(text: string): SourceText {
  const literals: Literal[] = [];
  const code = blank(text, literals);
  const imports: { specifier: string; line: number }[] = [];
  for (const { at, text: specifier } of literals) {
    const before = code.slice(0, at);
    const imported = /(\bfrom|\bimport|\bimport\s*\(|\brequire\s*\(|\bimport\.meta\.resolve\s*\()\s*$/.test(before);
    if (imported) imports.push({ specifier, line: lineAt(text, at) });
  }
  return { code, imports };
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index >= 0 && index < offset; index = text.indexOf('\n', index + 1)) line++;
  return line;
}

/** Same length and lines as `text`; comments, strings and regular expressions are spaces, `${...}` stays code. */
function blank(text: string, literals: Literal[]): string {
  const out = text.split('');
  const erase = (from: number, to: number) => {
    for (let index = from; index < to; index++) if (out[index] !== '\n') out[index] = ' ';
  };
  // For each template that is open: how many braces are open inside its current `${`.
  const templates: number[] = [];
  let index = 0;
  const template = (from: number): void => {
    while (index < text.length && text[index] !== '`') {
      if (text[index] === '\\') index += 2;
      else if (text.startsWith('${', index)) {
        erase(from, index);
        templates.push(0);
        index += 2;
        return;
      } else index++;
    }
    erase(from, index);
    index++;
  };
  while (index < text.length) {
    const character = text[index]!;
    const start = index;
    if (text.startsWith('//', index)) {
      index = text.indexOf('\n', index);
      if (index < 0) index = text.length;
      erase(start, index);
    } else if (text.startsWith('/*', index)) {
      index = text.indexOf('*/', index) + 2;
      if (index < 2) index = text.length;
      erase(start, index);
    } else if (character === "'" || character === '"') {
      index++;
      while (index < text.length && text[index] !== character && text[index] !== '\n')
        index += text[index] === '\\' ? 2 : 1;
      literals.push({ at: start, text: text.slice(start + 1, index) });
      erase(start + 1, index);
      index++;
    } else if (character === '`') {
      index++;
      template(index);
    } else if (templates.length > 0 && character === '}' && templates.at(-1) === 0) {
      templates.pop();
      index++;
      template(index);
    } else if (character === '/' && BEFORE_REGEX.test(out.slice(Math.max(0, index - 20), index).join(''))) {
      let inClass = false;
      index++;
      while (index < text.length && text[index] !== '\n' && (inClass || text[index] !== '/')) {
        if (text[index] === '\\') index++;
        else if (text[index] === '[') inClass = true;
        else if (text[index] === ']') inClass = false;
        index++;
      }
      erase(start + 1, index);
      index++;
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && character === '{') templates[depth]!++;
      if (depth >= 0 && character === '}') templates[depth]!--;
      index++;
    }
  }
  return out.join('');
}
