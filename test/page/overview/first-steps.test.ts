// Guards what Overview proposes to try: a step that is done goes away alone, and a cell in use is left in peace.
import { expect, test, vi } from 'vitest';

vi.stubGlobal('location', { hash: '' });
vi.stubGlobal('addEventListener', () => {});
const { stepsLeft } = await import('../../../src/renderer/panels/overview/first-steps.ts');

const empty = { revision: 0, participants: 3, voters: 3 };
const untouched = { participants: undefined, hasSeenMessages: false };
const begun = { participants: 3, hasSeenMessages: false };

test('each step stays until it is done itself', () => {
  expect(stepsLeft(empty, begun)).toEqual(['write', 'messages', 'add']);
  expect(stepsLeft({ ...empty, revision: 1 }, begun)).toEqual(['messages', 'add']);
  expect(stepsLeft({ ...empty, revision: 1 }, { ...begun, hasSeenMessages: true })).toEqual(['add']);
  expect(stepsLeft({ ...empty, revision: 1, participants: 4 }, begun)).toEqual(['messages']);
});

test('a cell in use is asked for no more than enough voters', () => {
  expect(stepsLeft({ revision: 7, participants: 3, voters: 3 }, untouched)).toEqual([]);
  expect(stepsLeft({ revision: 7, participants: 1, voters: 1 }, untouched)).toEqual(['add']);
});
