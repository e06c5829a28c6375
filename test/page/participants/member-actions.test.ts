/** Guards what may be done with a participant, whom a change names, and what is said before a process is killed. */
import { expect, test } from 'vitest';
import { joiningSteps } from '../../../src/renderer/panels/participants/joining.ts';
import { killMeaning } from '../../../src/renderer/panels/participants/kill-meaning.ts';
import {
  actionsFor,
  agentsOf,
  memberAction,
  replacements,
} from '../../../src/renderer/panels/participants/member-actions.ts';
import { cellView, participant } from './a-view.ts';

const leader = participant('a', { state: 'leader', isSelf: true });
const follower = participant('b');
const third = participant('c');
const learner = participant('d', { role: 'learner', state: 'learner', lagSlots: 4 });
const readyLearner = participant('e', { role: 'learner', state: 'learner' });

test('a leader is not handed the leadership, a learner not demoted', () => {
  const view = cellView([leader, follower, third]);
  expect(actionsFor(leader, view)).toEqual(['demote', 'pinVoter', 'pinLearner', 'remove']);
  expect(actionsFor(follower, view)).toEqual(['transfer', 'demote', 'pinVoter', 'pinLearner', 'remove']);
  expect(actionsFor(learner, view)).toEqual(['promote', 'pinVoter', 'pinLearner', 'remove']);
});

test('a voter can be replaced only while there is a learner', () => {
  expect(actionsFor(follower, cellView([leader, follower, learner]))).toContain('replace');
  expect(actionsFor(follower, cellView([leader, follower, third]))).not.toContain('replace');
});

test('who is pinned can be pinned otherwise, or unpinned', () => {
  const pinned = participant('b', { pin: 'voter' });
  const actions = actionsFor(pinned, cellView([leader, pinned]));
  expect(actions).toContain('unpin');
  expect(actions).toContain('pinLearner');
  expect(actions).not.toContain('pinVoter');
});

test('a replacement names the whole new set of voters, everything else the one it is about', () => {
  const view = cellView([leader, follower, third, learner]);
  expect(agentsOf('replace', follower.agentId, learner.agentId, view)).toEqual(['id-a', 'id-c', 'id-d']);
  expect(agentsOf('remove', follower.agentId, learner.agentId, view)).toEqual(['id-b']);
});

test('the learner that has everything is offered first', () => {
  const view = cellView([leader, follower, learner, readyLearner]);
  expect(replacements(view).map(({ name }) => name)).toEqual(['e', 'd']);
});

test('every action says what it does, with the name in it', () => {
  for (const action of actionsFor(follower, cellView([leader, follower, learner]))) {
    const words = memberAction(action, 'Bruno');
    expect(words.title).toContain('Bruno');
    expect(words.title.endsWith('?')).toBe(true);
    expect(words.explains).toContain('Bruno');
    expect(words.danger).toBe(action === 'remove');
  }
});

test('a kill that leaves a majority says so, and that a leader has to be found', () => {
  const view = cellView([leader, follower, third]);
  expect(killMeaning(view, follower.agentId)).toEqual({
    text: '2 of 3 voters still answer, and 2 are needed: writes go on.',
    losesMajority: false,
  });
  expect(killMeaning(view, leader.agentId).text).toContain('the others choose a new leader');
});

test('a kill that takes the majority is called what it is', () => {
  const view = cellView([leader, follower, participant('c', { suspect: true })]);
  const meaning = killMeaning(view, follower.agentId);
  expect(meaning.losesMajority).toBe(true);
  expect(meaning.text).toContain('Only 1 of 3 voters would answer, and 2 are needed: the cell becomes read-only');
});

test('neither a learner nor whoever is silent already takes anything away', () => {
  const suspect = participant('c', { suspect: true });
  const view = cellView([leader, follower, suspect, learner]);
  expect(killMeaning(view, learner.agentId).losesMajority).toBe(false);
  expect(killMeaning(view, suspect.agentId).losesMajority).toBe(false);
});

test('a newcomer is followed from its process to having everything', () => {
  const agent = {
    index: 4,
    name: '',
    agentId: '',
    pid: 77,
    state: 'starting',
    isSelf: false,
    grpcAddress: 'd:50101',
    httpAddress: '',
  } as const;
  const texts = (participants: Parameters<typeof joiningSteps>[1]) =>
    joiningSteps(agent, participants).map(({ text, done }) => [text, done]);
  expect(texts([leader])).toEqual([
    ['Started as process 77', true],
    ['Joining the cell', false],
  ]);
  expect(texts([leader, learner]).at(-1)).toEqual(['Catching up: 4 slots to go', false]);
  expect(texts([leader, { ...learner, lagSlots: 0 }])).toEqual([
    ['Started as process 77', true],
    ['d has joined as a learner', true],
    ['It has caught up', true],
  ]);
});
