/** Guards the story of a slot: what the messages prove, in order, and nothing that they do not. */
import { expect, test } from 'vitest';
import type { Exchange } from '../../../src/contract/index.ts';
import { listed, storyOf } from '../../../src/renderer/panels/messages/sequence/story.ts';
import { exchange } from './exchanges.ts';
import { nameOf } from './support.ts';

const VOTERS = ['agent-a', 'agent-b', 'agent-c'];
const CONTEXT = { nameOf, voters: VOTERS };

const accept = (to: string, atMs: number, rest: Partial<Exchange> = {}): Exchange =>
  exchange({ to, sentMs: atMs, receivedMs: atMs + 1, ...rest });
const reply = (from: string, atMs: number, through = 42, rest: Partial<Exchange> = {}): Exchange =>
  exchange({
    kind: 'acceptReply',
    from,
    to: 'agent-a',
    slot: through,
    throughSlot: through,
    sentMs: atMs,
    receivedMs: atMs + 1,
    ...rest,
  });

function told(exchanges: readonly Exchange[], context: Partial<Parameters<typeof storyOf>[2]> = {}): string[] {
  return storyOf(42, exchanges, { ...CONTEXT, ...context }).map(({ kind, text }) => `${kind}: ${text}`);
}

test('a write: asked, proposed, accepted, chosen by a majority, told', () => {
  const steps = told([
    exchange({
      channel: 'user',
      kind: 'Put',
      from: '127.0.0.1:5000',
      to: 'agent-b',
      ballot: null,
      sentMs: null,
      receivedMs: 10,
      status: 'OK',
    }),
    accept('agent-b', 11),
    accept('agent-c', 11.2),
    reply('agent-c', 14),
    reply('agent-b', 16),
    exchange({ kind: 'chosen', to: 'agent-b', slot: 42, sentMs: 17, receivedMs: 18 }),
  ]);
  expect(steps).toEqual([
    'asked: A client calls Put at birch; it was answered OK.',
    'proposed: amber proposes it for slot 42 in ballot 4: accept goes to birch and crimson.',
    'accepted: crimson has accepted and stored it, and says so (through slot 42).',
    'chosen: It is chosen: amber and crimson are 2 of 3 voters, a majority. amber knows it now, provided that it has stored the entry itself.',
    'accepted: birch has accepted and stored it, and says so (through slot 42).',
    'told: amber tells birch that it is chosen.',
  ]);
});

test('an acknowledgement of a later slot in the same ballot covers this one; of another ballot it does not', () => {
  expect(told([accept('agent-b', 11), reply('agent-b', 14, 45)])).toContainEqual(expect.stringMatching(/^chosen/));
  const other = { ballot: { round: 5, agentId: 'agent-a' } };
  expect(told([accept('agent-b', 11), reply('agent-b', 14, 45, other)])).not.toContainEqual(
    expect.stringMatching(/^chosen/),
  );
  expect(told([accept('agent-b', 11), reply('agent-b', 14, 41)])).not.toContainEqual(
    expect.stringMatching(/^accepted/),
  );
});

test('an acknowledgement from before the proposal says nothing about it', () => {
  expect(told([reply('agent-b', 5, 45), accept('agent-b', 11)])).not.toContainEqual(expect.stringMatching(/^accepted/));
});

test('a learner accepts but does not count', () => {
  const steps = told([accept('agent-b', 11), reply('agent-b', 12)], { voters: ['agent-a', 'agent-c', 'agent-d'] });
  expect(steps).toContainEqual(expect.stringContaining('It is a learner, so it does not count.'));
  expect(steps.at(-1)).toBe('unknown: The logs do not show that a majority accepted it (yet).');
});

test('five voters need three', () => {
  const voters = ['agent-a', 'agent-b', 'agent-c', 'agent-d', 'agent-e'];
  const exchanges = [accept('agent-b', 11), accept('agent-c', 11), reply('agent-b', 12)];
  expect(told(exchanges, { voters })).not.toContainEqual(expect.stringMatching(/^chosen/));
  expect(told([...exchanges, reply('agent-c', 13)], { voters })).toContainEqual(
    expect.stringContaining('3 of 5 voters'),
  );
});

test('a new leader proposes again what an older one began', () => {
  const again = { from: 'agent-b', ballot: { round: 5, agentId: 'agent-b' } };
  const steps = told([
    accept('agent-c', 11),
    accept('agent-c', 20, again),
    reply('agent-c', 22, 42, { to: 'agent-b', ballot: again.ballot }),
  ]);
  expect(steps[0]).toMatch(/^proposed: amber proposes it for slot 42 in ballot 4/);
  expect(steps[1]).toMatch(/^recovered: birch proposes it again in ballot 5/);
  expect(steps.at(-1)).toContain('birch and crimson are 2 of 3 voters');
});

test('logs that do not reach back are not taken for silence', () => {
  expect(told([])).toEqual([
    'unknown: No log has the proposal of this slot (any more): logs keep the newest messages only.',
  ]);
  expect(told([], { voters: ['agent-a'] })).toEqual([
    'unknown: amber is the only voter: it chooses alone, without a message.',
  ]);
});

test('where the proposal is gone, who told of later slots is not taken for who told of this one', () => {
  const later = exchange({ kind: 'chosen', slot: 90, throughSlot: 90 });
  const steps = told([later, exchange({ kind: 'chosen', to: 'agent-c' })]);
  expect(steps).toEqual([expect.stringMatching(/^unknown/), 'told: amber tells crimson that it is chosen.']);
});

test('names are listed as people do', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
    'nobody',
    'a',
    'a and b',
    'a, b and c',
  ]);
});
