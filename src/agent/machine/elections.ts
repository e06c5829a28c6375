import type { CampaignCommand, ProclaimCommand, ResignCommand } from './coordination-commands.ts';
import {
  CANDIDACIES,
  type CandidacyRecord,
  ELECTIONS,
  type ElectionRecord,
  recordIdOf,
} from './coordination-records.ts';
import type { ElectionOutcome } from './coordination-results.ts';
import {
  addCandidacy,
  candidaciesOfSession,
  candidacyIn,
  firstInLine,
  leaveLine,
  placeInLine,
  removeCandidacy,
} from './election-index.ts';
import { type Families, refused, written } from './family.ts';
import { pathViolation, shown } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { Result, WriteResult } from './results.ts';
import { type Retired, retire, revive } from './retired-records.ts';
import type { Key } from './store.ts';
import { ELECTION_INDEX } from './system-records.ts';
import { textViolation } from './texts.ts';
import { electionTimer, startTimer, stopTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/** One tenure at a time (invariant 14); whoever is next in line follows, and nobody else. */
export const ELECTIONS_FAMILY: Families<'campaign' | 'proclaim' | 'resign'> = {
  campaign: {
    violation: ({ path, value, owner }) =>
      pathViolation(path) ?? valueViolation(value) ?? textViolation('the owner of a candidacy', owner),
    apply: campaign,
    isIdempotent: false,
  },
  proclaim: {
    violation: ({ path, value, tenure }) =>
      pathViolation(path) ??
      valueViolation(value) ??
      (Number.isSafeInteger(tenure) && tenure >= 0 ? undefined : 'a tenure is a whole number'),
    apply: proclaim,
    isIdempotent: false,
  },
  resign: { violation: ({ path }) => pathViolation(path), apply: resign, isIdempotent: false },
};

const NEVER_HELD: ElectionRecord = {
  state: 'vacant',
  tenure: 0,
  sessionId: '',
  candidacy: 0,
  owner: '',
  value: '',
  sinceMs: 0,
  waiting: 0,
  vacatedRevision: 0,
};

const VACANT: Retired = {
  index: `${ELECTION_INDEX}vacant/`,
  isNeeded: (view, path) => read(view, path).tenure === view.slot,
  forget: (view, path) => view.delete('system', ELECTIONS.keyOf(recordIdOf(path))),
};

function valueViolation(value: string): string | undefined {
  if (!value.isWellFormed()) return 'the value of a candidate is not valid text';
  const bytes = new TextEncoder().encode(value).length;
  if (bytes <= LIMITS.valueBytesMax) return undefined;
  return `the value of a candidate has at most ${LIMITS.valueBytesMax} bytes, this one has ${bytes}`;
}

function read(view: WriteView, path: Key): ElectionRecord {
  return ELECTIONS.read(view, recordIdOf(path)) ?? NEVER_HELD;
}

function write(view: WriteView, path: Key, election: ElectionRecord): void {
  const before = read(view, path).vacatedRevision;
  const isUnused = election.state === 'vacant' && election.waiting === 0;
  const vacatedRevision = isUnused ? view.revision('system') + 1 : 0;
  view.put('system', ELECTIONS.keyOf(recordIdOf(path)), ELECTIONS.encode({ ...election, vacatedRevision }));
  if (isUnused && before === 0) retire(view, VACANT, vacatedRevision, path);
  else if (!isUnused && before > 0) revive(view, VACANT, before, path);
}

function writeCandidacy(view: WriteView, candidacy: CandidacyRecord): void {
  view.put('system', CANDIDACIES.keyOf(String(candidacy.candidacy)), CANDIDACIES.encode(candidacy));
}

function campaign(view: WriteView, { path, value, owner }: CampaignCommand): Result {
  const known = candidacyIn(view, view.sessionId, path);
  if (known !== undefined) return changeValue(view, known, value);
  const candidacy: CandidacyRecord = {
    candidacy: view.revision('system') + 1,
    sessionId: view.sessionId,
    owner,
    path,
    state: 'waiting',
    tenure: 0,
    value,
    queuedSlot: view.slot,
    queuedMs: view.stampMs,
  };
  addCandidacy(view, candidacy);
  writeCandidacy(view, candidacy);
  const election = read(view, path);
  write(view, path, { ...election, waiting: election.waiting + 1 });
  fill(view, path);
  return answered(view, path);
}

function changeValue(view: WriteView, candidacy: CandidacyRecord, value: string): WriteResult {
  writeCandidacy(view, { ...candidacy, value });
  const election = read(view, candidacy.path);
  if (candidacy.state === 'elected') write(view, candidacy.path, { ...election, value });
  return answered(view, candidacy.path);
}

function proclaim(view: WriteView, { path, value, tenure }: ProclaimCommand): Result {
  const election = read(view, path);
  const mine = `session ${view.sessionId} does not hold the election ${shown(path)}`;
  if (election.state === 'vacant') return refused('NOT_ELECTED', `${mine}; nobody does`);
  if (election.sessionId !== view.sessionId) {
    const holder = election.owner === '' ? election.sessionId : `${election.owner} (session ${election.sessionId})`;
    const details = { holder: election.sessionId, heldSinceMs: election.sinceMs };
    return refused('NOT_ELECTED', `${mine}; ${holder} does, in tenure ${election.tenure}`, details);
  }
  if (tenure !== 0 && tenure !== election.tenure) {
    return refused('NOT_ELECTED', `tenure ${tenure} of ${shown(path)} has ended; this is tenure ${election.tenure}`);
  }
  return changeValue(view, candidacyIn(view, view.sessionId, path)!, value);
}

function resign(view: WriteView, { path }: ResignCommand): Result {
  const candidacy = candidacyIn(view, view.sessionId, path);
  if (candidacy === undefined) {
    const message = `session ${view.sessionId} is no candidate in the election ${shown(path)}`;
    return refused('NOT_ELECTED', message);
  }
  withdraw(view, candidacy, 'resigned');
  fill(view, path);
  const wasElected = candidacy.state === 'elected';
  const outcome: ElectionOutcome = {
    kind: 'election',
    state: wasElected ? 'resigned' : 'withdrawn',
    candidacy: candidacy.candidacy,
    tenure: candidacy.tenure,
    position: 0,
  };
  return written(view, { outcome });
}

export function endCandidaciesOfSession(view: WriteView, sessionId: string): number {
  const candidacies = candidaciesOfSession(view, sessionId);
  for (const candidacy of candidacies) withdraw(view, candidacy, 'sessionEnded');
  for (const { path } of candidacies) fill(view, path);
  return 0;
}

/** Takes a candidacy away; its tenure, if it has one, ends. */
function withdraw(view: WriteView, candidacy: CandidacyRecord, kind: 'resigned' | 'sessionEnded'): void {
  const { path, sessionId, tenure } = candidacy;
  const election = read(view, path);
  removeCandidacy(view, candidacy);
  view.delete('system', CANDIDACIES.keyOf(String(candidacy.candidacy)));
  if (candidacy.state === 'waiting') {
    write(view, path, { ...election, waiting: election.waiting - 1 });
    return;
  }
  const ended = { kind, sessionId, tenure, slot: view.slot, atMs: view.stampMs };
  write(view, path, { ...NEVER_HELD, tenure, waiting: election.waiting, ended });
}

/** Gives a vacant election to whoever is next in line; a tenure is numbered by its slot, so one begins per slot. */
function fill(view: WriteView, path: Key): void {
  const election = read(view, path);
  if (election.state === 'held') return;
  const next = firstInLine(view, path);
  if (next === undefined) return;
  if (election.tenure === view.slot) {
    startTimer(view, electionTimer(path), 1);
    return;
  }
  leaveLine(view, next);
  writeCandidacy(view, { ...next, state: 'elected', tenure: view.slot });
  const { sessionId, candidacy, owner, value } = next;
  const tenure = { tenure: view.slot, sessionId, candidacy, owner, value, sinceMs: view.stampMs };
  write(view, path, { ...election, state: 'held', ...tenure, waiting: election.waiting - 1 });
}

/** The slot after the one in which a tenure both began and ended. */
export function fillInNextSlot(view: WriteView, id: string): number {
  const path = `/${id}`;
  stopTimer(view, electionTimer(path));
  fill(view, path);
  return 0;
}

function answered(view: WriteView, path: Key): WriteResult {
  const candidacy = candidacyIn(view, view.sessionId, path)!;
  const isElected = candidacy.state === 'elected';
  const outcome: ElectionOutcome = {
    kind: 'election',
    state: isElected ? 'elected' : 'waiting',
    candidacy: candidacy.candidacy,
    tenure: candidacy.tenure,
    position: isElected ? 0 : placeInLine(view, candidacy),
  };
  return written(view, { outcome });
}
