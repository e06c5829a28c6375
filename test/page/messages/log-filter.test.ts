/** Guards what the filters of the table mean to the agent, and the export of everything that they let through. */
import { expect, test } from 'vitest';
import type { MessageView } from '../../../src/contract/index.ts';
import { EXPORT_PAGE, exportLog } from '../../../src/renderer/panels/messages/log/export-log.ts';
import {
  agentFilter,
  asksTheSame,
  EVERYTHING,
  isNarrowed,
  textMatcher,
} from '../../../src/renderer/panels/messages/log/log-filter.ts';
import { isAbout, isFailure, KIND_GROUPS, kindText } from '../../../src/renderer/panels/messages/message-kinds.ts';
import { message, nameOf } from './support.ts';

test.each([
  [{}, {}],
  [{ kind: 'kind:accept' }, { kinds: ['accept'] }],
  [{ kind: 'group:reads' }, { kinds: ['readIndex', 'readIndexReply', 'awaitApplied', 'awaitAppliedReply'] }],
  [{ kind: 'group:calls' }, { channel: 'user' }],
  [{ kind: 'group:calls', channel: 'peer' as const }, { channel: 'peer' }],
  [
    { direction: 'sent' as const, peer: 'agent-b' },
    { direction: 'sent', peer: 'agent-b' },
  ],
  [
    { slot: 42, durationMsMin: 10 },
    { slot: 42, durationMsMin: 10 },
  ],
  [
    { heartbeats: true, own: true },
    { includeHeartbeats: true, includeOwn: true },
  ],
  [{ text: 'birch' }, {}],
])('%j asks the agent for %j', (change, asked) => {
  const unasked = { includeHeartbeats: false, includeOwn: false };
  expect(agentFilter({ ...EVERYTHING, ...change })).toEqual({ ...unasked, ...asked });
});

test('text is not asked of the agent, another participant is', () => {
  expect(asksTheSame(EVERYTHING, { ...EVERYTHING, text: 'x' })).toBe(true);
  expect(asksTheSame(EVERYTHING, { ...EVERYTHING, agent: 'agent-b' })).toBe(false);
  expect(asksTheSame(EVERYTHING, { ...EVERYTHING, slot: 3 })).toBe(false);
});

test('showing heartbeats or own traffic narrows nothing', () => {
  expect(isNarrowed({ ...EVERYTHING, heartbeats: true, own: true, agent: 'agent-b' })).toBe(false);
  expect(isNarrowed({ ...EVERYTHING, text: 'x' })).toBe(true);
});

test.each(['ACCEPT', 'birch', '4·amber', 'boot-7', '42', 'no link'])('text finds %s as it is drawn', (text) => {
  const found = message(7, { slot: 42, throughSlot: 42, status: 'dropped: no link' });
  expect(textMatcher(text, nameOf)(found)).toBe(true);
  expect(textMatcher(`${text}!`, nameOf)(found)).toBe(false);
});

test('a kind belongs to one group and reads as words', () => {
  const kinds = KIND_GROUPS.flatMap((group) => group.kinds);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kindText('acceptReply')).toBe('accept reply');
  expect(kindText('CompareAndWrite')).toBe('CompareAndWrite');
});

test('a message without a status went its way', () => {
  expect([isFailure(''), isFailure('OK'), isFailure('ABORTED'), isFailure('dropped: no link')]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

interface Asked {
  readonly limit?: number;
  readonly beforeSequence?: number;
}

/** A log that goes on growing while it is exported. */
function growingLog(count: number, logIds: string[] = ['log-1']) {
  const log: MessageView[] = Array.from({ length: count }, (_, index) => message(index + 1));
  const asked: Asked[] = [];
  const query = async (input: Asked) => {
    asked.push(input);
    const { limit = 0, beforeSequence = 0 } = input;
    const below = log.filter(({ sequence }) => beforeSequence === 0 || sequence < beforeSequence);
    const messages = below.slice(-limit).reverse();
    log.push(message(log.length + 1));
    return { messages, first: 1, last: log.length, logId: logIds[asked.length - 1] ?? logIds.at(-1)! };
  };
  return { asked, client: { query } as never };
}

test('an export has every message of the log once, oldest first, and none that came after it began', async () => {
  const { client, asked } = growingLog(EXPORT_PAGE * 2 + 3);
  const { parts, count } = await exportLog(client, EVERYTHING, () => true);
  const lines = parts.join('').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).sequence)).toEqual(
    Array.from({ length: EXPORT_PAGE * 2 + 3 }, (_, index) => index + 1),
  );
  expect(count).toBe(lines.length);
  expect(asked.map(({ beforeSequence }) => beforeSequence)).toEqual([0, EXPORT_PAGE + 4, 4]);
});

test('an export has what contains the text only', async () => {
  const { client } = growingLog(20);
  const { parts, count } = await exportLog(client, EVERYTHING, ({ sequence }) => sequence % 10 === 0);
  expect(count).toBe(2);
  expect(parts.join('').match(/"sequence":\d+/g)).toEqual(['"sequence":10', '"sequence":20']);
});

test('an export never joins two logs', async () => {
  const { client } = growingLog(EXPORT_PAGE + 1, ['log-1', 'log-2']);
  await expect(exportLog(client, EVERYTHING, () => true)).rejects.toThrow('export it again');
});

test('a slot is followed in what carries or acknowledges it, not in what says how far somebody is', () => {
  expect(isAbout(message(1, { slot: 40, throughSlot: 44 }), 42)).toBe(true);
  expect(isAbout(message(1, { slot: 40, throughSlot: 41 }), 42)).toBe(false);
  expect(isAbout(message(1, { kind: 'livenessReport', slot: 42, throughSlot: 42 }), 42)).toBe(false);
  expect(isAbout(message(1, { slot: 0, throughSlot: 0 }), 0)).toBe(false);
});
