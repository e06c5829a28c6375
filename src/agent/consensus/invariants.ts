/** A broken rule of the protocol. It ends the agent: continuing could lose or fork acknowledged data. */
export class InvariantViolation extends Error {
  readonly invariant: string;

  constructor(invariant: string, detail: string) {
    super(`invariant broken: ${invariant}: ${detail}`);
    this.name = 'InvariantViolation';
    this.invariant = invariant;
  }
}

/** Asserted in production. `detail` is only computed when the invariant is broken. */
export function invariant(holds: boolean, name: string, detail: () => string): asserts holds {
  if (!holds) throw new InvariantViolation(name, detail());
}

export function assertNever(value: never): never {
  throw new InvariantViolation('closed union', `unexpected ${JSON.stringify(value)}`);
}
