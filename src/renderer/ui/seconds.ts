/** What the cell takes as the time until something ends. */
const SECONDS_MIN = 0.1;
const SECONDS_MAX = 31_622_400;

/** Why this is no such time; empty: it is. */
export function secondsProblem(text: string): string {
  const seconds = Number(text);
  const isOne = text.trim() !== '' && seconds >= SECONDS_MIN && seconds <= SECONDS_MAX;
  return isOne ? '' : `A number of seconds, from ${SECONDS_MIN} to ${SECONDS_MAX}.`;
}
