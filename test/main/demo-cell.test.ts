// Guards that a person hears of agents of a demo cell that cannot start, but not when that is because the app is quit.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Agent } from '../../src/agent/index.ts';
import { DemoCell } from '../../src/main/demo-cell.ts';

// Started as the app would be, this Node.js ends at once: it does not know the flag.
vi.mock('electron', () => ({ app: { isPackaged: true } }));

const hosted = { agentId: 'a', name: 'Ada', grpcAddress: '127.0.0.1:50101', httpAddress: '127.0.0.1:8081' } as Agent;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'synod-demo-cell-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('an agent that cannot start is told', async () => {
  const told = Promise.withResolvers<string>();
  const cell = new DemoCell(directory, told.resolve);
  await cell.start(hosted);
  expect(await told.promise).toContain('an agent ended before it was ready');
  await cell.close();
});

test('quitting while agents start is told to nobody', async () => {
  const told: string[] = [];
  const cell = new DemoCell(directory, (text) => told.push(text));
  await cell.start(hosted);
  await cell.close();
  // What the failed start says comes after the end of its process.
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual([]);
});
