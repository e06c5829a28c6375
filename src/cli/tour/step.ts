import type { Narrator } from './narrator.ts';
import type { TourCell } from './tour-cell.ts';

/** One step of the tour: what is shown is what the cell has just done. */
export interface Step {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  /** Resolves to what a program is told of it. */
  readonly run: (cell: TourCell, tell: Narrator) => Promise<object>;
}

/** For people, in milliseconds. */
export function sinceMs(startMs: number): number {
  return Math.round(performance.now() - startMs);
}
