// Guards introspection of the live main thread: idle, busy, and while its loop is blocked; profile, heap snapshot, level.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BlockedLoop, CallStack } from '../../src/agent/observe/introspection-protocol.ts';

const PROGRAM = fileURLToPath(new URL('introspected-program.ts', import.meta.url));
const NODE = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
const said = new Map<string, unknown>();
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync('/tmp/introspection-');
  const { stdout } = await promisify(execFile)(NODE, [PROGRAM, join(folder, 'heap.heapsnapshot')]);
  for (const line of stdout.trim().split('\n')) {
    const { name, value } = JSON.parse(line) as { name: string; value: unknown };
    said.set(name, value);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a thread that waits is told as idle', () => {
  expect(said.get('idle')).toMatchObject({ state: 'idle', frames: [] });
});

test('a thread that runs is told with its frames, innermost first, by file and line', () => {
  const stack = said.get('live') as CallStack;
  expect(stack.state).toBe('running');
  const names = stack.frames.map((frame) => frame.function);
  const innermost = names.indexOf('spinForTheTest');
  const spinning = stack.frames[innermost]!;
  expect(spinning.url).toBe(`file://${PROGRAM}`);
  // Inside it is at most the clock that it looks at, however many frames Node takes for that; around it the program.
  expect(stack.frames.slice(0, innermost).map((frame) => frame.url)).not.toContain(`file://${PROGRAM}`);
  expect(stack.frames.slice(innermost + 1).map((frame) => frame.url)).toContain(`file://${PROGRAM}`);
  const line = readFileSync(PROGRAM, 'utf8').split('\n')[spinning.line - 1]!;
  expect(line).toMatch(/turns/);
});

test('a loop that stands still is caught in the act', () => {
  const blocked = said.get('blocked') as BlockedLoop;
  expect(blocked.blockedMs).toBeGreaterThanOrEqual(1_000);
  expect(blocked.stack.frames.map((frame) => frame.function)).toContain('spinForTheTest');
  expect(said.get('kept')).toBe(1);
});

test('a CPU profile shows where the time went', () => {
  const profile = said.get('profile') as { samples: number; urls: string[] };
  expect(profile.samples).toBeGreaterThan(10);
  expect(profile.urls).toContain(`file://${PROGRAM}`);
});

test('a heap snapshot is a whole file that tools can read', () => {
  const snapshot = JSON.parse(readFileSync(join(folder, 'heap.heapsnapshot'), 'utf8')) as { snapshot: object };
  expect(snapshot.snapshot).toHaveProperty('node_count');
});

test('the level of the log changes, and impossible profiles are refused', () => {
  expect(said.get('level')).toBe('debug');
  expect(said.get('ended')).toMatch(/between 1 and/);
});
