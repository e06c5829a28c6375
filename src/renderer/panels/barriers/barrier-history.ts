import type { BarrierView } from '../../../contract/index.ts';

/** How a generation ended, as it was seen while somebody looked. */
export type BarrierEnding =
  | ({ readonly state: 'released' } & NonNullable<BarrierView['released']>)
  | ({ readonly state: 'broken' } & NonNullable<BarrierView['broken']>);

/** Of each barrier the page remembers so many. */
export const ENDINGS_KEPT = 500;

/** What is known of how its generations ended, newest first, after the barrier was told of once more. */
export function withEndings(
  seen: readonly BarrierEnding[],
  { released, broken }: Pick<BarrierView, 'released' | 'broken'>,
): readonly BarrierEnding[] {
  const known = new Map(seen.map((ending) => [`${ending.state} ${ending.slot}`, ending]));
  if (released !== null) known.set(`released ${released.slot}`, { state: 'released', ...released });
  if (broken !== null) known.set(`broken ${broken.slot}`, { state: 'broken', ...broken });
  return [...known.values()].sort((a, b) => b.slot - a.slot).slice(0, ENDINGS_KEPT);
}
