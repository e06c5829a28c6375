/**
 * Guards what operators see of the process, its settings and its window: samples that came before, new ones once each,
 * profiles that open in a browser's tools, one at a time; settings as they are in effect; and a dashboard that says what
 * only the desktop app can do.
 */

import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AppPort } from '../../../src/agent/api/operator/ports.ts';
import { createOperatorRouter } from '../../../src/agent/api/operator/router.ts';
import type { AppState } from '../../../src/contract/index.ts';
import { OperatedCell, PATIENCE, refusalOf } from '../../support/operated-cell.ts';

let cell: OperatedCell;
beforeAll(async () => {
  cell = await OperatedCell.of(2, { priority: 3, evictAfterMs: 90_000, labels: { region: 'west' } });
}, 60_000);
afterAll(() => cell.close());

/** As a window of the app calls. */
function directClient(app?: AppPort) {
  const router = createOperatorRouter(() => cell.agents[0]!.operator, app);
  return createRouterClient(router, { context: { transport: 'port', viewerId: 'window', peer: 'window' } as const });
}

test('samples of the past, and every new one once', async () => {
  const client = cell.client();
  const { history } = cell.agents[0]!.observability;
  history.sample();
  const past = await client.runtime.series({});
  expect(past.atMs.length).toBeGreaterThan(0);
  expect(past.columns.residentBytes!.at(-1)).toBeGreaterThan(1_000_000);
  expect(Object.values(past.columns).every((values) => values.length === past.atMs.length)).toBe(true);

  const abort = new AbortController();
  const events = await client.runtime.watch(undefined, { signal: abort.signal });
  const first = events.next();
  // The watch has begun when a sample that was taken after it arrives.
  const sampling = setInterval(() => history.sample(), 50);
  const seen: number[] = [...((await first).value as typeof past).atMs];
  for await (const series of events) {
    seen.push(...series.atMs);
    if (seen.length >= 5) break;
  }
  clearInterval(sampling);
  abort.abort();
  expect(seen[0]).toBeGreaterThan(past.atMs.at(-1)!);
  expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => a - b));
  const since = await client.runtime.series({ sinceMs: seen[0]! });
  expect(since.atMs.slice(0, seen.length - 1)).toEqual(seen.slice(1));
});

test('facts of the process and its links', async () => {
  const [first, second] = cell.agents;
  const facts = await vi.waitFor(async () => {
    const facts = await cell.client().runtime.facts();
    expect(facts.links).toMatchObject([{ agentId: second!.agentId, name: second!.name, connected: true }]);
    return facts;
  }, PATIENCE);
  expect(facts).toMatchObject({ pid: process.pid, nodeVersion: process.versions.node, electronVersion: '' });
  expect(facts.logLevel).toBe(first!.observability.introspection.logLevel);
});

test('the log level is what was set last, and must exist', async () => {
  const client = cell.client();
  await client.runtime.setLogLevel({ level: 'warn' });
  expect((await client.runtime.facts()).logLevel).toBe('warn');
  expect(await refusalOf(client.runtime.setLogLevel({ level: 'loud' as never }))).toMatchObject({
    code: 'BAD_REQUEST',
  });
});

test('a stack, a profile and a snapshot of the heap; a second profile at the same time is refused', async () => {
  const client = cell.client();
  expect(['running', 'idle', 'native']).toContain((await client.runtime.callStack()).state);
  // In this process, so that the second one comes while the first one runs.
  const direct = directClient();
  const running = direct.runtime.cpuProfile({ durationMs: 500 });
  // Another window, as the app has after its page was loaded again.
  const refused = await refusalOf(directClient().runtime.cpuProfile({ durationMs: 100 }));
  expect(refused.code).toBe('TOO_MANY_REQUESTS');
  expect(refused.message).toContain('a CPU profile of this agent is being taken already');
  const { fileName, profile } = await running;
  expect(fileName).toMatch(/^synod-[a-z]+-.*\.cpuprofile$/);
  expect((JSON.parse(profile) as { nodes: unknown[] }).nodes.length).toBeGreaterThan(0);
  await client.runtime.cpuProfile({ durationMs: 100 });

  let text = '';
  let name = '';
  let pieces = 0;
  for await (const piece of await client.runtime.heapSnapshot()) {
    text += piece.text;
    name = piece.fileName;
    pieces += 1;
  }
  expect(name).toMatch(/\.heapsnapshot$/);
  expect(pieces).toBeGreaterThan(1);
  expect((JSON.parse(text) as { snapshot: { meta: object } }).snapshot.meta).toBeDefined();
}, 60_000);

test('settings as they are in effect, with what they would be otherwise', async () => {
  const { settings } = await cell.client().settings.list();
  const named = (name: string) => settings.find((setting) => setting.name === name);
  expect(named('gRPC')).toMatchObject({
    group: 'addresses',
    value: cell.agents[0]!.grpcAddress,
    isDefault: false,
    flag: '--grpc-addr',
  });
  expect(named('Heartbeat')).toMatchObject({ group: 'timeouts', value: '100 ms', isDefault: true });
  expect(named('Pre-vote')).toMatchObject({ value: '100 ms', isDefault: true });
  expect(named('Evict after')).toMatchObject({ value: '1.5 min', isDefault: false, flag: '--evict-after' });
  expect(named('Voters, at most')).toMatchObject({ value: '5', isDefault: true, flag: '--max-voters' });
  expect(named('Leader priority')).toMatchObject({ value: '3', isDefault: false });
  expect(named('Labels')).toMatchObject({ value: 'region=west', isDefault: false });
  expect(named('Journal kept, at most')).toMatchObject({ group: 'storage', value: '256 MiB', isDefault: true });
  expect(named('Value')).toMatchObject({ group: 'limits', value: '1 MiB', flag: '' });
  expect(named('Other machines')).toMatchObject({ group: 'security', isDefault: true, flag: '--insecure' });
  const off = { value: 'off: operators may change things', isDefault: true, flag: '--read-only' };
  expect(named('Read-only mode')).toMatchObject(off);
  expect(new Set(settings.map(({ group, name }) => `${group} ${name}`)).size).toBe(settings.length);
  expect(settings.every(({ help }) => /^[A-Z].*\.$/.test(help))).toBe(true);
});

test('read-only mode is among the settings as it is now, not as it was at the start', async () => {
  const client = cell.client();
  const readOnly = async () => (await client.settings.list()).settings.find(({ name }) => name === 'Read-only mode');
  await client.cell.setReadOnly({ readOnly: true });
  try {
    expect(await readOnly()).toMatchObject({ value: 'on: operators may only look', isDefault: false });
  } finally {
    await client.cell.setReadOnly({ readOnly: false });
  }
  expect(await readOnly()).toMatchObject({ isDefault: true });
});

test('a dashboard has no window, and no demo cell behind it', async () => {
  const client = cell.client();
  expect(await client.app.state()).toMatchObject({ host: 'dashboard', phase: 'running', link: null });
  const events = await client.app.watch();
  expect((await events.next()).value).toMatchObject({ host: 'dashboard' });
  await events.return?.();
  for (const call of [
    client.app.begin({ choice: 'found' }),
    client.app.dismissLink(),
    client.app.openDashboard({ agentId: cell.agents[1]!.agentId }),
  ]) {
    expect(await refusalOf(call)).toMatchObject({ code: 'CONFLICT', reason: 'NO_WINDOW' });
  }
  expect(await client.demo.state()).toEqual({ isDemo: false, agents: [], faults: [] });
  for (const call of [
    client.demo.addAgent(),
    client.demo.killAgent({ index: 1 }),
    client.demo.restartAgent({ index: 1 }),
  ]) {
    expect(await refusalOf(call)).toMatchObject({ code: 'CONFLICT', reason: 'NOT_A_DEMO_CELL' });
  }
});

test('the app opens dashboards of participants only, and tells every change of its state', async () => {
  const [, second] = cell.agents;
  const opened: string[] = [];
  let state: AppState = { ...(await cell.client().app.state()), host: 'app', phase: 'running' };
  const listeners = new Set<(state: AppState) => void>();
  const app: AppPort = {
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin: async () => {},
    dismissLink: () => {},
    openDashboard: async (url) => {
      opened.push(url);
    },
  };
  const client = directClient(app);
  await client.app.openDashboard({ agentId: second!.agentId });
  expect(opened).toEqual([`http://${second!.httpAddress}`]);
  const refused = await refusalOf(client.app.openDashboard({ agentId: 'http://example.org' }));
  expect(refused.reason).toBe('INVALID_ARGUMENT');
  expect(opened).toHaveLength(1);

  const events = await client.app.watch();
  expect((await events.next()).value).toMatchObject({ message: state.message });
  state = { ...state, message: 'changed' };
  for (const listener of listeners) listener(state);
  expect((await events.next()).value).toMatchObject({ message: 'changed' });
  await events.return?.();
  expect(listeners.size).toBe(0);
});
