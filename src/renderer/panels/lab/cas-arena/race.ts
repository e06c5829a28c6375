/**
 * A race of clients on one key, as a pure machine: what a client asks next, and what an answer makes of it. The cell gives the
 * answers of a real run; `model.ts` gives them when it is only worked out how a run would end.
 */

/** How a client changes the key. */
export type Way = 'cas' | 'check' | 'put';
export type StepKind = 'read' | 'compare' | 'write';

export const STEPS: Readonly<Record<Way, readonly StepKind[]>> = {
  cas: ['read', 'compare', 'write'],
  check: ['read', 'compare', 'write'],
  put: ['read', 'write'],
};

export const CLIENTS_MIN = 2;
export const CLIENTS_MAX = 4;
export const START_VALUE = 0;

/** What a client saw of the key. */
export interface Seen {
  readonly version: number;
  readonly value: number;
}

/**
 * `wrote`: its write was acknowledged. `saw`: it looked again, saw another version, and gave up. `refused`: the cell
 * refused its write.
 */
export type Result = 'running' | 'wrote' | 'saw' | 'refused';

export interface ClientState {
  /** Which of the steps comes next; beyond the last: it has finished. */
  readonly at: number;
  readonly read: Seen | undefined;
  readonly result: Result;
  /** From 1. */
  readonly attempt: number;
}

export interface Race {
  readonly way: Way;
  readonly clients: readonly ClientState[];
}

/** What a client asks the cell for. */
export type Ask =
  | { readonly kind: 'read' }
  | { readonly kind: 'compare'; readonly version: number }
  | { readonly kind: 'compareAndWrite'; readonly version: number; readonly value: number }
  | { readonly kind: 'put'; readonly value: number };

/** The key as it stands after the step. */
export interface Answer extends Seen {
  /** False: a compare-and-write was refused. Reads and plain puts always succeed. */
  readonly succeeded: boolean;
}

const NEW: ClientState = { at: 0, read: undefined, result: 'running', attempt: 1 };

export function newRace(way: Way, clients: number): Race {
  return { way, clients: Array.from({ length: clients }, () => NEW) };
}

/** Each adds a digit of its own, so that the final number shows whose writes are in it. */
export function amountOf(client: number): number {
  return 10 ** client;
}

export function letterOf(client: number): string {
  return String.fromCharCode(65 + client);
}

export function hasFinished({ way }: Race, { at }: ClientState): boolean {
  return at >= STEPS[way].length;
}

export function hasLost({ result }: ClientState): boolean {
  return result === 'saw' || result === 'refused';
}

/** The step that a client comes to next; undefined: it has finished. */
export function nextStep(race: Race, client: number): StepKind | undefined {
  return STEPS[race.way][race.clients[client]!.at];
}

/** What its next step asks for; undefined: it has finished. */
export function nextAsk(race: Race, client: number): Ask | undefined {
  const { read } = race.clients[client]!;
  const step = nextStep(race, client);
  if (step === undefined) return undefined;
  if (step === 'read' || read === undefined) return { kind: 'read' };
  if (step === 'compare') return { kind: 'compare', version: read.version };
  const value = read.value + amountOf(client);
  return race.way === 'cas' ? { kind: 'compareAndWrite', version: read.version, value } : { kind: 'put', value };
}

/** The race after the cell has answered what `nextAsk` asked for. */
export function answered(race: Race, client: number, ask: Ask, answer: Answer): Race {
  return withClient(race, client, clientAfter(race, race.clients[client]!, ask, answer));
}

function clientAfter({ way }: Race, state: ClientState, ask: Ask, answer: Answer): ClientState {
  const end = STEPS[way].length;
  switch (ask.kind) {
    case 'read':
      return { ...state, at: state.at + 1, read: { version: answer.version, value: answer.value } };
    case 'compare':
      return answer.version === ask.version ? { ...state, at: state.at + 1 } : { ...state, at: end, result: 'saw' };
    case 'compareAndWrite':
    case 'put':
      return { ...state, at: end, result: answer.succeeded ? 'wrote' : 'refused' };
  }
}

/** A client that has lost begins again: it reads anew. */
export function triesAgain(race: Race, client: number): Race {
  const { attempt } = race.clients[client]!;
  return withClient(race, client, { ...NEW, attempt: attempt + 1 });
}

function withClient(race: Race, client: number, state: ClientState): Race {
  return { ...race, clients: race.clients.map((before, index) => (index === client ? state : before)) };
}

/** How a race ended. */
export interface Outcome {
  readonly results: readonly Result[];
  /** How often each client has tried. */
  readonly attempts: readonly number[];
  readonly value: number;
  /** Clients whose write was acknowledged, and that is not in the final value. */
  readonly lost: readonly number[];
}

export function outcomeOf(race: Race, value: number): Outcome {
  const lost = race.clients.flatMap(({ result }, client) =>
    result === 'wrote' && Math.floor(value / amountOf(client)) % 10 === 0 ? [client] : [],
  );
  return {
    results: race.clients.map(({ result }) => result),
    attempts: race.clients.map(({ attempt }) => attempt),
    value,
    lost,
  };
}

/** The same for equal outcomes. */
export function outcomeKey({ results, attempts, value }: Outcome): string {
  return `${results.join(' ')} ${attempts.join(' ')} ${value}`;
}
