// Guards what the line at the bottom says of something that a person asked for: done only when it had its effect.
import { expect, test } from 'vitest';
import { act, useActivity } from '../../../src/renderer/activity/activity-store.ts';
import { sentence } from '../../../src/renderer/connection/failure.ts';

const newest = () => useActivity.getState().activities[0];

test('what is answered is done, unless it changed nothing', async () => {
  const lost = { succeeded: false };
  const write = (answer: { succeeded: boolean }) =>
    act(
      'Write /a',
      () => Promise.resolve(answer),
      ({ succeeded }) => (succeeded ? 'revision 1' : 'nothing was written'),
      ({ succeeded }) => succeeded,
    );
  expect(await write({ succeeded: true })).toEqual({ succeeded: true });
  expect(newest()).toMatchObject({ state: 'done', outcome: 'revision 1' });
  expect(await write(lost)).toBe(lost);
  expect(newest()).toMatchObject({ state: 'without effect', outcome: 'nothing was written' });
});

test('what fails is told with its failure, and answers nothing', async () => {
  expect(await act('Write /a', () => Promise.reject(new Error('broken')))).toBeUndefined();
  expect(newest()).toMatchObject({ state: 'failed', failure: { message: 'broken' } });
});

test('what an agent says is a sentence before another one follows', () => {
  expect(['no leader', 'Nobody holds it.', 'is it there?'].map(sentence)).toEqual([
    'no leader.',
    'Nobody holds it.',
    'is it there?',
  ]);
});
