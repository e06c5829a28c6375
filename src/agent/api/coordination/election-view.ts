import type { Election } from '../../../gen/synod/v1/elections.ts';
import {
  CANDIDACIES,
  type CandidacyRecord,
  ELECTIONS,
  type ElectionRecord,
  pathOfRecordId,
  recordIdOf,
} from '../../machine/coordination-records.ts';
import type { Key } from '../../machine/store.ts';
import type { Reader } from '../../machine/system-records.ts';
import { keyBytes } from '../wire.ts';

export interface ElectionView {
  readonly path: Key;
  readonly record: ElectionRecord;
  /** First in line first. */
  readonly queue: readonly CandidacyRecord[];
}

const NEVER_HELD: ElectionRecord = {
  ...{ state: 'vacant', tenure: 0, sessionId: '', candidacy: 0, owner: '', value: '' },
  ...{ sinceMs: 0, waiting: 0, vacatedRevision: 0 },
};

/** All elections whose path begins with `prefix`, by path. */
export function electionViews(state: Reader, prefix: string, withVacant: boolean): ElectionView[] {
  const waiting = waitingIn(state);
  return ELECTIONS.list(state)
    .map(({ id, value }) => ({ path: pathOfRecordId(id), record: value }))
    .filter(({ path, record }) => path.startsWith(prefix) && (withVacant || record.vacatedRevision === 0))
    .map(({ path, record }) => ({ path, record, queue: waiting.get(path) ?? [] }));
}

export function electionView(state: Reader, path: Key): ElectionView {
  const record = ELECTIONS.read(state, recordIdOf(path)) ?? NEVER_HELD;
  return { path, record, queue: record.waiting === 0 ? [] : (waitingIn(state).get(path) ?? []) };
}

function waitingIn(state: Reader): Map<Key, CandidacyRecord[]> {
  const byElection = new Map<Key, CandidacyRecord[]>();
  const waiting = CANDIDACIES.list(state).filter(({ value }) => value.state === 'waiting');
  for (const { value } of waiting.sort((a, b) => a.value.candidacy - b.value.candidacy)) {
    const known = byElection.get(value.path);
    if (known === undefined) byElection.set(value.path, [value]);
    else known.push(value);
  }
  return byElection;
}

export function electionMessage({ path, record, queue }: ElectionView): Election {
  const { state, tenure, sessionId, candidacy, owner, value, sinceMs, ended } = record;
  return {
    path: keyBytes(path),
    ...{ state, tenure, sessionId, candidacy, owner, value, sinceMs, ended },
    queue: queue.map((candidate) => ({
      candidacy: candidate.candidacy,
      sessionId: candidate.sessionId,
      owner: candidate.owner,
      value: candidate.value,
      queuedMs: candidate.queuedMs,
    })),
  };
}
