import type { ElectionView } from '../../../contract/index.ts';

/** A tenure as it was seen while somebody looked. */
export interface SeenTenure {
  /** Its number: the slot in which it began. */
  readonly tenure: number;
  readonly sessionId: string;
  readonly owner: string;
  /** What was proclaimed last; undefined: it had ended before anybody looked. */
  readonly value: string | undefined;
  /** 0: before anybody looked. */
  readonly sinceMs: number;
  readonly ended: TenureEnd | undefined;
}

export type TenureEnd =
  | { readonly kind: 'resigned' | 'sessionEnded'; readonly slot: number; readonly atMs: number }
  /** Another one follows it, and how it ended was told of no longer when somebody looked. */
  | { readonly kind: 'unseen' };

/** Of each election the page remembers so many. */
export const TENURES_KEPT = 500;

/** What is known of the tenures of an election, newest first, after it was told of once more. */
export function withTenures(seen: readonly SeenTenure[], election: ElectionView): readonly SeenTenure[] {
  const { state, tenure, sessionId, owner, value, sinceMs, ended } = election;
  const known = new Map(seen.map((one) => [one.tenure, one]));
  if (state === 'held') known.set(tenure, { tenure, sessionId, owner, value, sinceMs, ended: undefined });
  if (ended !== null) {
    const before: SeenTenure = known.get(ended.tenure) ?? {
      ...{ tenure: ended.tenure, sessionId: ended.sessionId, owner: '', value: undefined, sinceMs: 0 },
      ended: undefined,
    };
    known.set(ended.tenure, { ...before, ended: { kind: ended.kind, slot: ended.slot, atMs: ended.atMs } });
  }
  const lasting = state === 'held' ? tenure : 0;
  return [...known.values()]
    .map(
      (one): SeenTenure =>
        one.ended === undefined && one.tenure !== lasting ? { ...one, ended: { kind: 'unseen' } } : one,
    )
    .sort((a, b) => b.tenure - a.tenure)
    .slice(0, TENURES_KEPT);
}
