/**
 * Guards what a leader does about its cell: suspects by the word of a majority, changes of the participants one at a time
 * and only with a live majority of the result, handing over before an exit, and the questions it asks the autopilot.
 */
import { describe, expect, test } from 'vitest';
import type { Answer } from '../../src/agent/host/answer.ts';
import type { AutopilotView } from '../../src/agent/host/autopilot-view.ts';
import type { ParticipantChange } from '../../src/agent/host/messages.ts';
import type { Changed } from '../../src/agent/host/participants.ts';
import { MemoryCell, put } from '../support/memory-cell.ts';

const THREE = { voters: ['a', 'b', 'c'] };

function change(cell: MemoryCell, at: string, changes: readonly ParticipantChange[], epoch = 0): Answer<Changed> {
  let taken: Answer<Changed> | undefined;
  cell.host(at).changeParticipants(changes, epoch, (answer) => {
    taken = answer;
  });
  cell.clock.runUntil(() => taken !== undefined, 30_000);
  return taken as Answer<Changed>;
}

function reason(answer: Answer<unknown>): string {
  return answer.ok ? 'ok' : answer.error.reason;
}

function roles(cell: MemoryCell, at: string): string[] {
  return cell.host(at).status.configuration.participants.map(({ agentId, role }) => `${agentId} ${role}`);
}

function suspects(cell: MemoryCell, at: string): string[] {
  return cell.host(at).status.participants.flatMap(({ agentId, suspect }) => (suspect ? [agentId] : []));
}

describe('suspects', () => {
  test('are whom a majority of the voters does not hear, and everybody is told', () => {
    const cell = new MemoryCell(THREE);
    cell.leader();
    const [dead, other] = cell.followers();
    const leader = cell.leader();
    cell.crash(dead!.id);
    cell.clock.runUntil(() => suspects(cell, other!.id).length > 0);
    expect(suspects(cell, leader.id)).toEqual([dead!.id]);
    cell.restart(dead!.id);
    cell.clock.runUntil(() => suspects(cell, other!.id).length === 0);
  });

  test('are not those whom only the leader does not hear', () => {
    const cell = new MemoryCell({ voters: ['a', 'b', 'c', 'd', 'e'] });
    const leader = cell.leader();
    const [unheard] = cell.followers();
    cell.deliver = (from, to) => !(from === unheard!.id && to === leader.id);
    cell.clock.run(5_000);
    expect(cell.leader().id).toBe(leader.id);
    expect(suspects(cell, leader.id)).toEqual([]);
  });

  test('are whom an agent does not hear itself, while nobody leads', () => {
    const cell = new MemoryCell(THREE);
    const leader = cell.leader();
    const [one, other] = cell.followers();
    cell.crash(leader.id);
    cell.crash(other!.id);
    cell.clock.runUntil(() => suspects(cell, one!.id).length === 2);
    expect(cell.host(one!.id).status.leader).toBeUndefined();
    expect(cell.host(one!.id).status.participants.find(({ agentId }) => agentId === one!.id)?.uptimeMs).toBeGreaterThan(
      0,
    );
    const silentMs = () => cell.host(one!.id).status.participants.map(({ lastHeardMs }) => lastHeardMs);
    const before = Math.max(...silentMs());
    cell.clock.run(5_000);
    expect(Math.max(...silentMs())).toBeGreaterThan(before + 4_000);
    cell.restart(other!.id);
    cell.clock.runUntil(() => suspects(cell, one!.id).join() === leader.id);
  });

  test('are not made by a pause of the leader itself', () => {
    const cell = new MemoryCell({ voters: ['a'], learners: ['b'] });
    const leader = cell.leader();
    cell.clock.run(2_000);
    // Nothing runs for a minute, as in a laptop that sleeps, and nothing was on its way.
    cell.deliver = () => false;
    cell.clock.run(5);
    cell.clock.nowMs += 60_000;
    cell.clock.run(5);
    cell.deliver = () => true;
    expect(suspects(cell, leader.id)).toEqual([]);
    cell.clock.run(2_000);
    expect(suspects(cell, leader.id)).toEqual([]);
  });
});

describe('changes', () => {
  test('are made by the leader, wherever they are asked for', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d', 'e'] });
    cell.leader();
    const changes = [
      { agentId: 'd', role: 'voter' },
      { agentId: 'e', role: 'voter' },
    ] as const;
    const answer = change(cell, 'd', changes, 1);
    expect(answer).toMatchObject({ ok: true, value: { epoch: 2 } });
    cell.leader();
    expect(roles(cell, 'd')).toEqual(['a voter', 'b voter', 'c voter', 'd voter', 'e voter']);
    cell.write('d', put('/x', '1')).value();
  });

  test('that are made already are answered at once', () => {
    const cell = new MemoryCell(THREE);
    cell.leader();
    expect(change(cell, 'a', [{ agentId: 'b', role: 'voter' }], 77)).toMatchObject({ ok: true, value: { epoch: 1 } });
  });

  test('remove whoever is left, also when the autopilot was faster with some of them', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d', 'e'] });
    cell.leader();
    const removal = (agentId: string) => ({ agentId, role: 'removed' }) as const;
    expect(change(cell, 'a', [removal('d')])).toMatchObject({ ok: true, value: { epoch: 2 } });
    expect(change(cell, 'a', [removal('d'), removal('e')])).toMatchObject({ ok: true, value: { epoch: 3 } });
    expect(roles(cell, 'a')).toEqual(['a voter', 'b voter', 'c voter']);
  });

  test('are refused when the epoch has moved', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d'] });
    cell.leader();
    expect(change(cell, 'a', [{ agentId: 'd', role: 'removed' }], 1).ok).toBe(true);
    expect(reason(change(cell, 'a', [{ agentId: 'c', role: 'learner' }], 1))).toBe('EPOCH_MOVED');
  });

  test('are told to a removed learner, which would never ask', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d'] });
    cell.leader();
    // Nothing of the journal reaches it any more: it cannot learn of its removal there.
    cell.deliver = (_from, to, message) =>
      to !== 'd' || (message.kind === 'consensus' && message.envelope.message.kind === 'removedNotice');
    expect(change(cell, 'a', [{ agentId: 'd', role: 'removed' }]).ok).toBe(true);
    cell.clock.runUntil(() => cell.host('d').status.unwritableReason === 'this agent was removed from the cell');
    expect(roles(cell, 'd')).toContain('d learner');
  });

  test('are refused without a live majority of the result', () => {
    const cell = new MemoryCell({ voters: ['a', 'b', 'c', 'd', 'e'] });
    const leader = cell.leader();
    const [one, two, three] = cell.followers();
    cell.crash(one!.id);
    cell.crash(two!.id);
    cell.clock.runUntil(() => suspects(cell, leader.id).length === 2);
    const answer = change(cell, leader.id, [{ agentId: three!.id, role: 'removed' }]);
    expect(reason(answer)).toBe('CHANGE_REFUSED');
    expect(change(cell, leader.id, [{ agentId: one!.id, role: 'removed' }]).ok).toBe(true);
  });

  test('that leave no voter, or promote a stranger, are refused', () => {
    const cell = new MemoryCell(THREE);
    cell.leader();
    const all = THREE.voters.map((agentId) => ({ agentId, role: 'learner' as const }));
    expect(reason(change(cell, 'a', all))).toBe('CHANGE_REFUSED');
    expect(reason(change(cell, 'a', [{ agentId: 'x', role: 'voter' }]))).toBe('CHANGE_REFUSED');
    expect(reason(change(cell, 'a', []))).toBe('INVALID_ARGUMENT');
  });

  test('wait until whoever becomes a voter has caught up, and are refused when it does not', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d'] });
    const leader = cell.leader();
    cell.write(leader.id, put('/x', '1')).value();
    cell.clock.run(200);
    // It answers heartbeats and never stores anything.
    cell.agent('d').disk.fsyncMs = 1e9;
    cell.write(leader.id, put('/x', '2')).value();
    const answer = change(cell, leader.id, [{ agentId: 'd', role: 'voter' }]);
    expect(reason(answer)).toBe('CHANGE_REFUSED');
    expect(roles(cell, leader.id)).toContain('d learner');
    cell.write(leader.id, put('/x', '3')).value();
  });

  test('that replace all voters at once are made, and writes go on', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d', 'e', 'f'] });
    cell.leader();
    cell.clock.run(500);
    const changes = [
      ...['a', 'b', 'c'].map((agentId) => ({ agentId, role: 'removed' as const })),
      ...['d', 'e', 'f'].map((agentId) => ({ agentId, role: 'voter' as const })),
    ];
    expect(change(cell, 'b', changes).ok).toBe(true);
    cell.write('e', put('/x', '1')).value();
    expect(['d', 'e', 'f']).toContain(cell.leader().id);
    cell.clock.runUntil(() => cell.host('a').isRemoved && cell.host('b').isRemoved);
    expect(cell.host('d').isRemoved).toBe(false);
  });

  test('under load lose no write', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d', 'e'] });
    cell.leader();
    cell.clock.run(500);
    let asked: Answer<Changed> | undefined;
    const calls = Array.from({ length: 300 }, (_, index) => {
      if (index === 100) {
        const promote = ['d', 'e'].map((agentId) => ({ agentId, role: 'voter' as const }));
        cell.host('a').changeParticipants(promote, 0, (answer) => {
          asked = answer;
        });
      }
      cell.clock.run(1);
      return cell.write(['a', 'b', 'd'][index % 3]!, put(`/k/${index}`, 'x'));
    });
    for (const call of calls) call.value();
    expect(asked?.ok).toBe(true);
    expect(cell.leader().host.state.count('user', '/k/', '/k0')).toBe(300);
  });
});

describe('leadership', () => {
  test('is handed over on request, wherever that is asked', () => {
    const cell = new MemoryCell(THREE);
    const leader = cell.leader();
    const [to, other] = cell.followers();
    let taken: Answer<{ leader: string }> | undefined;
    other!.host.transferLeadership(to!.id, (answer) => {
      taken = answer;
    });
    cell.clock.runUntil(() => taken !== undefined);
    expect(taken).toEqual({ ok: true, value: { leader: to!.id } });
    expect(cell.leader().id).toBe(to!.id);
    expect(leader.host.status.role).toBe('follower');
  });

  test('is not given to a learner, nor to whoever does not take over', () => {
    const cell = new MemoryCell({ ...THREE, learners: ['d'] });
    const leader = cell.leader();
    const [dead] = cell.followers();
    const answers: Answer<unknown>[] = [];
    leader.host.transferLeadership('d', (answer) => answers.push(answer));
    cell.crash(dead!.id);
    leader.host.transferLeadership(dead!.id, (answer) => answers.push(answer));
    cell.clock.runUntil(() => answers.length === 2);
    expect(answers.map(reason)).toEqual(['CHANGE_REFUSED', 'CHANGE_REFUSED']);
    cell.write(leader.id, put('/x', '1')).value();
  });

  test('is handed over before an exit in good order', () => {
    const cell = new MemoryCell(THREE);
    const leader = cell.leader();
    let left = false;
    leader.host.leave(5_000, () => {
      left = true;
    });
    cell.clock.runUntil(() => left);
    expect(leader.host.status.role).not.toBe('leader');
    cell.crash(leader.id);
    const startedMs = cell.clock.nowMs;
    cell.leader();
    expect(cell.clock.nowMs - startedMs).toBeLessThan(100);
  });

  test('a sole voter swaps roles with a learner before it exits', () => {
    const swap = ({ leaving, self, participants }: AutopilotView): ParticipantChange[] | undefined => {
      const learner = participants.find(({ role, caughtUp }) => role === 'learner' && caughtUp);
      if (!leaving || learner === undefined) return undefined;
      return [
        { agentId: self, role: 'learner' },
        { agentId: learner.agentId, role: 'voter' },
      ];
    };
    const cell = new MemoryCell({ voters: ['a'], learners: ['b'], autopilot: swap });
    cell.write('a', put('/x', '1')).value();
    cell.clock.run(1_000);
    let left = false;
    cell.host('a').leave(5_000, () => {
      left = true;
    });
    cell.clock.runUntil(() => left);
    cell.crash('a');
    cell.write('b', put('/x', '2')).value();
  });

  test('an agent that stops while it hands over, or has stopped before, waits for nobody', () => {
    const cell = new MemoryCell(THREE);
    const leader = cell.leader();
    let left = 0;
    const done = (): void => {
      left += 1;
    };
    cell.deliver = (from) => from !== leader.id;
    leader.host.leave(5_000, done);
    leader.host.leave(5_000, done);
    cell.clock.run(5);
    expect(left).toBe(0);
    leader.host.stop();
    leader.host.leave(5_000, done);
    cell.clock.run(0);
    expect(left).toBe(3);
  });

  test('a lone agent exits at once', () => {
    const cell = new MemoryCell({ voters: ['a'] });
    cell.leader();
    let left = false;
    cell.host('a').leave(5_000, () => {
      left = true;
    });
    cell.clock.run(1);
    expect(left).toBe(true);
  });
});

describe('the autopilot', () => {
  test('is asked by the leader alone, with what it needs to judge', () => {
    const views: AutopilotView[] = [];
    const cell = new MemoryCell({
      ...THREE,
      learners: ['d'],
      autopilot: (view) => {
        views.push(view);
        return undefined;
      },
    });
    const leader = cell.leader();
    cell.write(leader.id, { kind: 'pinRole', agentId: 'd', pin: 'learner' }).value();
    cell.crash('d');
    cell.clock.run(5_000);
    expect(new Set(views.map(({ self }) => self))).toEqual(new Set([leader.id]));
    const last = views.at(-1)!;
    expect(last).toMatchObject({ mode: 'safe', votersMax: 5, leaving: false, electionTimeoutMs: 900 });
    expect(last.participants.find(({ agentId }) => agentId === leader.id)).toMatchObject({
      silentMs: 0,
      caughtUp: true,
    });
    const dead = last.participants.find(({ agentId }) => agentId === 'd')!;
    expect(dead).toMatchObject({ role: 'learner', pin: 'learner', suspect: true });
    expect(dead.suspectForMs).toBeGreaterThan(1_000);
    expect(dead.silentMs).toBeGreaterThan(3_000);
  });

  test('has its changes made', () => {
    const cell = new MemoryCell({
      voters: ['a'],
      learners: ['b', 'c'],
      autopilot: ({ participants }) => {
        const ready = participants.filter(({ role, caughtUp }) => role === 'learner' && caughtUp);
        return ready.length < 2 ? undefined : ready.map(({ agentId }) => ({ agentId, role: 'voter' }));
      },
    });
    cell.clock.runUntil(() => roles(cell, 'c').every((text) => text.endsWith('voter')));
    expect(cell.host('a').status.configuration.epoch).toBe(2);
    cell.leader();
    cell.write('c', put('/x', '1')).value();
  });
});
