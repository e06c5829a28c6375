import { useMemo } from 'react';
import { useArena } from './arena-store.ts';
import { allOutcomes, membersOf, type Outcomes } from './model.ts';

export interface Listed {
  readonly outcomes: Outcomes;
  readonly count: number;
  readonly indexAt: (place: number) => number;
  /** Where an interleaving stands in the list; -1: it does not. */
  readonly placeOf: (index: number) => number;
}

/** What is in the list: all interleavings of the rules, or those that end in one way. */
export function useListed(): Listed {
  const rules = useArena((state) => state.rules);
  const group = useArena((state) => state.group);
  const outcomes = useMemo(() => allOutcomes(rules), [rules]);
  return useMemo(() => {
    /** Undefined: all of them. */
    const members = group < 0 ? undefined : membersOf(outcomes, group);
    return {
      outcomes,
      count: members?.length ?? outcomes.count,
      indexAt: (place) => members?.[place] ?? place,
      placeOf: (index) => (members === undefined ? index : members.indexOf(index)),
    };
  }, [outcomes, group]);
}
