import { describe, expect, it } from 'vitest';
import type { Applicable } from '../../src/agent/machine/applicable.ts';
import { Machine } from '../../src/agent/machine/machine.ts';
import type { Applied } from '../../src/agent/machine/results.ts';
import { fc } from '../support/property.ts';
import { anyMove, type Move, MoveReader, OPENING } from './machine-moves.ts';
import { plain } from './plain.ts';
import type { StoreUnderTest } from './store-conformance.ts';
import { answersOf, type StoreQuestion, storeQuestion } from './store-operations.ts';

const ERA = '{"round":1,"agentId":"agent-1"}';

/** What happens to one of the stores between two slots. */
type Disturbance = 'none' | 'flush' | 'restart' | 'crash';

interface Step {
  readonly move: Move;
  readonly first: Disturbance;
  readonly second: Disturbance;
}

const disturbance = fc.constantFrom<Disturbance>('none', 'none', 'none', 'none', 'none', 'flush', 'restart', 'crash');
const step: fc.Arbitrary<Step> = fc.record({ move: anyMove, first: disturbance, second: disturbance });

/**
 * Runs machines on two kinds of stores through the same journal and expects the same results, events, hashes and
 * contents, although each store is flushed, its machine restarted, and it crashes at moments of its own.
 */
export function describeDifferential(
  name: string,
  makeFirst: () => StoreUnderTest,
  makeSecond: () => StoreUnderTest,
  numRuns = 100,
): void {
  describe(`machines on ${name}`, () => {
    it('answer alike, tell alike and end in the same state (invariant 5)', () => {
      fc.assert(
        fc.property(
          fc.array(step, { minLength: 1, maxLength: 40 }),
          fc.array(storeQuestion, { minLength: 5, maxLength: 10 }),
          (steps, questions) => runDifferentially(makeFirst(), makeSecond(), steps, questions),
        ),
        { numRuns },
      );
    });
  });
}

function runDifferentially(
  firstStore: StoreUnderTest,
  secondStore: StoreUnderTest,
  steps: readonly Step[],
  questions: readonly StoreQuestion[],
): void {
  const first = new Replayer(firstStore);
  const second = new Replayer(secondStore);
  const reader = new MoveReader();
  const both = (entry: Applicable) => {
    expect(first.apply(entry)).toEqual(second.apply(entry));
    expect(first.machine.stateHash).toBe(second.machine.stateHash);
  };
  for (const entry of OPENING) both(entry);
  for (const { move, ...disturbances } of steps) {
    both(reader.entryOf(move));
    first.disturb(disturbances.first);
    second.disturb(disturbances.second);
  }
  expect(first.machine.meta).toEqual(second.machine.meta);
  for (const question of questions) {
    const reference = first.machine.store;
    expect(answersOf(first.machine.store, question, reference)).toEqual(
      answersOf(second.machine.store, question, reference),
    );
  }
  const everything = { start: '\0', end: '\xff', limit: 0 };
  for (const space of ['user', 'system'] as const) {
    expect(plain(first.machine.range(space, everything))).toEqual(plain(second.machine.range(space, everything)));
  }
  expect(plain(first.machine.store.rangePlain('/', '0', 0))).toEqual(
    plain(second.machine.store.rangePlain('/', '0', 0)),
  );
  first.close();
  second.close();
}

/** A machine with the journal it was given, so that it can catch up after a crash. */
class Replayer {
  readonly #journal: Applicable[] = [];
  readonly #answers: unknown[] = [];
  #under: StoreUnderTest;
  machine: Machine;

  constructor(under: StoreUnderTest) {
    this.#under = under;
    this.machine = new Machine(under.store, { hashesWholeValues: true });
  }

  apply(entry: Applicable): unknown {
    this.#journal.push(entry);
    const answer = this.#applyNext();
    this.#answers.push(answer);
    return answer;
  }

  disturb(disturbance: Disturbance): void {
    if (disturbance === 'flush') this.#under.store.flush();
    if (disturbance === 'restart') this.machine = new Machine(this.#under.store, { hashesWholeValues: true });
    if (disturbance === 'crash' && this.#under.crash !== undefined) this.#crash(this.#under.crash);
  }

  close(): void {
    this.#under.close?.();
  }

  #crash(crash: () => StoreUnderTest): void {
    this.#under = crash.call(this.#under);
    this.machine = new Machine(this.#under.store, { hashesWholeValues: true });
    while (this.machine.appliedSlot < this.#journal.length) {
      // Full replay and replay from the middle are the same (invariant 5), down to every answer.
      const slot = this.machine.appliedSlot;
      expect(this.#applyNext()).toEqual(this.#answers[slot]);
    }
  }

  #applyNext(): unknown {
    const slot = this.machine.appliedSlot + 1;
    const applied: Applied = this.machine.apply({ slot, era: ERA }, this.#journal[slot - 1]!);
    return plain(applied);
  }
}
