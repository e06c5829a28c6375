import type { ParticipantView, Tolerance } from '../../contract/index.ts';
import { ageText } from '../ui/time.tsx';

/** Under load an agent is always a little behind; so many slots are worth telling. */
export const LAG_TOLD_SLOTS = 100;
/** Twenty heartbeats: below it, silence is chance. */
export const SILENCE_TOLD_MS = 1_000;

export function isSilent({ isSelf, lastHeardMs }: ParticipantView): boolean {
  return !isSelf && (lastHeardMs === null || lastHeardMs > SILENCE_TOLD_MS);
}

/** How old its numbers are, where that is worth telling: of a silent one they are as it told them last. */
export function oldWords(participant: ParticipantView): string {
  const { lastHeardMs } = participant;
  return isSilent(participant) && lastHeardMs !== null ? `as told ${ageText(lastHeardMs)} ago` : '';
}

export function isLagging({ lagSlots }: ParticipantView): boolean {
  return lagSlots >= LAG_TOLD_SLOTS;
}

/** `leader`, `suspect`, ... as everywhere in the page. */
export function stateWord({ state, suspect }: Pick<ParticipantView, 'state' | 'suspect'>): string {
  return suspect ? 'suspect' : state;
}

/** What is unusual about it, in a few words; empty when nothing is. */
export function troubleWords(participant: ParticipantView): string {
  const { lagSlots, lastHeardMs } = participant;
  if (isSilent(participant)) return lastHeardMs === null ? 'not heard yet' : `silent ${ageText(lastHeardMs)}`;
  return isLagging(participant) ? `${lagSlots} behind` : '';
}

/** `majority 2 of 3: 3 answer; 1 failure tolerated`. */
export function toleranceWords(tolerance: Tolerance): string {
  const { voters, majority } = tolerance;
  return voters === 0 ? 'no voters' : `majority ${majority} of ${voters}: ${answeringWords(tolerance)}`;
}

/** `3 answer; 1 failure tolerated`, from now on: failures that are there already are spent. */
export function answeringWords({ majority, liveVoters }: Tolerance): string {
  const answering = `${liveVoters} ${liveVoters === 1 ? 'answers' : 'answer'}`;
  if (liveVoters < majority) return `${answering}; ${majority - liveVoters} more needed`;
  return `${answering}; ${failuresWords(liveVoters - majority)} tolerated`;
}

export function failuresWords(failures: number): string {
  if (failures === 0) return 'no failure';
  return failures === 1 ? '1 failure' : `${failures} failures`;
}
