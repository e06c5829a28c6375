import { create } from 'zustand';

/** One slot may be followed: it is marked wherever it shows up, in every panel. 0: none. */
export const useFollowedSlot = create<{ readonly slot: number }>(() => ({ slot: 0 }));

export function followSlot(slot: number): void {
  useFollowedSlot.setState({ slot });
}
