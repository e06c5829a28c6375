import { useMemo, useState } from 'react';
import type { ListedCall } from './call-list.ts';

export interface HeldCalls {
  readonly shown: readonly ListedCall[];
  /** Calls that are left out because the list is held. */
  readonly left: readonly ListedCall[];
  readonly hold: () => void;
  readonly letGo: () => void;
}

/**
 * While it is held the list keeps its order and takes in no new call, so that nothing moves away from under the pointer;
 * what becomes of the calls in it is still told.
 */
export function useHeldCalls(calls: readonly ListedCall[]): HeldCalls {
  const [held, setHeld] = useState<readonly ListedCall[] | undefined>(undefined);
  const { shown, left } = useMemo(() => heldApart(held, calls), [held, calls]);
  return { shown, left, hold: () => setHeld((before) => before ?? calls), letGo: () => setHeld(undefined) };
}

export function heldApart(
  held: readonly ListedCall[] | undefined,
  calls: readonly ListedCall[],
): Pick<HeldCalls, 'shown' | 'left'> {
  if (held === undefined) return { shown: calls, left: [] };
  const now = new Map(calls.map((call) => [call.id, call]));
  const known = new Set(held.map(({ id }) => id));
  return {
    shown: held.map((call) => now.get(call.id) ?? call),
    left: calls.filter(({ id }) => !known.has(id)),
  };
}
