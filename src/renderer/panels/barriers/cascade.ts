import type { BarrierView } from '../../../contract/index.ts';

/** One barrier of a cascade: the release of each arms the next. */
export interface CascadeStep {
  readonly path: string;
  /** Undefined: it is named as the next one, and there is none of that path. */
  readonly barrier: BarrierView | undefined;
  readonly isThis: boolean;
}

export interface Cascade {
  /** Those that arm the first step; more than one, or none, unless it is a plain chain. */
  readonly armedBy: readonly string[];
  readonly steps: readonly CascadeStep[];
  /** The last arms this one again; empty: it ends there. */
  readonly backTo: string;
}

/**
 * The chain that a barrier belongs to: back as long as exactly one barrier arms the one before, and on to where it ends or
 * comes back to itself.
 */
export function cascadeOf(path: string, barriers: readonly BarrierView[]): Cascade {
  const byPath = new Map(barriers.map((barrier) => [barrier.path, barrier]));
  const armers = new Map<string, string[]>();
  for (const barrier of barriers) {
    if (barrier.next !== '') armers.set(barrier.next, [...(armers.get(barrier.next) ?? []), barrier.path]);
  }
  const armersOf = (armed: string): readonly string[] => armers.get(armed) ?? [];
  let first = path;
  for (const passed = new Set([path]); ; passed.add(first)) {
    const [armer, ...others] = armersOf(first);
    if (armer === undefined || others.length > 0 || passed.has(armer)) break;
    first = armer;
  }
  const steps: CascadeStep[] = [];
  const passed = new Set<string>();
  let at = first;
  while (at !== '' && !passed.has(at)) {
    passed.add(at);
    const barrier = byPath.get(at);
    steps.push({ path: at, barrier, isThis: at === path });
    at = barrier?.next ?? '';
  }
  return { armedBy: armersOf(first).filter((armer) => !passed.has(armer)), steps, backTo: at };
}
