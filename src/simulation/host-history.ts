import type { WriteResult } from '../agent/machine/results.ts';
import type { Counters } from './counters.ts';
import { require } from './violation.ts';

/** What clients of whole hosts were told, and what must hold between the answers (invariants 8, 9 and 16). */
export class Answers {
  readonly #counters: Counters;
  readonly #answers = new Map<string, string>();
  /** Highest revision in any answer so far. */
  revision = 0;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** An answer to a place in a session: the first one counts, every other must be the same. */
  write(session: string, sequence: number, result: WriteResult): void {
    const place = `${session} ${sequence}`;
    const text = describe(result);
    const known = this.#answers.get(place);
    if (known === undefined) {
      this.#answers.set(place, text);
      return;
    }
    this.#counters.add('repeated request answered');
    require(known === text, 'a repeated request gets the same answer', () => `${place}: ${known}, then ${text}`);
  }

  hasAnswered(session: string, sequence: number): boolean {
    return this.#answers.has(`${session} ${sequence}`);
  }

  /** Nobody may be answered from before what somebody had been told when it was asked. */
  revisionSeen(revision: number, whenAsked: number, by: string): void {
    require(revision >= whenAsked, 'revisions only grow', () => {
      return `${by} is told revision ${revision} after somebody was told ${whenAsked}`;
    });
    this.revision = Math.max(this.revision, revision);
  }
}

function describe({ succeeded, revision, slot, current, previous, deleted, outcome }: WriteResult): string {
  const record = (one: WriteResult['current']): string => {
    return one === undefined ? '-' : `${one.key}=${textOf(one.value)} v${one.version} r${one.modRevision}`;
  };
  return `${succeeded} revision ${revision} slot ${slot} ${record(current)} before ${record(previous)} deleted ${deleted}${outcome === undefined ? '' : JSON.stringify(outcome)}`;
}

export function textOf(value: Uint8Array | undefined): string {
  return value === undefined ? '' : new TextDecoder().decode(value);
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
