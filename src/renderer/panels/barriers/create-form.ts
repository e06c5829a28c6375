import type { BarrierView } from '../../../contract/index.ts';
import { secondsProblem } from '../../ui/seconds.ts';
import { pathProblem } from '../keys/paths.ts';

/** A barrier as it is being thought of; numbers as they are typed. */
export interface BarrierDraft {
  readonly path: string;
  readonly threshold: 'full' | 'count' | 'percent';
  readonly count: string;
  readonly percent: string;
  readonly isOpen: boolean;
  /** Sessions. */
  readonly members: readonly string[];
  readonly onDeath: BarrierView['onDeath'];
  readonly timeoutSeconds: string;
  readonly onTimeout: BarrierView['onTimeout'];
  readonly next: string;
  readonly isArmed: boolean;
}

export const NEW_BARRIER: BarrierDraft = {
  path: '',
  threshold: 'full',
  count: '2',
  percent: '60',
  isOpen: false,
  members: [],
  onDeath: 'break',
  timeoutSeconds: '',
  onTimeout: 'break',
  next: '',
  isArmed: true,
};

export type DraftProblems = Readonly<Record<'path' | 'threshold' | 'members' | 'timeout' | 'next', string>>;

/** What is wrong with it, at the field where it is; empty: nothing. */
export function draftProblems(draft: BarrierDraft): DraftProblems {
  const { path, threshold, count, percent, members, timeoutSeconds, next } = draft;
  return {
    path: pathProblem(path),
    threshold:
      threshold === 'count' && !isWhole(count, 1, Number.MAX_SAFE_INTEGER)
        ? 'A whole number, 1 or more.'
        : threshold === 'percent' && !isWhole(percent, 1, 100)
          ? 'A whole number from 1 to 100.'
          : '',
    members: members.length > 0 || threshold === 'count' ? '' : 'It waits for at least one: choose who takes part.',
    timeout: timeoutSeconds === '' ? '' : secondsProblem(timeoutSeconds),
    next: next === '' ? '' : next === path ? 'A barrier cannot arm itself.' : pathProblem(next),
  };
}

/** As the agent takes it. */
export function requestOf(draft: BarrierDraft) {
  const { path, threshold, count, percent, isOpen, members, onDeath, timeoutSeconds, onTimeout, next, isArmed } = draft;
  return {
    path,
    threshold:
      threshold === 'count'
        ? ({ kind: 'count', count: Number(count) } as const)
        : threshold === 'percent'
          ? ({ kind: 'percent', percent: Number(percent) } as const)
          : ({ kind: 'full' } as const),
    isOpen: threshold === 'count' && isOpen,
    members: [...members],
    onDeath,
    timeoutMs: Math.round(Number(timeoutSeconds) * 1_000),
    onTimeout,
    next,
    isArmed,
  };
}

/** What the draft means, in one sentence, before it is made. */
export function requiredText({ threshold, count, percent, members }: BarrierDraft): string {
  switch (threshold) {
    case 'full':
      return members.length === 0 ? '' : `All ${members.length} have to arrive.`;
    case 'count':
      return `${count} have to arrive.`;
    case 'percent':
      return members.length === 0
        ? ''
        : `${Math.ceil((Number(percent) * members.length) / 100)} of ${members.length} have to arrive.`;
  }
}

function isWhole(text: string, min: number, max: number): boolean {
  const number = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(number) && number >= min && number <= max;
}
