import { create } from 'zustand';
import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { countText } from '../../../ui/numbers.ts';
import { endLabSessions, endLeftSessions, isSessionAlive, openLabSession } from '../lab-sessions.ts';
import { shortId } from '../short-id.ts';
import { arenaCell, claimKey } from './arena-cell.ts';
import { type Interleaving, interleavingAt } from './interleavings.ts';
import { forgetRace, rememberRace, removeLeftRace } from './left-race.ts';
import { predict, type Rules } from './model.ts';
import { letterOf, outcomeKey, STEPS } from './race.ts';
import { orderText, STEP_WORDS } from './race-words.ts';
import { begin, finish, nextStepOf, outcomeOfRun, type Run, step } from './run.ts';

/** Who opened the session, for everybody who sees it. */
export const ARENA_OWNER = 'arena: ';
const TTL_MS = 15_000;

/** An interleaving that was run: the whole story, and whether it ended as it had to. */
export interface DoneRun {
  readonly run: Run;
  readonly asPredicted: boolean;
}

export interface ArenaState {
  readonly path: string;
  readonly rules: Rules;
  readonly isBegun: boolean;
  /** Of the clients, by number. One may have ended: it is opened anew before the next run. */
  readonly sessions: readonly string[];
  /** By hand, a person says who steps; else an interleaving is chosen. */
  readonly isByHand: boolean;
  readonly chosen: number;
  /** Only interleavings that end so; -1: all. */
  readonly group: number;
  /** What is shown, and goes on. */
  readonly run: Run | undefined;
  /** Of these rules, by number of the interleaving. */
  readonly done: ReadonlyMap<number, DoneRun>;
  /** Something is asked of the cell. */
  readonly isBusy: boolean;
  /** Many are run, one after the other. */
  readonly batch: { readonly done: number; readonly total: number } | undefined;
}

const NOTHING_RUN = { run: undefined, done: new Map<number, DoneRun>(), batch: undefined };

export const useArena = create<ArenaState>(() => ({
  path: `/lab/cas-arena/${shortId()}`,
  rules: { way: 'cas', clients: 2, retries: false },
  isBegun: false,
  sessions: [],
  isByHand: false,
  chosen: 0,
  group: -1,
  isBusy: false,
  ...NOTHING_RUN,
}));

let isStopped = false;

const set = useArena.setState;
const get = useArena.getState;

export function setPath(path: string): void {
  set({ path });
}

/** Other rules, other interleavings: what was run says nothing of them. */
export function setRules(change: Partial<Rules>): void {
  set(({ rules }) => ({ rules: { ...rules, ...change }, chosen: 0, group: -1, ...NOTHING_RUN }));
}

export function setGroup(group: number, first: number): void {
  set({ group });
  chooseInterleaving(first);
}

export function playByHand(isByHand: boolean): void {
  set(({ chosen, done }) => ({ isByHand, run: isByHand ? undefined : done.get(chosen)?.run }));
}

export function chooseInterleaving(chosen: number): void {
  set(({ done }) => ({ chosen, isByHand: false, run: done.get(chosen)?.run }));
}

export function chosenOrder({ chosen, rules }: Pick<ArenaState, 'chosen' | 'rules'>): Interleaving {
  return interleavingAt(chosen, rules.clients, STEPS[rules.way].length);
}

/** From here on there are sessions, and a key. */
export async function beginArena(): Promise<void> {
  const { path, rules } = get();
  const label = `Begin the arena at ${path}`;
  const begun = await busy(label, async () => {
    await endLeftSessions(ARENA_OWNER, get().sessions);
    await removeLeftRace();
    rememberRace({ path, createRevision: await claimKey(path) });
    await ensureSessions(rules.clients);
    return true;
  });
  if (begun === true) set({ isBegun: true });
}

/** Its key goes, and its sessions. What was run can still be looked at until it begins again. */
export async function endArena(): Promise<void> {
  const { path, sessions } = get();
  const ended = await busy(`End the arena at ${path}`, async () => {
    await client().keys.delete({ path });
    forgetRace();
    await endLabSessions(sessions);
    return true;
  });
  if (ended === true) set({ isBegun: false, sessions: [], ...NOTHING_RUN });
}

/** The interleaving that is chosen, from the start: only its start value is written yet. */
export function startChosen(): Promise<void> {
  return started(`Start ${orderText(chosenOrder(get()))}`);
}

export function startByHand(): Promise<void> {
  return started('Start a race by hand');
}

async function started(label: string): Promise<void> {
  const { rules } = get();
  const place = placeOf(get());
  const run = await busy(label, async () => begin(await cell(), rules, orderAt(place, rules)));
  if (run !== undefined) show(place, run);
}

/** The next step of a client; of an interleaving, of the client whose turn it is. */
export async function stepClient(index: number): Promise<void> {
  const { run } = get();
  if (run === undefined) return;
  const place = placeOf(get());
  const what = nextStepOf(run, index);
  const label = `${letterOf(index)}: ${what === undefined ? 'nothing' : STEP_WORDS[what].toLowerCase()}`;
  const after = await busy(label, async () => step(await cell(), run, index));
  if (after !== undefined) show(place, after);
}

/** The interleaving that is chosen, from the start to its end. */
export async function runChosen(): Promise<void> {
  const { rules, chosen } = get();
  const order = chosenOrder({ rules, chosen });
  isStopped = false;
  await busy(`Run ${orderText(order)}`, async () => {
    const asked = await cell();
    await finish(asked, await begin(asked, rules, order), showing(chosen));
  });
}

/** What is left of the run that is shown. */
export async function finishRun(): Promise<void> {
  const { run } = get();
  if (run === undefined) return;
  const place = placeOf(get());
  isStopped = false;
  await busy('Run to the end', async () => finish(await cell(), run, showing(place)));
}

/** After the call that is under way. */
export function stopRunning(): void {
  isStopped = true;
}

/** One after the other, each with a fresh start value. */
export async function runMany(indices: readonly number[]): Promise<void> {
  const { rules } = get();
  isStopped = false;
  set({ batch: { done: 0, total: indices.length } });
  await busy(
    `Run ${countText(indices.length)} interleavings`,
    async () => {
      const asked = await cell();
      for (const [at, chosen] of indices.entries()) {
        if (isStopped) break;
        const order = chosenOrder({ chosen, rules });
        set({ chosen, isByHand: false });
        const run = await finish(asked, await begin(asked, rules, order), () => !isStopped);
        show(chosen, run);
        set({ batch: { done: at + 1, total: indices.length } });
      }
      return get().batch?.done ?? 0;
    },
    (count) => `${countText(count)} run`,
  );
  set({ batch: undefined });
}

const BY_HAND = -1;

/** What is played: the number of an interleaving, or by hand. */
function placeOf({ isByHand, chosen }: ArenaState): number {
  return isByHand ? BY_HAND : chosen;
}

function orderAt(place: number, rules: Rules): Interleaving | undefined {
  return place === BY_HAND ? undefined : chosenOrder({ chosen: place, rules });
}

function showing(place: number): (run: Run) => boolean {
  return (run) => {
    show(place, run);
    return !isStopped;
  };
}

/** Something else may have been chosen meanwhile: then it is kept, and not shown. */
function show(place: number, run: Run): void {
  const outcome = outcomeOfRun(run);
  set((state) => {
    if (run.rules !== state.rules) return {};
    const shown = placeOf(state) === place ? { run } : {};
    if (outcome === undefined || run.order === undefined) return shown;
    const asPredicted = outcomeKey(outcome) === outcomeKey(predict(run.rules, run.order));
    return { ...shown, done: new Map(state.done).set(place, { run, asPredicted }) };
  });
}

async function cell() {
  const { path, rules } = get();
  return arenaCell(path, await ensureSessions(rules.clients));
}

/** As many sessions as there are clients, all alive. */
async function ensureSessions(clients: number): Promise<readonly string[]> {
  const sessions = [...get().sessions];
  for (let index = 0; index < clients; index += 1) {
    const sessionId = sessions[index];
    if (sessionId !== undefined && isSessionAlive(sessionId)) continue;
    sessions[index] = await openLabSession(`${ARENA_OWNER}${letterOf(index)}`, TTL_MS);
    set({ sessions: [...sessions] });
  }
  return sessions;
}

async function busy<T>(
  label: string,
  run: () => Promise<T>,
  outcomeOf?: (result: T) => string,
): Promise<T | undefined> {
  set({ isBusy: true });
  try {
    return await act(label, run, outcomeOf);
  } finally {
    set({ isBusy: false });
  }
}
