/**
 * Guards the table of who may import whom (tools/layers.ts): the repository keeps to it, and each kind of violation,
 * planted here, is found.
 */
import { expect, test } from 'vitest';
import { checkLayers, layerViolations } from '../../tools/check-layers.ts';
import { ROOT } from '../../tools/source-files.ts';
import { readSource } from '../../tools/source-text.ts';

const consensus = 'src/agent/consensus/planted.ts';

test('the repository keeps to the table', () => {
  expect(checkLayers(ROOT)).toEqual([]);
});

test.each([
  [consensus, "import { x } from '../machine/store.ts';", 'consensus must not import machine'],
  [consensus, "import type { x } from '../storage/log-disk.ts';", 'consensus must not import storage'],
  [consensus, "import { x } from '../config.ts';", 'consensus must not import config'],
  [consensus, "import { readFileSync } from 'node:fs';", 'consensus must not import node:fs'],
  [consensus, "import x from 'left-pad';", 'consensus must not import left-pad'],
  ['src/agent/machine/planted.ts', "const x = import('../host/host.ts');", 'machine must not import host'],
  [consensus, "export * from '../../gen/synod/v1/journal.ts';", 'consensus must not import gen'],
  ['src/agent/machine/planted.ts', "import { x } from '../consensus/types.ts';", 'machine must not import consensus'],
  ['src/agent/storage/planted.ts', "import { x } from '../machine/store.ts';", 'only types of machine'],
  [
    'src/agent/peer/planted.ts',
    "import {\n  type A,\n  b,\n} from '../consensus/ballot.ts';",
    'only types of consensus',
  ],
  ['src/agent/api/planted.ts', "import type { x } from '../agent.ts';", 'api must not import agent'],
  ['src/agent/api/planted.ts', "import { x } from '../storage/state-store.ts';", 'api must not import storage'],
  ['src/agent/host/planted.ts', "import type { x } from '../peer/link.ts';", 'host must not import peer'],
  ['src/simulation/planted.ts', "import { x } from '../agent/storage/state-store.ts';", 'only types of storage'],
  ['src/client/planted.ts', "import { x } from '../agent/host/codec.ts';", 'client must not import host'],
  ['src/client/planted.ts', "import { x } from '@orpc/contract';", 'client must not import @orpc/contract'],
  ['src/cli/planted.ts', "import { x } from '../agent/agent.ts';", 'may import src/agent/index.ts only'],
  ['src/cli/planted.ts', "import { x } from '../gen/synod/v1/user.ts';", 'cli must not import gen'],
  ['src/renderer/planted.tsx', "import { x } from '../client/index.ts';", 'renderer must not import client'],
  ['src/preload/planted.ts', "import { x } from 'node:fs';", 'preload must not import node:fs'],
  ['src/main/planted.ts', "import { x } from '../agent/host/host.ts';", 'main must not import host'],
  ['src/cli/planted.ts', "import { x } from '../../tools/layers.ts';", 'outside of src'],
  ['src/helpers/planted.ts', '', 'belongs to no layer'],
  ['src/cli/planted.ts', "import { x } from '../helpers/x.ts';", 'belongs to no layer'],
])('%s: %s', (path, text, expected) => {
  const violations = layerViolations(path, `// one line\n${text}\n`);
  expect(violations).toHaveLength(1);
  expect(violations[0]).toContain(expected);
});

test.each([
  'const now = Date.now();',
  'const now = new Date();',
  'const luck = Math.random();',
  'setTimeout(() => undefined, 1);',
  'const id = crypto.randomUUID();',
  'const { pid } = process;',
  'async function f() {}',
  'function f(): Promise<void> {}',
  'const b = Buffer.alloc(1);',
  'const t = `a ${performance.now()} b`;',
  'const t = `${`${Date.now()}`}`;',
  'queueMicrotask(f);',
  'globalThis.x = 1;',
])('consensus and machine stay pure: %s', (text) => {
  for (const path of [consensus, 'src/agent/machine/planted.ts']) {
    expect(layerViolations(path, text)).toHaveLength(1);
  }
});

test('the host has no clock of its own, but may promise', () => {
  const path = 'src/agent/host/planted.ts';
  expect(layerViolations(path, 'const a = Date.now();\nsetImmediate(f);\nconst b = Math.random();')).toHaveLength(3);
  expect(layerViolations(path, 'async function f(): Promise<void> {}')).toEqual([]);
});

test.each([
  ['a comment', '// Date.now() and import x from "left-pad"\n/* setTimeout( */'],
  ['a string', "const s = 'Date.now()'; const t = `process`;"],
  ['a regular expression', 'const r = /[/"]Date\\/process/.test(s);'],
  ['a property', 'const a = machine.process; const b = { process: 1, async: 2 }; const c = a?.crypto;'],
  ['part of a name', 'const updateDate = processAll;'],
  ['an escaped quote', "const s = 'it\\'s Date.now()';"],
])('nothing is found in %s', (_, text) => {
  expect(layerViolations(consensus, text)).toEqual([]);
});

test.each([
  ['src/agent/storage/fine.ts', "import type { x } from '../machine/store.ts';"],
  ['src/agent/storage/fine.ts', "import { type A, type B } from '../machine/store.ts';"],
  ['src/agent/storage/fine.ts', "import { a } from './b.ts';\nimport type { x } from '../machine/store.ts';"],
  ['src/agent/api/fine.ts', "import { CellError } from '../host/cell-port.ts';"],
  ['src/cli/fine.ts', "import { createAgent } from '../agent/index.ts';"],
  ['src/cli/fine.ts', "const { x } = await import('../simulation/index.ts');"],
  ['src/agent/agent.ts', "import { x } from './storage/state-store.ts';"],
])('%s may: %s', (path, text) => {
  expect(layerViolations(path, text)).toEqual([]);
});

test('imports are found with their lines, whatever stands between', () => {
  const text = [
    '/* a\nb */ import { a } from "./a.ts";',
    "const s = `${'import'} from ${import.meta.url}`;",
    "const b = await import('./b.ts');",
    "export type { C } from './c.ts';",
    "import './d.ts';",
    "const no = f('./e.ts');",
  ].join('\n');
  expect(readSource(text).imports).toEqual([
    { specifier: './a.ts', line: 2 },
    { specifier: './b.ts', line: 4 },
    { specifier: './c.ts', line: 5 },
    { specifier: './d.ts', line: 6 },
  ]);
});
