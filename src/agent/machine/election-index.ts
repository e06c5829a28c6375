import { CANDIDACIES, type CandidacyRecord } from './coordination-records.ts';
import { MachineInvariantError } from './invariant.ts';
import { addEntry, entriesOf, padded, SEPARATOR } from './plain-index.ts';
import type { Key } from './store.ts';
import { ELECTION_INDEX } from './system-records.ts';
import type { WriteView } from './write-view.ts';

/** Who is next in line, and what belongs to a session. */

const LINES = `${ELECTION_INDEX}line`;
const SESSIONS = `${ELECTION_INDEX}session/`;

/** Of a candidacy that waits. */
export function addCandidacy(view: WriteView, candidacy: CandidacyRecord): void {
  addEntry(view, lineKey(candidacy));
  addEntry(view, sessionKey(candidacy));
}

export function leaveLine(view: WriteView, candidacy: CandidacyRecord): void {
  view.deletePlain(lineKey(candidacy));
}

export function removeCandidacy(view: WriteView, candidacy: CandidacyRecord): void {
  leaveLine(view, candidacy);
  view.deletePlain(sessionKey(candidacy));
}

export function firstInLine(view: WriteView, path: Key): CandidacyRecord | undefined {
  const [first] = entriesOf(view, LINES + path + SEPARATOR, 1);
  return first === undefined ? undefined : candidacyAt(view, Number(first));
}

/** From 1. */
export function placeInLine(view: WriteView, { path, candidacy }: CandidacyRecord): number {
  return entriesOf(view, LINES + path + SEPARATOR).indexOf(padded(candidacy)) + 1;
}

/** A session has one candidacy in an election. */
export function candidacyIn(view: WriteView, sessionId: string, path: Key): CandidacyRecord | undefined {
  const [only] = entriesOf(view, `${SESSIONS}${sessionId}${path}${SEPARATOR}`, 1);
  return only === undefined ? undefined : candidacyAt(view, Number(only));
}

export function candidaciesOfSession(view: WriteView, sessionId: string): CandidacyRecord[] {
  return entriesOf(view, `${SESSIONS}${sessionId}/`).map((entry) =>
    candidacyAt(view, Number(entry.slice(entry.lastIndexOf(SEPARATOR) + 1))),
  );
}

function candidacyAt(view: WriteView, number: number): CandidacyRecord {
  const candidacy = CANDIDACIES.read(view, String(number));
  if (candidacy === undefined) throw new MachineInvariantError(`the candidacy ${number} is indexed and not there`);
  return candidacy;
}

function lineKey({ path, candidacy }: CandidacyRecord): Key {
  return `${LINES}${path}${SEPARATOR}${padded(candidacy)}`;
}

function sessionKey({ sessionId, path, candidacy }: CandidacyRecord): Key {
  return `${SESSIONS}${sessionId}${path}${SEPARATOR}${padded(candidacy)}`;
}
