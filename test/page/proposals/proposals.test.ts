/** Guards what the Proposals panel works out: votes and what is missing, in whose name one votes, what a draft means. */
import { expect, test } from 'vitest';
import type { ProposalView } from '../../../src/contract/index.ts';
import { requiredVotes } from '../../../src/contract/quorum-share.ts';
import {
  countsText,
  filterProposals,
  missingText,
  nameInElectorate,
  namesLeft,
  remainingText,
  valueText,
  voterText,
  votesText,
} from '../../../src/renderer/panels/proposals/proposal-words.ts';
import {
  draftProblems,
  NEW_PROPOSAL,
  NO_PROBLEMS,
  requestOf,
  requiredText,
  withName,
} from '../../../src/renderer/panels/proposals/propose-form.ts';
import { cellView, participant } from '../participants/a-view.ts';

function proposal(change: Partial<ProposalView> = {}): ProposalView {
  return {
    proposal: 7,
    path: '/config/limits',
    value: { text: '{ "burst": 80 }' },
    valueBytes: 15,
    sessionId: 'session-p',
    owner: 'pat',
    why: 'more load',
    quorum: 0.51,
    electorate: ['ann', 'bob', 'cleo', 'dora', 'emil'],
    isElectorateOfCell: false,
    required: 3,
    timeoutMs: 5_000,
    isOnlyIfUnchanged: false,
    fencingToken: 0,
    state: 'pending',
    votesFor: 0,
    votesAgainst: 0,
    votes: [],
    proposedSlot: 4,
    proposedMs: 100_000,
    decided: null,
    ...change,
  };
}

const vote = (voter: string, isFor: boolean) => ({ voter, isFor, sessionId: `session-${voter}`, slot: 5, atMs: 1 });

test('votes are told with how many are needed, and what would decide', () => {
  const voted = proposal({
    votesFor: 2,
    votesAgainst: 1,
    votes: [vote('ann', true), vote('bob', true), vote('cleo', false)],
  });
  expect(votesText(voted)).toBe('2 for, 1 against, of 5; 3 needed');
  expect(missingText(voted)).toBe('1 more vote for it writes the value; 2 more against it reject it.');
  expect(namesLeft(voted)).toEqual(['dora', 'emil']);
  expect(missingText({ ...voted, state: 'accepted' })).toBe('');
});

test('as many against as the cell counts reject it: the rest could not reach the quorum', () => {
  // 3 of 5 needed: with 3 against, only 2 are left.
  expect(missingText(proposal({ votesAgainst: 2 }))).toContain('1 more against it rejects it');
  expect(missingText(proposal({ required: 5 }))).toContain('1 more against it rejects it');
});

test('a session votes under its id, else under its owner, else not as itself', () => {
  expect(nameInElectorate(proposal(), { sessionId: 's-1', owner: 'bob' })).toBe('bob');
  const both = proposal({ electorate: ['bob', 's-1'] });
  expect(nameInElectorate(both, { sessionId: 's-1', owner: 'bob' })).toBe('s-1');
  expect(nameInElectorate(proposal(), { sessionId: 's-1', owner: 'zoe' })).toBeUndefined();
  expect(nameInElectorate(proposal({ electorate: ['x'] }), { sessionId: 's-1', owner: '' })).toBeUndefined();
});

test('agents of an electorate are called by their short names, own sessions by their owners', () => {
  const view = cellView([participant('amber')]);
  const own = [{ sessionId: 'session-of-mine', owner: 'alice' }];
  expect(voterText('id-amber', view, own)).toBe('amber');
  expect(voterText('session-of-mine', view, own)).toBe('alice');
  expect(voterText('carla', view, own)).toBe('carla');
});

test('what is left is about that, never more than the timeout and never less than nothing', () => {
  expect(remainingText(proposal(), 101_000)).toBe('about 4 s');
  expect(remainingText(proposal(), 90_000)).toBe('about 5 s');
  expect(remainingText(proposal(), 200_000)).toBe('any moment');
});

test('a decided value is told by its size alone, an empty one as empty', () => {
  expect(valueText(proposal())).toBe('{ "burst": 80 }');
  expect(valueText(proposal({ value: null }))).toBeUndefined();
  expect(valueText(proposal({ value: { text: '' }, valueBytes: 0 }))).toBe('(empty)');
});

test('a list that was cut says so', () => {
  expect(countsText([proposal()], false, 1)).toBe('1 proposal, 1 pending');
  expect(countsText([proposal(), proposal({ state: 'expired' })], true, 1)).toBe(
    'the newest 2 proposals, 1 pending · 1 match',
  );
});

test('the filter finds keys, values, owners, reasons and voters', () => {
  const proposals = [
    proposal(),
    proposal({ proposal: 8, path: '/b', value: null, owner: '', why: '', electorate: ['zoe'] }),
  ];
  const found = (text: string) => filterProposals(proposals, text).map((one) => one.proposal);
  expect(found('LIMITS')).toEqual([7]);
  expect(found('burst')).toEqual([7]);
  expect(found('more load')).toEqual([7]);
  expect(found('zoe')).toEqual([8]);
  expect(found('')).toEqual([7, 8]);
});

test('a quorum is counted as the cell counts it, without errors of fractions', () => {
  expect(requiredVotes(0.51, 5)).toBe(3);
  expect(requiredVotes(0.5, 4)).toBe(2);
  expect(requiredVotes(1, 3)).toBe(3);
  expect(requiredVotes(0.0001, 3)).toBe(1);
  // 0.57 * 100 is 56.99999999999999 in binary fractions; 0.07 * 100 is 7.000000000000001.
  expect(requiredVotes(2 / 3, 3)).toBe(2);
  expect(requiredVotes(0.57, 100)).toBe(57);
  expect(requiredVotes(0.07, 100)).toBe(7);
});

test('a draft is judged field by field', () => {
  const draft = { ...NEW_PROPOSAL, path: '/a' };
  expect(draftProblems(draft)).toEqual(NO_PROBLEMS);
  expect(draftProblems({ ...draft, path: 'a' }).path).not.toBe('');
  expect(draftProblems({ ...draft, electorate: 'named' }).names).toContain('Somebody has to vote');
  expect(draftProblems({ ...draft, electorate: 'named', names: 'ann\nbob\n ann ' }).names).toBe('ann is named twice.');
  for (const quorum of ['0', '1.1', '', 'half']) expect(draftProblems({ ...draft, quorum }).quorum).not.toBe('');
  for (const timeoutSeconds of ['0.05', '', 'soon']) {
    expect(draftProblems({ ...draft, timeoutSeconds }).timeout).not.toBe('');
  }
  for (const fencingToken of ['0', '1.5', 'x']) expect(draftProblems({ ...draft, fencingToken }).token).not.toBe('');
  expect(draftProblems({ ...draft, fencingToken: '12' }).token).toBe('');
});

test('what is sent is what was drafted, and it is said how many have to be for it', () => {
  const named = {
    ...NEW_PROPOSAL,
    path: '/a',
    text: 'v',
    electorate: 'named',
    names: withName('ann\nbob', 'cleo'),
  } as const;
  expect(requestOf(named)).toMatchObject({
    value: { text: 'v' },
    electorate: ['ann', 'bob', 'cleo'],
    timeoutMs: 60_000,
  });
  expect(requestOf({ ...named, electorate: 'cell' }).electorate).toEqual([]);
  expect(requiredText(named, 5)).toBe('2 of 3 have to be for it.');
  expect(requiredText({ ...named, electorate: 'cell' }, 5)).toBe('3 of 5 have to be for it.');
});
