/**
 * Guards how an agent hangs on to the supervisor of its cell: what it is told is done to its links and told to whoever watches;
 * a connection that breaks heals all of it at once; it is taken up again, and ends with the agent.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { joinDemo } from '../../src/agent/demo-port.ts';
import type { DemoState } from '../../src/contract/index.ts';
import { SILENT_LOGGER } from '../support/served-api.ts';

const PATIENCE = { timeout: 20_000 };
let directory: string;
let path: string;
let supervisor: Server;
const connections: Socket[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'synod-port-'));
  path = join(directory, 'socket');
  supervisor = createServer((socket) => connections.push(socket));
  await new Promise<void>((resolve) => supervisor.listen(path, resolve));
});
afterEach(() => {
  for (const socket of connections.splice(0)) socket.destroy();
  supervisor.close();
  rmSync(directory, { recursive: true, force: true });
});

const cut = {
  id: 'f1',
  kind: 'cut',
  agents: ['a', 'b'],
  links: [],
  direction: 'both',
  delayMs: 0,
  jitterMs: 0,
  share: 0,
  beganMs: Date.now(),
  healsAtMs: Date.now() + 600_000,
};
const NEWS = `${JSON.stringify({ state: { isDemo: true, agents: [], faults: [cut] }, remainingMs: [600_000] })}\n`;

test('what the supervisor says is done until it says otherwise, or says nothing any more', async () => {
  const ending = new AbortController();
  const demo = joinDemo({ demoControl: path, agentId: 'a', logger: SILENT_LOGGER, ending: ending.signal })!;
  const isCut = () => demo.policy.isCut('send', 'b');
  const told: DemoState[] = [];
  const gone: Error[] = [];
  const viewer = { tell: (state: DemoState) => told.push(state), gone: (error: Error) => gone.push(error) };
  demo.watch(viewer);
  expect(gone).toMatchObject([{ reason: 'NOT_A_DEMO_CELL' }]);

  await vi.waitFor(() => expect(connections).toHaveLength(1), PATIENCE);
  expect(isCut()).toBe(false);
  connections[0]!.write(NEWS);
  await vi.waitFor(() => expect(isCut()).toBe(true), PATIENCE);
  demo.watch(viewer);
  expect(told).toMatchObject([{ faults: [{ id: 'f1' }] }]);

  connections[0]!.destroy();
  await vi.waitFor(() => expect(gone).toHaveLength(2), PATIENCE);
  expect(isCut()).toBe(false);
  await vi.waitFor(() => expect(connections).toHaveLength(2), PATIENCE);
  connections[1]!.write(NEWS);
  await vi.waitFor(() => expect(isCut()).toBe(true), PATIENCE);
  expect(told).toHaveLength(1);

  const closed = new Promise((resolve) => connections[1]!.once('close', resolve));
  connections[1]!.resume();
  ending.abort();
  await closed;
  expect(connections).toHaveLength(2);
});

test('an agent of no demo cell hangs on to nobody', () => {
  expect(joinDemo({ agentId: 'a', logger: SILENT_LOGGER, ending: new AbortController().signal })).toBeUndefined();
});
