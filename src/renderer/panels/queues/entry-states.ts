import { CircleCheck, CircleDot, Hammer, Hourglass, type LucideIcon, OctagonX, TimerReset } from 'lucide-react';
import type { EntryState, QueueView } from '../../../contract/index.ts';
import type { Tone } from '../../ui/badge.tsx';

export interface EntryStateLook {
  readonly icon: LucideIcon;
  readonly tone: Tone;
  /** Of its part of the bar. */
  readonly fill: string;
  readonly about: string;
}

export const STATE_LOOKS: Readonly<Record<EntryState, EntryStateLook>> = {
  ready: { icon: CircleDot, tone: 'info', fill: 'bg-accent', about: 'can be claimed' },
  claimed: { icon: Hammer, tone: 'neutral', fill: 'bg-text', about: 'a worker has it' },
  waiting: { icon: Hourglass, tone: 'neutral', fill: 'bg-line-strong', about: 'for entries that it depends on' },
  delayed: {
    icon: TimerReset,
    tone: 'warning',
    fill: 'bg-warning',
    about: 'it failed, and waits before another attempt',
  },
  dead: { icon: OctagonX, tone: 'bad', fill: 'bg-bad', about: 'it failed too often: requeue it, or take it out' },
  done: { icon: CircleCheck, tone: 'good', fill: 'bg-good', about: 'with a result' },
};

/** In the order in which people look for them. */
export const ENTRY_STATES = Object.keys(STATE_LOOKS) as readonly EntryState[];
/** What there is still to do: what is shown unless somebody asks for more. */
export const OPEN_STATES = ENTRY_STATES.filter((state) => state !== 'done');

export function openCount(counts: QueueView['counts']): number {
  return OPEN_STATES.reduce((sum, state) => sum + counts[state], 0);
}

/** `ready,dead`, as the address has it; empty: what is open. Unknown words are left out. */
export function parseStates(text: string): readonly EntryState[] {
  const states = ENTRY_STATES.filter((state) => text.split(',').includes(state));
  return states.length === 0 ? OPEN_STATES : states;
}

export function formatStates(states: readonly EntryState[]): string {
  const isDefault = states.length === OPEN_STATES.length && !states.includes('done');
  return isDefault ? '' : states.join(',');
}

/** One more or one less; the last one that is taken away leaves what is open. */
export function toggleState(states: readonly EntryState[], state: EntryState): readonly EntryState[] {
  const next = ENTRY_STATES.filter((other) => (other === state ? !states.includes(other) : states.includes(other)));
  return next.length === 0 ? OPEN_STATES : next;
}
