// Guards that the figures of Overview never promise a failure that has happened already.
import { expect, test } from 'vitest';
import { answeringWords } from '../../../src/renderer/cell/participant-words.ts';

test.each([
  [3, 3, '3 answer; 1 failure tolerated'],
  [3, 2, '2 answer; no failure tolerated'],
  [3, 1, '1 answers; 1 more needed'],
  [5, 4, '4 answer; 1 failure tolerated'],
  [5, 1, '1 answers; 2 more needed'],
])('of %i voters %i answer', (voters, liveVoters, words) => {
  const majority = Math.floor(voters / 2) + 1;
  expect(answeringWords({ voters, majority, liveVoters, toleratedFailures: voters - majority })).toBe(words);
});
