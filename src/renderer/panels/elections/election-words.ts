import type { Candidacy, ElectionView } from '../../../contract/index.ts';

/** What a session is in an election. */
export type Standing =
  | { readonly kind: 'none' }
  | { readonly kind: 'waiting'; readonly position: number; readonly value: string }
  | { readonly kind: 'elected'; readonly value: string };

export function standingOf({ state, sessionId: winner, value, queue }: ElectionView, sessionId: string): Standing {
  if (state === 'held' && winner === sessionId) return { kind: 'elected', value };
  const at = queue.findIndex((candidate) => candidate.sessionId === sessionId);
  return at < 0 ? { kind: 'none' } : { kind: 'waiting', position: at + 1, value: queue[at]!.value };
}

/** In one sentence, before what can be done about it. */
export function standingText(standing: Standing, name: string): string {
  switch (standing.kind) {
    case 'none':
      return `${name} is not a candidate here.`;
    case 'waiting':
      return `${name} waits in line, at place ${standing.position}.`;
    case 'elected':
      return `${name} is elected; this tenure lasts until it resigns or its session ends.`;
  }
}

/** `resigned`, `its session ended`. */
export function endText(kind: 'resigned' | 'sessionEnded' | 'unseen'): string {
  return { resigned: 'resigned', sessionEnded: 'its session ended', unseen: 'ended unseen' }[kind];
}

/** What a call came to, for the line at the bottom. */
export function candidacyText({ state, tenure, position }: Candidacy): string {
  switch (state) {
    case 'elected':
      return `elected, tenure ${tenure}`;
    case 'waiting':
      return `in line, at place ${position}`;
    case 'resigned':
      return `tenure ${tenure} has ended`;
    case 'withdrawn':
      return 'it has left the line';
    case 'gone':
      return 'it is no candidate any more';
  }
}

/** By path, winner, candidate or value, whatever contains the text. */
export function filterElections(elections: readonly ElectionView[], text: string): readonly ElectionView[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return elections;
  return elections.filter(({ path, owner, value, sessionId, queue }) =>
    [path, owner, value, sessionId, ...queue.flatMap((one) => [one.owner, one.sessionId])].some((field) =>
      field.toLowerCase().includes(wanted),
    ),
  );
}

export function countsText(elections: readonly ElectionView[], shown: number): string {
  const held = elections.filter(({ state }) => state === 'held').length;
  const counted = `${elections.length} ${elections.length === 1 ? 'election' : 'elections'}, ${held} with a winner`;
  return shown === elections.length ? counted : `${counted} · ${shown} match`;
}
