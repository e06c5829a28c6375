import type { Operation } from './history.ts';

/** Why a history of one register is not linearizable, or undefined when it is. */
export interface NotLinearizable {
  readonly key: string;
  /** The operations around the point at which no order is left. */
  readonly operations: readonly Operation[];
}

/** Judges each key by itself: linearizability is local (Herlihy, Wing 1990). */
export function findViolation(operations: readonly Operation[], initial = ''): NotLinearizable | undefined {
  const byKey = new Map<string, Operation[]>();
  for (const operation of operations) {
    const ofKey = byKey.get(operation.key);
    if (ofKey === undefined) byKey.set(operation.key, [operation]);
    else ofKey.push(operation);
  }
  for (const [key, ofKey] of byKey) {
    const stuckAt = checkRegister(relevant(ofKey), initial);
    if (stuckAt !== undefined) return { key, operations: stuckAt };
  }
  return undefined;
}

/**
 * Without an effect that anybody saw, an operation needs no place in the order: reads that failed, comparisons that
 * were not answered and whose value nobody ever met. Values are unique, so that "met" is decidable.
 */
function relevant(operations: readonly Operation[]): Operation[] {
  const met = new Set<string>();
  for (const { kind, value, expected, observed, succeeded, completed } of operations) {
    if (completed === Number.POSITIVE_INFINITY) continue;
    if (kind === 'read') met.add(value);
    if (kind === 'compareAndSet') met.add(succeeded ? expected : observed);
  }
  // What an unanswered comparison expected may have been there, and so on along a chain of them.
  for (let before = -1; before !== met.size; ) {
    before = met.size;
    for (const { kind, value, expected, completed } of operations) {
      if (kind === 'compareAndSet' && completed === Number.POSITIVE_INFINITY && met.has(value)) met.add(expected);
    }
  }
  return operations.filter(({ kind, value, completed }) => {
    return completed !== Number.POSITIVE_INFINITY || (kind !== 'read' && met.has(value));
  });
}

interface Place {
  readonly operation: Operation;
  /** Position in the list of calls and returns: the linked list of Wing, Gong 1993 as improved by Lowe 2017. */
  readonly isCall: boolean;
  readonly index: number;
  previous: Place | undefined;
  next: Place | undefined;
  match: Place | undefined;
}

/**
 * Searches an order: takes calls in turn, tries each as the next to take effect, and goes back when a return is
 * reached whose operation has no place yet. Configurations (set taken, value) seen before are not tried again.
 */
function checkRegister(operations: readonly Operation[], initial: string): readonly Operation[] | undefined {
  const head = buildPlaces(operations);
  const seen = new Set<string>();
  const taken = new Uint32Array(Math.ceil(operations.length / 32) + 1);
  const steps: { place: Place; value: string }[] = [];
  let value = initial;
  let low = 0;
  let place = head.next;
  let furthest: readonly Operation[] = [];
  let furthestSteps = 0;
  while (place !== undefined) {
    if (!place.isCall) {
      if (place.operation.completed === Number.POSITIVE_INFINITY) return undefined;
      if (steps.length >= furthestSteps) {
        furthestSteps = steps.length;
        furthest = [...steps.slice(-6).map((step) => step.place.operation), place.operation];
      }
      const step = steps.pop();
      if (step === undefined) return furthest;
      value = step.value;
      clear(taken, step.place.index);
      low = Math.min(low, step.place.index >> 5);
      unlift(step.place);
      place = step.place.next;
      continue;
    }
    const after = effect(place.operation, value);
    if (after !== undefined) {
      set(taken, place.index);
      while (taken[low] === 0xffff_ffff) low += 1;
      const key = `${low} ${taken.slice(low, lastWord(taken, low) + 1).join()} ${after}`;
      if (!seen.has(key)) {
        seen.add(key);
        steps.push({ place, value });
        value = after;
        lift(place);
        place = head.next;
        continue;
      }
      clear(taken, place.index);
      low = Math.min(low, place.index >> 5);
    }
    place = place.next;
  }
  return undefined;
}

/** The value afterwards, or undefined when the operation cannot take effect on this value as it was answered. */
function effect(
  { kind, value, expected, observed, succeeded, completed }: Operation,
  current: string,
): string | undefined {
  if (kind === 'read') return value === current ? current : undefined;
  if (kind === 'write') return value;
  if (completed !== Number.POSITIVE_INFINITY && !succeeded) {
    return observed === current && observed !== expected ? current : undefined;
  }
  return expected === current ? value : undefined;
}

function buildPlaces(operations: readonly Operation[]): Place {
  const inOrder = [...operations].sort((one, other) => one.invoked - other.invoked);
  const places: { at: number; place: Place }[] = [];
  inOrder.forEach((operation, index) => {
    const ends = { operation, index, previous: undefined, next: undefined };
    const back: Place = { ...ends, isCall: false, match: undefined };
    const call: Place = { ...ends, isCall: true, match: back };
    places.push({ at: operation.invoked, place: call }, { at: operation.completed, place: back });
  });
  places.sort((one, other) => (one.at === other.at ? 0 : one.at - other.at));
  const nobody = {
    client: '',
    key: '',
    kind: 'read',
    value: '',
    expected: '',
    observed: '',
    succeeded: false,
  } as const;
  const head: Place = {
    operation: { ...nobody, invoked: 0, completed: 0 },
    isCall: true,
    index: -1,
    previous: undefined,
    next: undefined,
    match: undefined,
  };
  let last = head;
  for (const { place } of places) {
    last.next = place;
    place.previous = last;
    last = place;
  }
  return head;
}

/** Takes a call and its return out of the list, until `unlift` puts them back. */
function lift(call: Place): void {
  for (const place of [call, call.match as Place]) {
    if (place.previous !== undefined) place.previous.next = place.next;
    if (place.next !== undefined) place.next.previous = place.previous;
  }
}

function unlift(call: Place): void {
  for (const place of [call.match as Place, call]) {
    if (place.previous !== undefined) place.previous.next = place;
    if (place.next !== undefined) place.next.previous = place;
  }
}

function set(bits: Uint32Array, index: number): void {
  bits[index >> 5] = ((bits[index >> 5] as number) | (1 << (index & 31))) >>> 0;
}

function clear(bits: Uint32Array, index: number): void {
  bits[index >> 5] = ((bits[index >> 5] as number) & ~(1 << (index & 31))) >>> 0;
}

function lastWord(bits: Uint32Array, from: number): number {
  let last = bits.length - 1;
  while (last > from && bits[last] === 0) last -= 1;
  return last;
}
