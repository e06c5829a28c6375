/** Guards the form of what is told when something fails: it follows `synod: `, so it begins small and ends without a full stop. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, repositoryFiles } from '../../tools/source-files.ts';

/** The text that a failure is made of, where it is written beside it. */
const FAILURES =
  /\b(?:refused|invalid|unknownError|CellError|OperatorError|SynodError)\(\s*(?:'[A-Z_]+',\s*)?(['`"])(.*?)\1/gs;
/** The machine has no other texts than those of its refusals. */
const TEXTS = /(['`"])(?=[^'`"\n]* )((?:(?!\1).)*)\1/g;

/** Names that begin with a capital are no beginning of a sentence. */
function offends(text: string): boolean {
  return /^[A-Z][a-z]*( |$)/.test(text) || /[^.]\.$/.test(text);
}

function messagesIn(path: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|^(import|} from) .*$/gm, '');
  const found = [...code.matchAll(FAILURES), ...(path.startsWith('src/agent/machine/') ? code.matchAll(TEXTS) : [])];
  return found.map(([, , message]) => message!);
}

test('failures begin small and end without a full stop', () => {
  const offenders: string[] = [];
  let looked = 0;
  for (const path of repositoryFiles(ROOT)) {
    if (!/^src\/(agent|client|cli|command-line)\/.*\.ts$/.test(path)) continue;
    for (const message of messagesIn(path, readFileSync(join(ROOT, path), 'utf8'))) {
      looked += 1;
      if (offends(message)) offenders.push(`${path}: ${message}`);
    }
  }
  expect(offenders).toEqual([]);
  expect(looked).toBeGreaterThan(300);
});

test('a message of another form is found', () => {
  const found = (text: string) => messagesIn('src/agent/machine/planted.ts', text).some(offends);
  expect(found('const message = `Session ${id} has ended`;')).toBe(true);
  expect(found("return refused('X_Y', 'it has ended.');")).toBe(true);
  expect(found("throw new CellError(\n  'X_Y',\n  'It has ended',\n);")).toBe(true);
  expect(found("/** It's a comment. */\nthrow invalid('REST takes it');")).toBe(false);
});
