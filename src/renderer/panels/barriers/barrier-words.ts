import type { BarrierView, Passage } from '../../../contract/index.ts';
import { durationText } from '../../ui/numbers.ts';
import type { BarrierEnding } from './barrier-history.ts';

type Standing = 'standing' | 'not armed' | 'broken';

export function stateOf({ state, isArmed }: Pick<BarrierView, 'state' | 'isArmed'>): Standing {
  if (state === 'broken') return 'broken';
  return isArmed ? 'standing' : 'not armed';
}

/** `all members`, `3 arrivals`, `60 % of members`. */
export function thresholdText({ threshold, isOpen }: Pick<BarrierView, 'threshold' | 'isOpen'>): string {
  switch (threshold.kind) {
    case 'full':
      return 'all members';
    case 'count':
      return `${isOpen ? 'any ' : ''}${threshold.count} ${threshold.count === 1 ? 'arrival' : 'arrivals'}`;
    case 'percent':
      return `${threshold.percent} % of members`;
  }
}

/** `2 of 3 arrived`: of those that release it. */
export function arrivedText({ arrived, required }: Pick<BarrierView, 'arrived' | 'required'>): string {
  return required === 0 ? `${arrived} arrived` : `${arrived} of ${required} arrived`;
}

/** What is still missing, in one sentence. */
export function missingText(barrier: BarrierView): string {
  const { arrived, required, members, next } = barrier;
  const missing = required - arrived;
  const then = next === '' ? '' : ` That arms ${next}.`;
  switch (stateOf(barrier)) {
    case 'broken':
      return 'It is broken: nobody passes until it is reset.';
    case 'not armed':
      return `It takes arrivals, and is released only once another barrier has armed it.${then}`;
    case 'standing':
      if (required === 0) return 'It has no members left: nothing releases it until some are added.';
      return `${missing} more ${missing === 1 ? 'arrival releases' : 'arrivals release'} it${
        members.length === 0 ? '' : `; ${members.length} ${members.length === 1 ? 'member' : 'members'}`
      }.${then}`;
  }
}

/** `5.0 s, then it breaks`. */
export function timeoutText({ timeoutMs, onTimeout }: Pick<BarrierView, 'timeoutMs' | 'onTimeout'>): string {
  if (timeoutMs === 0) return 'none';
  const then = onTimeout === 'break' ? 'it breaks' : 'those who came pass';
  return `${durationText(timeoutMs)} from the first arrival, then ${then}`;
}

export function onDeathText({ onDeath }: Pick<BarrierView, 'onDeath'>): string {
  return onDeath === 'break' ? 'the end of its session breaks it' : 'it goes, and the rest is evaluated anew';
}

/** How a generation ended, and why. */
export function endingText(ending: BarrierEnding): string {
  if (ending.state === 'released') {
    const arrived = `${ending.arrived} of ${ending.required} arrived`;
    return ending.kind === 'threshold' ? arrived : `its time was over, ${arrived}`;
  }
  const why = ending.why === '' ? '' : `: ${ending.why}`;
  switch (ending.kind) {
    case 'asked':
      return `by ${ending.by}${why}`;
    case 'death':
      return `a member's session ended${why}`;
    case 'timeout':
      return `its time was over${why}`;
  }
}

/** What a call came to, for the line at the bottom. */
export function passageText({ state, generation, arrived, required }: Passage): string {
  switch (state) {
    case 'standing':
      return `${arrivedText({ arrived, required })} in generation ${generation}`;
    case 'released':
      return `generation ${generation} is released`;
    case 'broken':
      return `generation ${generation} is broken`;
    case 'deleted':
      return 'the barrier is gone';
  }
}

/** By path, members, owner or what it arms. */
export function filterBarriers(barriers: readonly BarrierView[], text: string): readonly BarrierView[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return barriers;
  return barriers.filter(({ path, next, owner, members }) =>
    [path, next, owner, ...members.flatMap((member) => [member.owner, member.sessionId])].some((field) =>
      field.toLowerCase().includes(wanted),
    ),
  );
}

export function countsText(barriers: readonly BarrierView[], shown: number): string {
  const broken = barriers.filter(({ state }) => state === 'broken').length;
  const counted = `${barriers.length} ${barriers.length === 1 ? 'barrier' : 'barriers'}, ${broken} broken`;
  return shown === barriers.length ? counted : `${counted} · ${shown} match`;
}
