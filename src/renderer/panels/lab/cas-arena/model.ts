import { countInterleavings, type Interleaving } from './interleavings.ts';
import {
  type Answer,
  type Ask,
  answered,
  hasLost,
  newRace,
  nextAsk,
  type Outcome,
  outcomeKey,
  outcomeOf,
  type Race,
  type Seen,
  START_VALUE,
  STEPS,
  triesAgain,
  type Way,
} from './race.ts';

export interface Rules {
  readonly way: Way;
  readonly clients: number;
  /** Whoever lost reads again and tries again, once the interleaving is through. */
  readonly retries: boolean;
}

/** A key of the model: what the cell would answer if nobody else wrote. */
function modelAnswer(key: Seen, ask: Ask): { readonly key: Seen; readonly answer: Answer } {
  switch (ask.kind) {
    case 'read':
    case 'compare':
      return { key, answer: { ...key, succeeded: true } };
    case 'compareAndWrite':
      if (ask.version !== key.version) return { key, answer: { ...key, succeeded: false } };
      return written(key, ask.value);
    case 'put':
      return written(key, ask.value);
  }
}

function written({ version }: Seen, value: number) {
  const key = { version: version + 1, value };
  return { key, answer: { ...key, succeeded: true } };
}

interface Model {
  readonly race: Race;
  readonly key: Seen;
}

/** The client's next step; nothing, when it has finished. */
function stepped(model: Model, client: number): Model {
  const ask = nextAsk(model.race, client);
  if (ask === undefined) return model;
  const { key, answer } = modelAnswer(model.key, ask);
  return { race: answered(model.race, client, ask, answer), key };
}

function ended(model: Model, retries: boolean): Outcome {
  let { race, key } = model;
  for (let client = 0; retries && client < race.clients.length; client += 1) {
    while (hasLost(race.clients[client]!)) {
      let again: Model = { race: triesAgain(race, client), key };
      for (const _ of STEPS[race.way]) again = stepped(again, client);
      ({ race, key } = again);
    }
  }
  return outcomeOf(race, key.value);
}

function beginning({ way, clients }: Rules): Model {
  return { race: newRace(way, clients), key: { version: 1, value: START_VALUE } };
}

/** How an interleaving ends, if nobody else writes the key. */
export function predict(rules: Rules, order: Interleaving): Outcome {
  return ended(order.reduce(stepped, beginning(rules)), rules.retries);
}

export interface OutcomeGroup {
  readonly outcome: Outcome;
  /** How many interleavings end so. */
  readonly count: number;
  /** The first of them. */
  readonly first: number;
}

export interface Outcomes {
  readonly count: number;
  /** The most frequent first. */
  readonly groups: readonly OutcomeGroup[];
  /** Element i: the group that interleaving i belongs to. */
  readonly groupOf: Uint16Array;
}

/** How each of all interleavings ends. What follows from equal states is worked out once. */
export function allOutcomes(rules: Rules): Outcomes {
  const stepsEach = STEPS[rules.way].length;
  const left = Array.from({ length: rules.clients }, () => stepsEach);
  const numbers = new Map<string, number>();
  const outcomes: Outcome[] = [];
  const numberOf = (outcome: Outcome): number => {
    const key = outcomeKey(outcome);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, outcomes.length);
    return outcomes.push(outcome) - 1;
  };
  const known = new Map<string, Uint16Array>();
  /** The numbers of the outcomes of everything that can follow, in order. */
  const following = (model: Model): Uint16Array => {
    const key = `${left} ${model.key.version} ${model.key.value} ${JSON.stringify(model.race.clients)}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const all = new Uint16Array(countInterleavings(left));
    let at = 0;
    for (let client = 0; client < rules.clients; client += 1) {
      if (left[client] === 0) continue;
      left[client]! -= 1;
      const part = following(stepped(model, client));
      left[client]! += 1;
      all.set(part, at);
      at += part.length;
    }
    if (at === 0) all[0] = numberOf(ended(model, rules.retries));
    known.set(key, all);
    return all;
  };
  return grouped(following(beginning(rules)), outcomes);
}

function grouped(numbers: Uint16Array, outcomes: readonly Outcome[]): Outcomes {
  const found = outcomes.map((outcome, number) => ({ outcome, number, count: 0, first: -1 }));
  numbers.forEach((number, index) => {
    const group = found[number]!;
    if (group.count === 0) group.first = index;
    group.count += 1;
  });
  found.sort((a, b) => b.count - a.count || a.first - b.first);
  const places = new Uint16Array(found.length);
  found.forEach(({ number }, place) => {
    places[number] = place;
  });
  return {
    count: numbers.length,
    groups: found.map(({ outcome, count, first }) => ({ outcome, count, first })),
    groupOf: numbers.map((number) => places[number]!),
  };
}

/** The numbers of the interleavings that end as the group says. */
export function membersOf({ groupOf, groups }: Outcomes, group: number): Uint32Array {
  const members = new Uint32Array(groups[group]!.count);
  let at = 0;
  groupOf.forEach((place, index) => {
    if (place === group) {
      members[at] = index;
      at += 1;
    }
  });
  return members;
}
