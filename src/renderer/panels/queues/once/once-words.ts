import { CircleCheck, CircleDot, CircleHelp, Hammer, type LucideIcon } from 'lucide-react';
import type { OnceWork } from '../../../../contract/index.ts';
import type { Tone } from '../../../ui/badge.tsx';

export type OnceWorkState = OnceWork['state'];

export const ONCE_LOOKS: Readonly<
  Record<OnceWorkState, { readonly icon: LucideIcon; readonly tone: Tone; readonly word: string }>
> = {
  unknown: { icon: CircleHelp, tone: 'warning', word: 'unknown' },
  claimed: { icon: Hammer, tone: 'info', word: 'claimed' },
  open: { icon: CircleDot, tone: 'neutral', word: 'open' },
  done: { icon: CircleCheck, tone: 'good', word: 'done' },
};

/** What is shown of the works; `any` is all of them. */
export const ONCE_FILTERS = [
  { value: 'any', label: 'All' },
  { value: 'unknown', label: 'Unknown' },
  { value: 'claimed', label: 'Claimed' },
  { value: 'open', label: 'Open' },
  { value: 'done', label: 'Done' },
] as const;
export type OnceFilter = (typeof ONCE_FILTERS)[number]['value'];

export function parseFilter(text: string): OnceFilter {
  return ONCE_FILTERS.find(({ value }) => value === text)?.value ?? 'any';
}

const ENDS: Readonly<Record<NonNullable<OnceWork['ended']>['kind'], string>> = {
  recorded: 'its result was recorded',
  abandoned: 'it was given back, not done',
  sessionEnded: 'the session ended before a result was recorded',
  resolvedDone: 'said to be done',
  resolvedNotDone: 'said not to be done',
};

/** How the last claim ended, and by whose word. */
export function onceEndText({ kind, by, why }: NonNullable<OnceWork['ended']>): string {
  const who = by === '' ? '' : ` by ${by}`;
  // The machine says why a session's end leads to what it leads to; the state says it too.
  return `${ENDS[kind]}${who}${why === '' || kind === 'sessionEnded' ? '' : `: ${why}`}`;
}

/** When it came to stand as it stands. */
export function onceSinceMs({ state, claimedMs, ended }: OnceWork): number {
  return state === 'claimed' || ended === null ? claimedMs : ended.atMs;
}
