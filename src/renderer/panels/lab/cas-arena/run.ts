import type { Interleaving } from './interleavings.ts';
import type { Rules } from './model.ts';
import {
  type Answer,
  type Ask,
  answered,
  hasFinished,
  hasLost,
  newRace,
  nextAsk,
  nextStep,
  type Outcome,
  outcomeOf,
  type Race,
  STEPS,
  type StepKind,
  triesAgain,
} from './race.ts';

/** What the cell said; the slot is that of a write, 0 for what wrote nothing. */
export interface CellAnswer extends Answer {
  readonly slot: number;
}

/** The key of the arena, as the cell has it. */
export interface ArenaCell {
  /** The key gets its start value. */
  readonly reset: () => Promise<CellAnswer>;
  readonly ask: (client: number, ask: Ask) => Promise<CellAnswer>;
}

/** One line of what happened. */
export type TraceRow =
  | { readonly kind: 'reset'; readonly answer: CellAnswer }
  | {
      readonly kind: 'step';
      readonly client: number;
      readonly attempt: number;
      readonly step: StepKind;
      readonly ask: Ask;
      readonly answer: CellAnswer;
    }
  /** The interleaving has a step for a client that has given up already. */
  | { readonly kind: 'nothing'; readonly client: number; readonly step: StepKind };

export interface Run {
  readonly rules: Rules;
  /** Undefined: a person says who steps. */
  readonly order: Interleaving | undefined;
  /** How much of the order has been taken. */
  readonly taken: number;
  readonly race: Race;
  readonly trace: readonly TraceRow[];
}

/** Whose step it is, and which one, in the interleaving as it was chosen. */
export interface PlannedStep {
  readonly client: number;
  readonly step: StepKind;
}

/** Before its first call. */
export function notStarted(rules: Rules, order: Interleaving | undefined): Run {
  return { rules, order, taken: 0, race: newRace(rules.way, rules.clients), trace: [] };
}

export async function begin(cell: ArenaCell, rules: Rules, order: Interleaving | undefined): Promise<Run> {
  const answer = await cell.reset();
  return { ...notStarted(rules, order), trace: [{ kind: 'reset', answer }] };
}

export function plannedSteps({ way }: Pick<Rules, 'way'>, order: Interleaving): readonly PlannedStep[] {
  const taken = new Map<number, number>();
  return order.map((client) => {
    const before = taken.get(client) ?? 0;
    taken.set(client, before + 1);
    return { client, step: STEPS[way][before]! };
  });
}

/** Who steps next. Undefined: the run has ended, or a person says who. */
export function nextClient({ order, taken, race, rules }: Run): number | undefined {
  if (order === undefined) return undefined;
  if (taken < order.length) return order[taken];
  const at = race.clients.findIndex((client) => !hasFinished(race, client) || (rules.retries && hasLost(client)));
  return at < 0 ? undefined : at;
}

/** What a client can do now, by hand. Undefined: it has finished. */
export function nextStepOf({ race, rules }: Run, client: number): StepKind | undefined {
  return rules.retries && hasLost(race.clients[client]!) ? 'read' : nextStep(race, client);
}

export function hasStarted({ trace }: Run): boolean {
  return trace.length > 0;
}

export function hasEnded(run: Run): boolean {
  if (run.order !== undefined) return nextClient(run) === undefined;
  return run.race.clients.every((_, client) => nextStepOf(run, client) === undefined);
}

/** The next step of a client, with the cell. */
export async function step(cell: ArenaCell, run: Run, client: number): Promise<Run> {
  const { order, taken, rules } = run;
  const isPlanned = order !== undefined && taken < order.length;
  // Whoever lost begins again only when all of the interleaving has been taken.
  if (isPlanned && hasFinished(run.race, run.race.clients[client]!)) return withNothing(run, order, client);
  const retries = rules.retries && hasLost(run.race.clients[client]!);
  const race = retries ? triesAgain(run.race, client) : run.race;
  const ask = nextAsk(race, client);
  const kind = nextStep(race, client);
  if (ask === undefined || kind === undefined) return run;
  const answer = await cell.ask(client, ask);
  return {
    ...run,
    taken: taken + 1,
    race: answered(race, client, ask, answer),
    trace: [...run.trace, { kind: 'step', client, attempt: race.clients[client]!.attempt, step: kind, ask, answer }],
  };
}

function withNothing(run: Run, order: Interleaving, client: number): Run {
  const planned = plannedSteps(run.rules, order)[run.taken]!;
  return { ...run, taken: run.taken + 1, trace: [...run.trace, { kind: 'nothing', client, step: planned.step }] };
}

/** All steps that are left. `onStep` may end it between two of them by answering false. */
export async function finish(cell: ArenaCell, run: Run, onStep: (run: Run) => boolean = () => true): Promise<Run> {
  let now = run;
  for (let client = nextClient(now); client !== undefined; client = nextClient(now)) {
    now = await step(cell, now, client);
    if (!onStep(now)) break;
  }
  return now;
}

/** The key as the newest answer told it. */
export function keyNow({ trace }: Run): Answer | undefined {
  return trace.findLast((row) => row.kind !== 'nothing')?.answer;
}

/** How it ended; undefined while it goes on. */
export function outcomeOfRun(run: Run): Outcome | undefined {
  const key = keyNow(run);
  return key === undefined || !hasEnded(run) ? undefined : outcomeOf(run.race, key.value);
}
