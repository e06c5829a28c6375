// Guards who becomes a voter and who stops being one: readable scenarios, and the properties of invariant 17.

import { describe, expect, test } from 'vitest';
import type { AutopilotParticipant, AutopilotView } from '../../src/agent/host/autopilot-view.ts';
import type { ParticipantChange } from '../../src/agent/host/messages.ts';
import { autopilot } from '../../src/agent/peer/autopilot.ts';
import { fc } from '../support/property.ts';

const EVICT_AFTER_MS = 60_000;
const ELECTION_TIMEOUT_MS = 300;

/**
 * A participant in a few words: a capital letter is a voter, a small one a learner. Then `!` suspect since just now,
 * `!!` suspect for longer than the grace, `~` not caught up, `?` silent but not suspect yet, `+` pinned as voter, `-`
 * pinned as learner.
 */
function participant(text: string): AutopilotParticipant {
  const letter = text.charAt(0);
  const suspect = text.includes('!');
  return {
    agentId: letter.toUpperCase(),
    role: letter === letter.toUpperCase() ? 'voter' : 'learner',
    pin: text.includes('+') ? 'voter' : text.includes('-') ? 'learner' : 'none',
    suspect,
    suspectForMs: text.includes('!!') ? EVICT_AFTER_MS : suspect ? 1_000 : 0,
    silentMs: suspect ? 5_000 : text.includes('?') ? 400 : 0,
    caughtUp: !text.includes('~') && !suspect,
  };
}

function view(cell: string, overrides: Partial<AutopilotView> = {}): AutopilotView {
  const participants = cell.split(' ').map(participant);
  return {
    self: participants[0]!.agentId,
    mode: 'safe',
    votersMax: 5,
    evictAfterMs: EVICT_AFTER_MS,
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    participants,
    leaving: false,
    ...overrides,
  };
}

/** `+B` becomes a voter, `-B` a learner, `xB` is removed; sorted. */
function decide(cell: string, overrides: Partial<AutopilotView> = {}): string {
  const signs = { voter: '+', learner: '-', removed: 'x' } as const;
  const changes = autopilot(view(cell, overrides)) ?? [];
  return changes
    .map(({ agentId, role }) => signs[role] + agentId)
    .sort()
    .join(' ');
}

describe('scenarios, the leader first', () => {
  const scenarios: [what: string, cell: string, decision: string, overrides?: Partial<AutopilotView>][] = [
    ['a founder stays alone', 'A', ''],
    ['one learner is not enough: two voters are worse than one', 'A b', ''],
    ['two caught-up learners are promoted together', 'A b c', '+B +C'],
    ['two at a time, 1 -> 3', 'A b c d e', '+B +C'],
    ['then 3 -> 5', 'A B C d e', '+D +E'],
    ['a sixth and seventh stand by', 'A B C D E f g', ''],
    ['with seven voters allowed they vote too', 'A B C D E f g', '+F +G', { votersMax: 7 }],
    ['an even maximum means the odd number below', 'A B C d e', '', { votersMax: 4 }],
    ['who has not caught up waits', 'A b c~', ''],
    ['who was not heard within an election timeout waits', 'A b c?', ''],
    ['who is pinned as learner waits', 'A b c-', ''],

    ['B sleeps: three stay three, so that the cell survives when C sleeps and B wakes', 'A B!! C', ''],
    ['both sleep: no live majority, nothing is proposed', 'A B!! C!!', ''],
    ['a suspect is not replaced before its grace is over', 'A B! C d', ''],
    ['afterwards a caught-up learner takes its place', 'A B!! C d', '+D xB'],
    ['one of two learners does; the other stands by', 'A B!! C d e', '+D xB'],
    ['a learner that lags does not', 'A B!! C d~', ''],
    ['a fresh suspect does not stop two learners from making it five', 'A B! C d e', '+D +E'],
    ['one suspect of five stays without a spare', 'A B C D E!!', ''],
    [
      'two suspects of five are removed: three live voters tolerate a failure, three of five none',
      'A B C D!! E!!',
      'xD xE',
    ],
    ['but not before both are overdue', 'A B C D!! E!', ''],
    ['one spare replaces one of two suspects', 'A B C D!! E!! f', '+F xE'],
    ['two spares replace both', 'A B C D!! E!! f g', '+F +G xD xE'],
    ['a suspect learner is removed after its grace', 'A B C d!!', 'xD'],
    ['a suspect learner stays during its grace', 'A B C d!', ''],
    ['a pinned suspect is left alone', 'A B!!+ C d', ''],

    ['four voters, made by an operator, become five with a spare', 'A B C D e', '+E'],
    ['or three without one, never the leader', 'A B C D', '-D'],
    ['the suspect goes first', 'A B! C D', '-B'],
    ['two voters become three with a spare', 'A B c', '+C'],
    ['two voters without a spare stay two', 'A B', ''],
    ['more voters than wished become fewer', 'A B C D E', '-D -E', { votersMax: 3 }],

    ['a pinned voter takes the place of an unpinned one', 'A B C d+', '+D -C'],
    ['a suspect one if there is', 'A B! C d+', '+D -B'],
    ['never of another pinned one', 'A+ B+ C+ d+', ''],
    ['a sole leader makes room for a pinned voter', 'A b+', '+B -A'],
    ['unless it is pinned itself', 'A+ b+', ''],
    ['a pinned voter is promoted first', 'A b c d+', '+B +D'],
    ['a voter that is pinned as learner is swapped', 'A B- C d', '+D -B'],
    ['of five it goes together with another', 'A B- C D E', '-B -E'],
    ['of three it stays until there is a spare', 'A B- C', ''],
    ['the leader too, if it is pinned so', 'A- B C d', '+D -A'],

    ['a sole voter that leaves swaps roles', 'A b', '+B -A', { leaving: true }],
    ['with one that has caught up', 'A b~ c', '+C -A', { leaving: true }],
    ['and leaves as it is when there is none', 'A b~', '', { leaving: true }],
    ['one of three just leaves', 'A B C d e', '', { leaving: true }],

    ['off does nothing', 'A b c', '', { mode: 'off' }],
    ['off keeps suspects', 'A B!! C d', '', { mode: 'off' }],

    ['eager removes whoever is silent, at once', 'A B! C', 'xB', { mode: 'eager' }],
    ['eager replaces when it can', 'A B! C d', '+D xB', { mode: 'eager' }],
    ['eager never goes from two to one', 'A B!', '', { mode: 'eager' }],
    ['eager needs a live majority of the result', 'A B! C? D', '', { mode: 'eager' }],
    ['eager grows by two', 'A b c', '+B +C', { mode: 'eager' }],
    ['eager fills two up to three', 'A B c', '+C', { mode: 'eager' }],
    ['eager leaves four live voters alone', 'A B C D', '', { mode: 'eager' }],
  ];
  test.each(scenarios)('%s: %s => %s', (_, cell, expected, overrides) => {
    expect(decide(cell, overrides)).toBe(expected);
  });
});

const anyParticipant = fc.record({
  role: fc.constantFrom('voter' as const, 'learner' as const),
  pin: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'voter' as const, 'learner' as const),
  suspect: fc.boolean(),
  suspectForMs: fc.constantFrom(1_000, EVICT_AFTER_MS),
  silentMs: fc.constantFrom(0, 100, ELECTION_TIMEOUT_MS, 400, 5_000),
  caughtUp: fc.boolean(),
});

const anyView = (mode: fc.Arbitrary<AutopilotView['mode']>): fc.Arbitrary<AutopilotView> =>
  fc
    .record({ mode, rest: fc.array(anyParticipant, { maxLength: 9 }), votersMax: fc.integer({ min: 1, max: 7 }) })
    .map(({ mode: chosen, rest, votersMax }) => ({
      self: 'P0',
      mode: chosen,
      votersMax,
      evictAfterMs: EVICT_AFTER_MS,
      electionTimeoutMs: ELECTION_TIMEOUT_MS,
      leaving: false,
      participants: [
        { role: 'voter', pin: 'none', suspect: false, suspectForMs: 0, silentMs: 0, caughtUp: true, agentId: 'P0' },
        ...rest.map((one, index) => ({
          ...one,
          agentId: `P${index + 1}`,
          suspectForMs: one.suspect ? one.suspectForMs : 0,
        })),
      ],
    }));

const isVoter = ({ role }: AutopilotParticipant): boolean => role === 'voter';
const isLive = ({ agentId, suspect, silentMs }: AutopilotParticipant): boolean =>
  agentId === 'P0' || (!suspect && silentMs <= ELECTION_TIMEOUT_MS);

function applied(before: AutopilotView, changes: readonly ParticipantChange[]): AutopilotParticipant[] {
  const roles = new Map(changes.map(({ agentId, role }) => [agentId, role]));
  return before.participants.flatMap((one) => {
    const role = roles.get(one.agentId) ?? one.role;
    return role === 'removed' ? [] : [{ ...one, role }];
  });
}

describe('properties', () => {
  test('an automatic change leaves a live majority, in every mode', () => {
    fc.assert(
      fc.property(anyView(fc.constantFrom('safe', 'eager')), (before) => {
        const changes = autopilot(before);
        if (changes === undefined) return;
        const voters = applied(before, changes).filter(isVoter);
        expect(voters.filter(isLive).length).toBeGreaterThan(voters.length / 2);
      }),
      { numRuns: 2_000 },
    );
  });

  test('safe: the voters become odd, never fewer than three by removal, never more than allowed', () => {
    fc.assert(
      fc.property(anyView(fc.constant('safe')), (before) => {
        const changes = autopilot(before);
        if (changes === undefined) return;
        const old = before.participants.filter(isVoter).length;
        const now = applied(before, changes).filter(isVoter).length;
        if (now % 2 === 0) expect(old).toBe(now);
        if (now < old) expect(now).toBeGreaterThanOrEqual(3);
        expect(now).toBeLessThanOrEqual(Math.max(old, before.votersMax));
        expect(now - old).toBeLessThanOrEqual(2);
      }),
      { numRuns: 2_000 },
    );
  });

  test('eager: never from two to one', () => {
    fc.assert(
      fc.property(anyView(fc.constant('eager')), (before) => {
        const old = before.participants.filter(isVoter).length;
        const now = applied(before, autopilot(before) ?? []).filter(isVoter).length;
        if (old >= 2) expect(now).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 1_000 },
    );
  });

  test('only who is caught up, heard and not pinned as learner is promoted; only a silent one is removed', () => {
    fc.assert(
      fc.property(anyView(fc.constantFrom('safe', 'eager')), (before) => {
        for (const { agentId, role } of autopilot(before) ?? []) {
          const one = before.participants.find((known) => known.agentId === agentId)!;
          if (role === 'voter') expect(one).toMatchObject({ role: 'learner', caughtUp: true });
          if (role === 'voter') expect(isLive(one) && one.pin !== 'learner').toBe(true);
          if (role === 'learner') expect(one.role === 'voter' && one.pin !== 'voter').toBe(true);
          if (role === 'removed') {
            expect(one).toMatchObject({ pin: 'none', suspect: true });
            if (before.mode === 'safe') expect(one.suspectForMs).toBe(EVICT_AFTER_MS);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('it comes to rest: the same view, changed as proposed, soon asks for nothing more', () => {
    fc.assert(
      fc.property(anyView(fc.constantFrom('safe', 'eager')), (start) => {
        let now = start;
        for (let step = 0; step < 12; step++) {
          const changes = autopilot(now);
          if (changes === undefined) return;
          now = { ...now, participants: applied(now, changes) };
          // Whoever gave up the lead no longer asks; its successor's view would be another one.
          if (now.participants.some(({ agentId, role }) => agentId === 'P0' && role !== 'voter')) return;
        }
        expect.unreachable('it never comes to rest');
      }),
      { numRuns: 2_000 },
    );
  });
});
