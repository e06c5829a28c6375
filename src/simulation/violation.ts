/** Names as in the list of invariants; they are what a report and the tests of the harness speak of. */
export type InvariantName =
  | 'one value per slot'
  | 'no acceptor acts below its durable promise'
  | 'one value per ballot and slot'
  | 'a ballot is never used twice'
  | 'an entry of an older era has no effect'
  | 'a choice follows from the durable state of a majority'
  | 'an acknowledgement covers only what is durable'
  | 'a prefix is applied in order'
  | 'equal slots mean equal state'
  | 'what was acknowledged is there'
  | 'the disk holds what was durable'
  | 'reads are linearizable'
  | 'revisions only grow'
  | 'a request takes effect at most once'
  | 'a repeated request gets the same answer'
  | 'votes count only inside the configuration of their slot'
  | 'a ballot never spans a change of the voter set'
  | 'a campaign follows from a durable configuration'
  | 'automatic changes keep an odd majority'
  | 'a counter is the sum of its increments'
  | 'a watch tells every change once and in order'
  | 'a lease never ends early'
  | 'at most one live holder per lock'
  | 'tokens strictly increase'
  | 'a resource never accepts a lower token'
  | 'below a lock only its holder writes'
  | 'locks are first in, first out'
  | 're-entrance counts balance'
  | 'nobody waits for itself'
  | 'a free lock is granted'
  | 'one tenure at a time'
  | 'tenures strictly increase'
  | 'an election goes to the next in line'
  | 'nobody leaves a barrier before its threshold'
  | 'one release per generation'
  | 'a dead participant breaks or shrinks a barrier'
  | 'a proposal is written with its deciding vote'
  | 'each voter votes once'
  | 'work is claimed by one'
  | 'unknown work is resolved by a person'
  | 'a result is kept'
  | 'an entry has one live worker'
  | 'an entry comes after what it depends on'
  | 'entries are given out in order'
  | 'a checkpoint outlives its worker'
  | 'a write completes once a majority is connected'
  | 'all agents converge'
  | 'the leader stays'
  | 'no assertion fails';

/** An invariant does not hold: the run ends. */
export class Violation extends Error {
  readonly invariant: InvariantName;

  constructor(invariant: InvariantName, explanation: string) {
    super(explanation);
    this.name = 'Violation';
    this.invariant = invariant;
  }
}

export function require(condition: boolean, invariant: InvariantName, explanation: () => string): asserts condition {
  if (!condition) throw new Violation(invariant, explanation());
}
