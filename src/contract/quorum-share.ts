/** The quorum of a proposal is told as a share, and counted in whole parts of ten thousand. */
export const WHOLE_QUORUM = 10_000;

/** Products of decimal fractions may lie a little below the whole number that they stand for. */
const ROUNDING = 1e-6;

/**
 * Rounded down, because votes are rounded up: of three voters, two thirds are two, not three. Of fewer than ten thousand
 * voters that loses none.
 *
 * @param share above 0 and at most 1; the smallest that can be said is one of ten thousand
 */
export function perTenThousand(share: number): number {
  return Math.max(1, Math.floor(share * WHOLE_QUORUM + ROUNDING));
}

/** How many of so many votes it needs. */
export function requiredVotes(share: number, voters: number): number {
  return Math.ceil((perTenThousand(share) * voters) / WHOLE_QUORUM);
}
