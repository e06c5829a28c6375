// Guards what operators see and do of a cell: its health in a sentence, what is wrong, and what a change of members means.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AlertTimes, cellAlerts } from '../../../src/agent/api/operator/cell-alerts.ts';
import { cellHealth } from '../../../src/agent/api/operator/cell-health.ts';
import { previewMembers } from '../../../src/agent/api/operator/member-preview.ts';
import type { Configuration } from '../../../src/agent/consensus/types.ts';
import { changeViolation } from '../../../src/agent/host/configuration-change.ts';
import type { OperatorClient } from '../../../src/contract/index.ts';
import { LONE_AGENT_ID } from '../../support/lone-cell.ts';
import { refusalOf, type ServedOperator, serveOperator, type Transport } from '../../support/served-operator.ts';

const names = ['Ada', 'Bruno', 'Clara', 'Dino', 'Elsa'];
const voters = (count: number, silent = 0) =>
  names.slice(0, count).map((name, at) => ({ name, isLive: at < count - silent }));
const writable = { hasLeader: true, writable: true, unwritableReason: '', unwritableSinceMs: 0 };
const sinceMs = Date.UTC(2030, 0, 2, 3, 4, 5);
const unwritable = {
  ...writable,
  writable: false,
  unwritableReason: 'the leader is catching up',
  unwritableSinceMs: sinceMs,
};

describe('the health of a cell in one sentence', () => {
  test.each([
    ['healthy', { ...writable, voters: voters(3) }, 'Healthy: 3 of 3 voters answer; any one may fail.'],
    ['healthy', { ...writable, voters: voters(5) }, 'Healthy: 5 of 5 voters answer; any 2 may fail.'],
    ['healthy', { ...writable, voters: voters(2) }, 'Healthy: 2 of 2 voters answer; none may fail.'],
    [
      'healthy',
      { ...writable, voters: voters(1) },
      'Healthy: the only voter answers; if it fails, nothing can be written.',
    ],
    [
      'degraded',
      { ...writable, voters: voters(3, 1) },
      'Degraded: 2 of 3 voters answer, Clara does not; no other may fail.',
    ],
    [
      'degraded',
      { ...writable, voters: voters(5, 2) },
      'Degraded: 3 of 5 voters answer, Dino and Elsa do not; no other may fail.',
    ],
    [
      'degraded',
      { ...writable, voters: voters(5, 1) },
      'Degraded: 4 of 5 voters answer, Elsa does not; one more may fail.',
    ],
    [
      'read_only',
      { ...unwritable, hasLeader: false, voters: voters(3, 2) },
      'Read-only since 2030-01-02 03:04:05 UTC: no majority (1 of 3 voters answers).',
    ],
    [
      'read_only',
      { ...unwritable, hasLeader: false, voters: voters(3, 1) },
      'Read-only since 2030-01-02 03:04:05 UTC: no leader yet (2 of 3 voters answer); an election is under way.',
    ],
    [
      'read_only',
      { ...unwritable, voters: voters(3) },
      'Read-only since 2030-01-02 03:04:05 UTC: the leader is catching up (3 of 3 voters answer).',
    ],
    ['starting', { ...unwritable, voters: [] }, 'Starting: the leader is catching up.'],
  ] as const)('%s', (level, facts, sentence) => {
    expect(cellHealth(facts)).toMatchObject({ level, sentence });
  });

  test('majority and tolerated failures follow from the number of voters', () => {
    const seen = [1, 2, 3, 4, 5].map((count) => cellHealth({ ...writable, voters: voters(count) }).tolerance);
    expect(seen.map(({ majority, toleratedFailures }) => [majority, toleratedFailures])).toEqual([
      [1, 0],
      [2, 0],
      [2, 1],
      [3, 1],
      [3, 2],
    ]);
  });
});

const configuration: Configuration = {
  epoch: 4,
  participants: [
    { agentId: 'a', role: 'voter' },
    { agentId: 'b', role: 'voter' },
    { agentId: 'c', role: 'voter' },
    { agentId: 'd', role: 'learner' },
  ],
};

describe('what a change of members would mean', () => {
  const preview = (
    action: Parameters<typeof previewMembers>[1]['action'],
    agents: readonly string[],
    { silent = [] as readonly string[], expectedEpoch = 0, leader = 'a' } = {},
  ) =>
    previewMembers(
      {
        configuration,
        leader: leader === '' ? undefined : leader,
        isLive: (agentId) => !silent.includes(agentId),
        nameOf: (agentId) => agentId.toUpperCase(),
        lagSlots: (agentId) => (agentId === 'd' ? 12 : 0),
      },
      { action, agents, expectedEpoch },
    );

  test('tolerance before and after, and a warning when it falls', () => {
    const removal = preview('remove', ['c']);
    expect(removal.before).toEqual({ voters: 3, majority: 2, toleratedFailures: 1, liveVoters: 3 });
    expect(removal.after).toEqual({ voters: 2, majority: 2, toleratedFailures: 0, liveVoters: 2 });
    expect([removal.epoch, removal.refusal]).toEqual([4, '']);
    expect(removal.warnings.join(' ')).toMatch(
      /survive no failure of a voter; now it survives 1.*C is alive and will ask to join/,
    );
    const promotion = preview('promote', ['d']);
    expect(promotion.after).toMatchObject({ voters: 4, toleratedFailures: 1 });
    expect(promotion.warnings.join(' ')).toMatch(/4 voters tolerate no more failures than 3.*D is 12 slots behind/);
    expect(preview('demote', ['a']).warnings.join(' ')).toMatch(/A leads: another voter is elected/);
    const pin = preview('pinLearner', ['c']);
    expect([pin.before, pin.warnings]).toEqual([pin.after, []]);
  });

  test('the same refusals as the leader would give', () => {
    const isLive = (agentId: string) => agentId !== 'b' && agentId !== 'c';
    const changes = [{ agentId: 'd', role: 'voter' }] as const;
    const predicted = preview('promote', ['d'], { silent: ['b', 'c'] }).refusal;
    expect(predicted).not.toBe('');
    expect(predicted).toBe(changeViolation(configuration, changes, isLive)?.message);
    expect(preview('remove', ['a', 'b', 'c']).refusal).toMatch(/no voter/);
    expect(preview('remove', ['b'], { expectedEpoch: 3 }).refusal).toMatch(/epoch is 4, not 3/);
    expect(preview('promote', ['a'], { expectedEpoch: 3 }).refusal).toBe('');
    expect(preview('promote', ['d'], { leader: '' }).refusal).toMatch(/no leader/);
    expect(preview('transfer', ['d']).refusal).toMatch(/D is no voter/);
    expect(preview('transfer', ['b', 'c']).refusal).toMatch(/one agent/);
    expect(preview('replace', ['a', 'd']).after.voters).toBe(2);
  });
});

test('an alert keeps its time as long as the same thing is wrong', () => {
  const times = new AlertTimes();
  const found = { id: 'disk', severity: 'warning', text: 'full', agentId: '' } as const;
  expect(times.dated([found], 100)[0]?.sinceMs).toBe(100);
  expect(times.dated([{ ...found, text: 'fuller' }], 200)[0]?.sinceMs).toBe(100);
  times.dated([], 300);
  expect(times.dated([found], 400)[0]?.sinceMs).toBe(400);
});

describe.each<Transport>(['http', 'port'])('over %s', (transport) => {
  let served: ServedOperator;
  let client: OperatorClient;
  beforeEach(async () => {
    served = await serveOperator();
    client = served.client(transport);
    const participant = {
      kind: 'setParticipant',
      grpcAddress: '127.0.0.1:1',
      httpAddress: '',
      labels: {},
      version: '0.1.0',
    } as const;
    served.cell.configure({
      epoch: 2,
      participants: [
        { agentId: LONE_AGENT_ID, role: 'voter' },
        { agentId: 'agent-b', role: 'voter' },
        { agentId: 'agent-c', role: 'learner' },
      ],
    });
    served.cell.execute({ ...participant, agentId: LONE_AGENT_ID, name: 'Ada' });
    served.cell.execute({ ...participant, agentId: 'agent-b', name: 'Bruno', version: '0.2.0' });
    const report = { chosenThrough: 3, applied: 2, lastHeardMs: 40, uptimeMs: 5_000 };
    served.cell.participants = [
      { ...report, agentId: 'agent-b', suspect: true },
      { ...report, agentId: 'agent-c', suspect: false },
    ];
  });
  afterEach(async () => {
    await served.stop();
    expect(served.bugs).toEqual([]);
  });

  test('the view tells participants, health and everything that is wrong', async () => {
    const view = await client.cell.view({ quorum: 'majority' });
    expect(served.cell.barriers.at(-1)?.quorum).toBe('majority');
    expect(view.status).toMatchObject({
      name: 'Ada',
      state: 'leader',
      leaderId: LONE_AGENT_ID,
      readOnly: false,
      epoch: 2,
    });
    expect(view.participants).toMatchObject([
      { name: 'Ada', isSelf: true, roundTripMs: null, lastHeardMs: null, lagSlots: 0, pin: 'none' },
      { name: 'Bruno', role: 'voter', suspect: true, roundTripMs: 0.4, lastHeardMs: 40, applied: 2 },
      { name: 'agent-c', role: 'learner', suspect: false },
    ]);
    // Nobody reports the asked agent to itself: its uptime is its own.
    expect(view.participants[0]?.uptimeMs).toBe(view.status.uptimeMs);
    expect(view.status.uptimeMs).toBeGreaterThan(0);
    expect(view.participants[1]?.lagSlots).toBe(view.status.chosenThrough - 2);
    expect(view.health).toMatchObject({ level: 'degraded', tolerance: { voters: 2, liveVoters: 1 } });
    expect(view.alerts.map(({ id }) => id)).toEqual(['suspect agent-b', 'even-voters', 'versions']);
    expect(await client.cell.status()).toMatchObject({ agentId: LONE_AGENT_ID, writable: true });
  });

  test('below a majority it says so, in the view and first among the alerts', async () => {
    served.cell.leader = undefined;
    served.cell.setUnwritable('no majority');
    const { health, alerts } = await client.cell.view({});
    expect(health).toMatchObject({
      level: 'read_only',
      sentence: expect.stringMatching(/no majority \(1 of 2 voters answers\)/),
    });
    expect(alerts[0]).toMatchObject({ id: 'unwritable', severity: 'critical' });
  });

  test('the watch tells the cell at once and again after a change', async () => {
    const events = await client.cell.watch();
    expect((await events.next()).value).toMatchObject({ health: { level: 'degraded' } });
    served.cell.setUnwritable('for a test');
    expect((await events.next()).value).toMatchObject({ status: { writable: false }, health: { level: 'read_only' } });
    await events.return?.(undefined);
    await expect.poll(() => served.observability.inFlight.count).toBe(0);
  });

  test('the watch goes on when the wall clock is set back', async () => {
    const events = await client.cell.watch();
    await events.next();
    const nowMs = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => nowMs() - 3_600_000);
    try {
      served.cell.setUnwritable('for a test');
      expect((await events.next()).value).toMatchObject({ status: { writable: false } });
    } finally {
      clock.mockRestore();
      await events.return?.(undefined);
    }
  });

  test('members are changed as asked, by name, and previewed before', async () => {
    const preview = await client.cell.previewMembers({ action: 'promote', agents: ['agent-c'] });
    expect(preview).toMatchObject({ after: { voters: 3, liveVoters: 2 }, epoch: 2, refusal: '' });
    expect(served.cell.changes).toEqual([]);
    const changed = await client.cell.changeMembers({ action: 'promote', agents: ['agent-c'], expectedEpoch: 2 });
    expect(changed).toMatchObject({ epoch: 3, leader: 'Ada' });
    expect(served.cell.changes).toEqual([{ changes: [{ agentId: 'agent-c', role: 'voter' }], expectedEpoch: 2 }]);
    await client.cell.changeMembers({ action: 'remove', agents: ['bruno'] });
    expect(served.cell.changes[1]?.changes).toEqual([{ agentId: 'agent-b', role: 'removed' }]);
    await client.cell.changeMembers({ action: 'transfer', agents: ['Bruno'] });
    expect(served.cell.leader).toBe('agent-b');
    const unknown = await refusalOf(client.cell.changeMembers({ action: 'remove', agents: ['Zoe'] }));
    expect(unknown.message).toMatch(/no agent "Zoe".*Ada, Bruno/);
  });

  test('how another agent joins is a line to copy', async () => {
    const join = await client.cell.joinCommand();
    expect(join).toMatchObject({ grpcAddress: '127.0.0.1:50101', insecureNeeded: false });
    expect(join.command).toMatch(/^synod agent .*--peer 127\.0\.0\.1:50101$/);
  });

  test('history is compacted up to a floor', async () => {
    for (const value of ['1', '2', '3']) await client.keys.put({ path: '/a', value: { text: value } });
    expect(await client.cell.compact({ floor: 3 })).toMatchObject({ slot: served.cell.machine.appliedSlot });
    expect((await client.cell.status()).revisionFloor).toBe(3);
  });
});

test('a suspect is not what a majority says, and not to be removed, while nobody leads', () => {
  const status = { agentId: 'a', name: 'Ada', stateDir: '/var', readOnly: false, writable: false };
  const suspect = { agentId: 'b', name: 'Bruno', suspect: true, grpcAddress: '127.0.0.1:2', version: '1' };
  const health = cellHealth({ ...unwritable, hasLeader: false, voters: voters(3, 2) });
  const textWhen = (leaderId: string) =>
    cellAlerts({
      status: { ...status, leaderId } as never,
      participants: [suspect] as never,
      health,
      diskFreeBytes: undefined,
    }).find(({ id }) => id === 'suspect b')?.text;
  expect(textWhen('')).toBe('Bruno is suspect: this agent does not hear it. Look after it at 127.0.0.1:2.');
  expect(textWhen('a')).toBe(
    'Bruno is suspect: a majority does not hear it. Look after it at 127.0.0.1:2, or remove it.',
  );
});

test('a nearly full disk and a laggard are told, the worst first', () => {
  const status = { agentId: 'a', name: 'Ada', stateDir: '/var', readOnly: true, writable: true, leaderId: 'a' };
  const participant = { suspect: false, isSelf: false, lagSlots: 5_000, grpcAddress: '', version: '1' };
  const alerts = cellAlerts({
    status: status as never,
    participants: [{ ...participant, agentId: 'b', name: 'Bruno' }] as never,
    health: cellHealth({ ...writable, voters: voters(3) }),
    diskFreeBytes: 50 * 1024 * 1024,
  });
  expect(alerts.map(({ id, severity }) => [id, severity])).toEqual([
    ['disk', 'critical'],
    ['lag b', 'warning'],
    ['read-only', 'info'],
  ]);
});
