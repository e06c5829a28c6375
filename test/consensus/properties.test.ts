/** Guards the arithmetic that agreement rests on: the order of ballots, majorities, and the form of configurations. */

import { describe, expect, it } from 'vitest';
import { compareBallots, higherBallot, NO_BALLOT, nextBallot, sameBallot } from '../../src/agent/consensus/ballot.ts';
import {
  decodeConfiguration,
  EMPTY_CONFIGURATION,
  encodeConfiguration,
  isMajority,
  majorityReached,
  sameVoters,
  votersOf,
} from '../../src/agent/consensus/configuration.ts';
import type { Configuration, ParticipantRole } from '../../src/agent/consensus/types.ts';
import { fc } from '../support/property.ts';

const agentId = fc.constantFrom('a', 'b', 'c', 'B', 'aa', 'ab');
const ballots = fc.record({ round: fc.nat(4), agentId });
const voters = fc.uniqueArray(fc.nat(40).map(String), { minLength: 1, maxLength: 9 });
const configurations: fc.Arbitrary<Configuration> = fc.record({
  epoch: fc.nat(1_000_000),
  participants: fc.uniqueArray(
    fc.record({ agentId: fc.uuid(), role: fc.constantFrom<ParticipantRole>('voter', 'learner') }),
    { selector: (participant) => participant.agentId, maxLength: 9 },
  ),
});

describe('ballots', () => {
  it('are totally ordered', () => {
    fc.assert(
      fc.property(ballots, ballots, ballots, (one, other, third) => {
        expect(Math.sign(compareBallots(one, other)) + Math.sign(compareBallots(other, one))).toBe(0);
        expect(compareBallots(one, other) === 0).toBe(sameBallot(one, other));
        if (compareBallots(one, other) <= 0 && compareBallots(other, third) <= 0) {
          expect(compareBallots(one, third)).toBeLessThanOrEqual(0);
        }
        expect(compareBallots(higherBallot(one, other), one)).toBeGreaterThanOrEqual(0);
        expect(compareBallots(higherBallot(one, other), other)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('of the next campaign are above everything promised or seen', () => {
    fc.assert(
      fc.property(ballots, fc.nat(10), agentId, (promised, seenRound, self) => {
        const next = nextBallot(promised, seenRound, self);
        expect(next.agentId).toBe(self);
        expect(compareBallots(next, promised)).toBeGreaterThan(0);
        expect(next.round).toBeGreaterThan(seenRound);
        expect(compareBallots(next, NO_BALLOT)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('majorities', () => {
  it('of one set of voters always meet', () => {
    fc.assert(
      fc.property(voters, fc.infiniteStream(fc.boolean()), fc.infiniteStream(fc.boolean()), (all, left, right) => {
        const one = all.filter(() => left.next().value);
        const other = all.filter(() => right.next().value);
        if (!isMajority(one.length, all) || !isMajority(other.length, all)) return;
        expect(one.some((voter) => other.includes(voter))).toBe(true);
      }),
    );
  });

  it('exist only where there are voters', () => {
    expect(isMajority(0, [])).toBe(false);
    expect(isMajority(1, [])).toBe(false);
    expect(majorityReached([], () => 7)).toBe(0);
  });

  it('have reached a value exactly when more than half of the voters have', () => {
    fc.assert(
      fc.property(voters, fc.array(fc.nat(20), { minLength: 9, maxLength: 9 }), (all, values) => {
        const reachedBy = (voter: string): number => values[all.indexOf(voter)] ?? 0;
        const reached = majorityReached(all, reachedBy);
        const count = (atLeast: number): number => all.filter((voter) => reachedBy(voter) >= atLeast).length;
        expect(isMajority(count(reached), all)).toBe(true);
        expect(isMajority(count(reached + 1), all)).toBe(false);
      }),
    );
  });
});

describe('configurations', () => {
  it('keep their meaning through encoding, and have one form', () => {
    fc.assert(
      fc.property(configurations, (configuration) => {
        const decoded = decodeConfiguration(encodeConfiguration(configuration));
        expect(decoded.epoch).toBe(configuration.epoch);
        expect(sameVoters(decoded, configuration)).toBe(true);
        const reversed = { ...configuration, participants: [...configuration.participants].reverse() };
        expect(encodeConfiguration(reversed)).toEqual(encodeConfiguration(configuration));
        expect(new Set(votersOf(decoded)).size).toBe(votersOf(decoded).length);
      }),
    );
  });

  it('differ in their voters only when a voter comes or goes', () => {
    fc.assert(
      fc.property(configurations, fc.uuid(), (configuration, newcomer) => {
        const withRole = (role: ParticipantRole): Configuration => ({
          ...configuration,
          participants: [...configuration.participants, { agentId: newcomer, role }],
        });
        expect(sameVoters(configuration, withRole('learner'))).toBe(true);
        expect(sameVoters(configuration, withRole('voter'))).toBe(false);
        expect(sameVoters(withRole('voter'), withRole('learner'))).toBe(false);
      }),
    );
    expect(votersOf(EMPTY_CONFIGURATION)).toEqual([]);
  });
});
