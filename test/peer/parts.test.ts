// Guards the rules by which tests and the Lab disturb links, and the memory of what others acknowledged and when they
// were heard.
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/agent/consensus/messages.ts';
import { Acknowledgements } from '../../src/agent/peer/acknowledgements.ts';
import { Backoff } from '../../src/agent/peer/backoff.ts';
import { Hearing } from '../../src/agent/peer/hearing.ts';
import { createLinkPolicy } from '../../src/agent/peer/link-policy.ts';
import { QuietLog } from '../../src/agent/peer/quiet-log.ts';

describe('a link policy', () => {
  test('passes everything by default', () => {
    const policy = createLinkPolicy();
    expect(policy.judge('send', 'b')).toEqual([0]);
    expect(policy.isCut('receive', 'b')).toBe(false);
    expect(policy.rules()).toEqual([]);
  });

  test('a rule for a peer comes before the one for all', () => {
    const policy = createLinkPolicy(() => 0.5);
    policy.set({ direction: 'send', peer: '*', rule: { cut: true } });
    policy.set({ direction: 'send', peer: 'b', rule: { delayMs: 10, jitterMs: 4 } });
    expect(policy.judge('send', 'a')).toEqual([]);
    expect(policy.judge('send', 'b')).toEqual([12]);
    expect(policy.judge('receive', 'a')).toEqual([0]);
    policy.clear('send', '*');
    expect(policy.judge('send', 'a')).toEqual([0]);
    expect(policy.rules()).toHaveLength(1);
    policy.clear();
    expect(policy.rules()).toEqual([]);
  });

  test('drops and duplicates the given share', () => {
    let drawn = 0;
    const policy = createLinkPolicy(() => (drawn = (drawn + 0.01) % 1));
    policy.set({ direction: 'send', peer: '*', rule: { dropShare: 0.3 } });
    const verdicts = Array.from({ length: 1_000 }, () => policy.judge('send', 'a').length);
    expect(verdicts.filter((copies) => copies === 0).length).toBeGreaterThan(250);
    expect(verdicts.filter((copies) => copies === 0).length).toBeLessThan(350);
    policy.set({ direction: 'send', peer: '*', rule: { duplicateShare: 1 } });
    expect(policy.judge('send', 'a')).toEqual([0, 0]);
  });
});

describe('what was acknowledged', () => {
  const ballot = (round: number) => ({ round, agentId: 'x' });
  const hello = (bootId: string, round: number, journalEnd: number) => ({
    cellId: 'c',
    from: 'b',
    to: 'a',
    bootId,
    promised: ballot(round),
    journalEnd,
    name: '',
    version: '',
    grpcAddress: '',
  });
  const acceptReply = (through: number, accepted = true): Message => ({
    kind: 'acceptReply',
    ballot: ballot(9),
    accepted,
    promised: ballot(9),
    through,
    received: through + 50,
    needFrom: 0,
    chosenThrough: 0,
  });
  const prepareReply = (round: number, granted: boolean): Message => ({
    kind: 'prepareReply',
    ballot: ballot(round),
    granted,
    promised: ballot(round + 5),
    fromSlot: 1,
    entries: [],
    complete: true,
    chosenThrough: 0,
    floor: 1,
  });
  const cases: [what: string, messages: Message[], round: number, journalEnd: number, refused: boolean][] = [
    ['nothing was acknowledged', [], 0, 0, false],
    ['the journal reaches as far', [acceptReply(20)], 1, 20, false],
    ['the journal is shorter', [acceptReply(20)], 1, 19, true],
    ['what was only received does not count', [acceptReply(20)], 1, 21, false],
    ['a refused accept says nothing', [acceptReply(20, false)], 1, 3, false],
    ['the promise is kept', [prepareReply(7, true)], 7, 0, false],
    ['the promise is lower', [prepareReply(7, true)], 6, 0, true],
    ['a refusal may name a promise that was not durable yet', [prepareReply(7, false)], 1, 0, false],
    ['a prefix stored as chosen counts', [{ kind: 'chosenReply', chosenThrough: 30, needFrom: 0 }], 1, 29, true],
    ['the highest counts', [acceptReply(20), acceptReply(15)], 1, 19, true],
  ];
  test.each(cases)('%s', (_, messages, round, journalEnd, refused) => {
    const acknowledgements = new Acknowledgements();
    expect(acknowledgements.judge(hello('boot-1', 1, 0))).toBeUndefined();
    for (const message of messages) acknowledgements.observe('b', message);
    // The same boot reconnects: what it said at its start is older than what it said since.
    expect(acknowledgements.judge(hello('boot-1', 1, 0))).toBeUndefined();
    const verdict = acknowledgements.judge(hello('boot-2', round, journalEnd));
    expect(verdict !== undefined).toBe(refused);
    // And it is not forgiven by asking again.
    expect(acknowledgements.judge(hello('boot-2', round, journalEnd)) !== undefined).toBe(refused);
  });
});

describe('hearing', () => {
  const at = (start: number) => {
    const clock = { nowMs: start };
    const hearing = new Hearing(() => clock.nowMs, 100);
    hearing.watch(new Set(['b']));
    const pass = (durationMs: number): void => {
      for (let passed = 0; passed < durationMs; passed += 100) {
        clock.nowMs += 100;
        hearing.tick();
      }
    };
    return { clock, hearing, pass };
  };

  test('silence is counted from the last sign of life, or from when one began to listen', () => {
    const { hearing, pass } = at(1_000);
    pass(500);
    expect(hearing.heard()).toEqual([{ agentId: 'b', silentMs: 500 }]);
    hearing.hear('b');
    pass(200);
    expect(hearing.heard()).toEqual([{ agentId: 'b', silentMs: 200 }]);
    hearing.stop();
  });

  test('the time in which this process was paused is not the silence of others', () => {
    const { clock, hearing, pass } = at(1_000);
    pass(300);
    clock.nowMs += 60_000;
    hearing.tick();
    expect(hearing.heard()[0]!.silentMs).toBe(400);
    hearing.stop();
  });

  test('round trips are smoothed and forgotten with the link', () => {
    const { hearing } = at(0);
    hearing.hear('b', 8);
    hearing.hear('b', 16);
    expect(hearing.roundTripMs('b')).toBe(10);
    hearing.lost('b');
    expect(hearing.roundTripMs('b')).toBeUndefined();
    hearing.stop();
  });
});

test('waiting doubles from the least to the most, never the same for all, and starts again', () => {
  const high = new Backoff(50, 500, () => 0.999);
  const steps = Array.from({ length: 6 }, () => Math.round(high.next()));
  expect(steps).toEqual([50, 100, 200, 400, 500, 500]);
  high.reset();
  expect(Math.round(high.next())).toBe(50);
  const low = new Backoff(50, 500, () => 0);
  expect(Array.from({ length: 5 }, () => low.next())).toEqual([50, 50, 100, 200, 250]);
});

test('the same thing about the same subject is said once in ten seconds, with a count', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const log = new QuietLog({ info: (text) => lines.push(text), warn: (text) => lines.push(text) }, () => nowMs);
  for (let count = 0; count < 5; count++) log.warn('b', 'b is down');
  log.warn('c', 'c is down');
  nowMs = 10_000;
  log.warn('b', 'b is down');
  expect(lines).toEqual(['b is down', 'c is down', 'b is down (and 4 times more since the last line)']);
  for (let count = 0; count < 10_000; count++) log.warn(`stranger ${count}`, 'x');
  log.forget('b');
  log.warn('b', 'b is down again');
  expect(lines.at(-1)).toBe('b is down again');
});
