/** Guards the addresses of the join form: what is understood, and that everything else is refused with what to write. */
import { expect, test } from 'vitest';
import type { AppState } from '../../../src/contract/index.ts';
import { readAddresses } from '../../../src/renderer/first-run/addresses.ts';
import { hasAgent } from '../../../src/renderer/first-run/app-store.ts';

test.each([
  ['10.0.0.5:50101', ['10.0.0.5:50101']],
  [' a.example:1 ,b-2:65535\n c:3; d:4', ['a.example:1', 'b-2:65535', 'c:3', 'd:4']],
  ['[::1]:50101', ['[::1]:50101']],
  [':50101', ['127.0.0.1:50101']],
  ['a:1, a:1', ['a:1']],
])('%j is understood', (text, peers) => {
  expect(readAddresses(text)).toEqual({ peers, problem: '' });
});

test.each([
  ['', 'name at least one agent'],
  ['localhost', 'has no port'],
  ['[::1]', 'has no port'],
  ['a:0', 'is not a port'],
  ['a:65536', 'is not a port'],
  ['a:1e3', 'is not a port'],
  ['a b:1', 'has no port'],
  ['http://a:1', 'is not the name or address'],
  ['a:1, b$:2', 'is not the name or address'],
  ['::1:50101', 'is not the name or address'],
])('%j is refused', (text, problem) => {
  expect(readAddresses(text)).toMatchObject({ peers: [], problem: expect.stringContaining(problem) });
});

test('a browser always has an agent, a window only once it runs', () => {
  const app = (phase: AppState['phase']): AppState => ({
    host: 'app',
    phase,
    message: '',
    stateDir: '',
    version: '',
    link: null,
  });
  expect(hasAgent('http', undefined)).toBe(true);
  expect(hasAgent(undefined, undefined)).toBe(false);
  expect(hasAgent('port', undefined)).toBe(false);
  for (const phase of ['choosing', 'starting', 'failed'] as const) expect(hasAgent('port', app(phase))).toBe(false);
  expect(hasAgent('port', app('running'))).toBe(true);
});
