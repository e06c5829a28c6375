import { create } from 'zustand';
import { useNavigation } from '../../navigation/navigation-store.ts';

export type FirstStep = 'write' | 'messages' | 'add';

export interface StepFacts {
  readonly revision: number;
  readonly participants: number;
  readonly voters: number;
}

/** What this page has seen: it found the cell empty, and how many took part then. */
interface Begun {
  readonly participants: number | undefined;
  readonly hasSeenMessages: boolean;
}

export const useBegun = create<Begun>(() => ({ participants: undefined, hasSeenMessages: false }));

/** A step that is done must not take the others away: whoever wrote the first key has just begun. */
export function beginWith({ revision, participants }: StepFacts): void {
  if (revision === 0 && useBegun.getState().participants === undefined) useBegun.setState({ participants });
}

useNavigation.subscribe(({ panel }) => {
  if (panel === 'messages') useBegun.setState({ hasSeenMessages: true });
});

/** What there is to try in a cell that was empty when this page came, or that could not lose anybody. */
export function stepsLeft(facts: StepFacts, begun: Begun): readonly FirstStep[] {
  const steps: FirstStep[] = [];
  if (facts.revision === 0) steps.push('write');
  const hasBegun = begun.participants !== undefined;
  if (hasBegun && !begun.hasSeenMessages) steps.push('messages');
  const hasAdded = hasBegun && facts.participants > (begun.participants ?? 0);
  if (facts.voters < 3 || (hasBegun && !hasAdded)) steps.push('add');
  return steps;
}
