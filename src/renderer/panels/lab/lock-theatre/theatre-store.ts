import { create } from 'zustand';
import type { Countdowns, LockTree, LockView } from '../../../../contract/index.ts';
import { ownerText } from '../../../acting/participants.ts';
import { NO_COUNTDOWNS, type ToldCountdowns, toldCountdowns } from '../../locks/countdown.ts';
import { shortId } from '../short-id.ts';
import { type Course, newCourse, noted } from './course.ts';
import {
  type Contender,
  type Damage,
  lockHappenings,
  NAMES,
  type Places,
  placesOf,
  type ResourceMemory,
  type Told,
  toldOfLock,
} from './scene.ts';

export interface TimelineEntry extends Told {
  readonly id: number;
  readonly atMs: number;
  /** Whose doing; undefined: the cell's. */
  readonly who: number | 'resource' | undefined;
}

export interface TheatreState {
  readonly count: number;
  readonly ttlMs: number;
  /** The resource looks at tokens. */
  readonly checks: boolean;
  /** Of this scene, and of the next one while none is on. */
  readonly places: Places;
  readonly phase: 'idle' | 'on' | 'ending' | 'over';
  readonly contenders: readonly Contender[];
  readonly resourceId: string;
  readonly memory: ResourceMemory | undefined;
  readonly damages: readonly Damage[];
  readonly lock: LockView | undefined;
  readonly countdowns: ToldCountdowns;
  readonly course: Course;
  /** Newest first. */
  readonly timeline: readonly TimelineEntry[];
  readonly isBusy: boolean;
  /** Which step of the guided play comes next; undefined: free play. */
  readonly guideAt: number | undefined;
  /** The guided play goes on by itself. */
  readonly isAuto: boolean;
  /** A step was taken, and what it leads to has not come true yet. */
  readonly isWaiting: boolean;
}

export const EMPTY_SCENE = {
  contenders: [],
  resourceId: '',
  memory: undefined,
  damages: [],
  lock: undefined,
  countdowns: NO_COUNTDOWNS,
  course: newCourse(0, 0),
  timeline: [],
} as const;

export const useTheatre = create<TheatreState>(() => ({
  count: 3,
  ttlMs: 4_000,
  checks: true,
  places: placesOf(shortId()),
  phase: 'idle',
  isBusy: false,
  guideAt: undefined,
  isAuto: false,
  isWaiting: false,
  ...EMPTY_SCENE,
}));

const set = useTheatre.setState;

export function arrange(change: Partial<Pick<TheatreState, 'count' | 'ttlMs' | 'checks'>>): void {
  set(change);
}

// Whatever changes the scene, its course follows.
useTheatre.subscribe((state, before) => {
  if (state.phase !== 'on' || (state.contenders === before.contenders && state.lock === before.lock)) return;
  set({ course: noted(state.course, state, Date.now()) });
});

let lastId = 0;

export function tell(who: TimelineEntry['who'], ...told: readonly Told[]): void {
  const atMs = Date.now();
  set(({ timeline }) => ({
    timeline: [...told.map((one): TimelineEntry => ({ ...one, who, atMs, id: ++lastId })).reverse(), ...timeline],
  }));
}

export function changeContender(index: number, change: (contender: Contender) => Contender): void {
  set(({ contenders }) => ({
    contenders: contenders.map((contender, at) => (at === index ? change(contender) : contender)),
  }));
}

export function nameOfContender(index: number): string {
  return NAMES[index] ?? `contender ${index + 1}`;
}

export function nameOfSessionHere(sessionId: string, owner: string): string {
  const index = useTheatre.getState().contenders.findIndex((contender) => contender.sessionId === sessionId);
  return index < 0 ? ownerText(sessionId, owner) : nameOfContender(index);
}

export function locksTold({ locks }: LockTree): void {
  const { lock: before, contenders, phase, places } = useTheatre.getState();
  if (phase !== 'on') return;
  const lock = locks.find(({ path }) => path === places.lock);
  set({ lock, contenders: toldOfLock(contenders, lock) });
  const isAsleep = (sessionId: string): boolean =>
    contenders.some((contender) => contender.sessionId === sessionId && contender.isAsleep);
  tell(undefined, ...lockHappenings(before, lock, nameOfSessionHere, isAsleep));
}

/** There is a stage to look at. */
export function useIsOn(): boolean {
  return useTheatre(({ phase }) => phase === 'on' || phase === 'ending');
}

export function countdownsTold(told: Countdowns): void {
  set(({ countdowns }) => ({ countdowns: toldCountdowns(countdowns, told, performance.now()) }));
}
