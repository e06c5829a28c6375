import type { BallotView } from '../../contract/index.ts';
import { useAgentName } from '../cell/cell-store.ts';

/** Distinguishable for all common kinds of colour blindness (Okabe and Ito, 2008), darkened or lightened by theme. */
const HUES = [
  ['#0063a3', '#56b4e9'],
  ['#9a5b00', '#f0a830'],
  ['#00684d', '#2fcfa2'],
  ['#9c2f6f', '#e08fbd'],
  ['#a33b00', '#ff8a4c'],
  ['#5f5a00', '#e8dc4a'],
  ['#4a4fb0', '#a7acff'],
  ['#5a5f66', '#b9bfc7'],
] as const;

/** The same ballot has the same colour in every panel and window: it follows from the ballot alone. */
export function ballotColor({ round, agentId }: BallotView, theme: 'light' | 'dark'): string {
  let hash = 0;
  for (let at = 0; at < agentId.length; at += 1) hash = (hash * 31 + agentId.charCodeAt(at)) >>> 0;
  // Rounds follow each other, and the next one never has the same colour: its place is 1 to 5 further, of 8.
  const hue = HUES[(round * 3 + (hash % 3)) % HUES.length]!;
  return hue[theme === 'light' ? 0 : 1];
}

/** `4·amber`: round and short name, with a mark in the colour of the ballot. */
export function Ballot({ ballot }: { readonly ballot: BallotView | null }) {
  const name = useAgentName(ballot?.agentId ?? '');
  if (ballot === null || ballot.round === 0) return <span className="text-faint">none</span>;
  return (
    <span
      className="inline-flex items-center gap-1 font-mono whitespace-nowrap"
      title={`ballot (${ballot.round}, ${ballot.agentId})`}
    >
      <span
        aria-hidden
        className="inline-block size-2 rounded-[2px]"
        style={{ background: `light-dark(${ballotColor(ballot, 'light')}, ${ballotColor(ballot, 'dark')})` }}
      />
      {ballot.round}·{name}
    </span>
  );
}
