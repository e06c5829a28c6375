import type { LockView } from '../../../../contract/index.ts';
import { beliefFrom, type Contender, tokenOf } from './scene.ts';

/** While something held; `toMs` undefined: it still does. */
export interface Span {
  readonly who: number;
  /** 0 where there is none to tell. */
  readonly token: number;
  readonly fromMs: number;
  readonly toMs: number | undefined;
}

export interface WriteMark {
  readonly who: number;
  readonly token: number;
  readonly atMs: number;
  readonly isTaken: boolean;
}

/** What became of the scene over time: who held the lock, who believed so, who slept, and what was written. */
export interface Course {
  readonly beganMs: number;
  readonly endedMs: number | undefined;
  readonly lanes: number;
  readonly holds: readonly Span[];
  readonly beliefs: readonly Span[];
  readonly sleeps: readonly Span[];
  readonly writes: readonly WriteMark[];
}

export function newCourse(lanes: number, beganMs: number): Course {
  return { beganMs, endedMs: undefined, lanes, holds: [], beliefs: [], sleeps: [], writes: [] };
}

/** The course once it is known how things stand at a moment. */
export function noted(
  course: Course,
  { contenders, lock }: { readonly contenders: readonly Contender[]; readonly lock: LockView | undefined },
  atMs: number,
): Course {
  let { holds, beliefs, sleeps } = course;
  contenders.forEach((contender, who) => {
    const truth = beliefFrom(lock, contender.sessionId);
    holds = goingOn(holds, who, truth.kind === 'holds', truth.kind === 'holds' ? truth.token : 0, atMs);
    beliefs = goingOn(beliefs, who, contender.belief.kind === 'holds', tokenOf(contender), atMs);
    sleeps = goingOn(sleeps, who, contender.isAsleep, 0, atMs);
  });
  return { ...course, holds, beliefs, sleeps };
}

export function withWrite(course: Course, write: WriteMark): Course {
  return { ...course, writes: [...course.writes, write] };
}

export function closed(course: Course, atMs: number): Course {
  const close = (spans: readonly Span[]): readonly Span[] =>
    spans.map((span) => ({ ...span, toMs: span.toMs ?? atMs }));
  const { holds, beliefs, sleeps } = course;
  return { ...course, endedMs: atMs, holds: close(holds), beliefs: close(beliefs), sleeps: close(sleeps) };
}

function goingOn(spans: readonly Span[], who: number, isOn: boolean, token: number, atMs: number): readonly Span[] {
  const open = spans.find((span) => span.who === who && span.toMs === undefined);
  if (open === undefined) return isOn ? [...spans, { who, token, fromMs: atMs, toMs: undefined }] : spans;
  if (isOn && open.token === token) return spans;
  const ended = spans.map((span) => (span === open ? { ...span, toMs: atMs } : span));
  return isOn ? [...ended, { who, token, fromMs: atMs, toMs: undefined }] : ended;
}
