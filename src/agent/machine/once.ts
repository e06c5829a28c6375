import { pathOfRecordId, recordIdOf } from './coordination-records.ts';
import { type Families, refused, written } from './family.ts';
import { pathViolation, shown } from './keys.ts';
import {
  type AbandonOnceCommand,
  type ClaimOnceCommand,
  type ForgetOnceCommand,
  ONCE,
  type OnceOutcome,
  type OnceRecord,
  type RecordOnceCommand,
  type ResolveOnceCommand,
} from './once-types.ts';
import { addEntry, entriesOf, SEPARATOR } from './plain-index.ts';
import { ONCE_RESULTS, ONCE_UNSETTLED } from './raw-records.ts';
import type { Refusal, Result, WriteResult } from './results.ts';
import type { Key } from './store.ts';
import { ONCE_INDEX } from './system-records.ts';
import { textViolation } from './texts.ts';
import type { WriteView } from './write-view.ts';
import { valueViolation } from './writes.ts';

/** Work that is claimed, done, and remembered with its result, so that it is done once. */
export const ONCE_FAMILY: Families<'claimOnce' | 'recordOnce' | 'abandonOnce' | 'resolveOnce' | 'forgetOnce'> = {
  claimOnce: {
    violation: ({ path, owner }) => pathViolation(path) ?? textViolation('the owner of a claim', owner),
    apply: claim,
    isIdempotent: false,
  },
  recordOnce: {
    violation: ({ path, token, result }) => pathViolation(path) ?? tokenViolation(token) ?? valueViolation(result),
    apply: record,
    isIdempotent: false,
  },
  abandonOnce: {
    violation: ({ path, token, why }) => pathViolation(path) ?? tokenViolation(token) ?? textViolation('a reason', why),
    apply: abandon,
    isIdempotent: false,
  },
  resolveOnce: { violation: resolveViolation, apply: resolve, isIdempotent: false },
  forgetOnce: { violation: ({ path }) => pathViolation(path), apply: forget, isIdempotent: false },
};

export function tokenViolation(token: number): string | undefined {
  return Number.isSafeInteger(token) && token > 0 ? undefined : 'a token is the number that a claim was given';
}

function resolveViolation({ path, isDone, result, by, why }: ResolveOnceCommand): string | undefined {
  if (by === '') return 'whoever says what became of the work must say who it is';
  if (!isDone && result.length > 0) return 'work that was not done has no result';
  return (
    pathViolation(path) ?? valueViolation(result) ?? textViolation('who resolves', by) ?? textViolation('a reason', why)
  );
}

function claim(view: WriteView, { path, onDeath, owner }: ClaimOnceCommand): Result {
  const known = read(view, path);
  if (known?.state === 'done') return answered(view, path, known, 'done');
  if (known?.state === 'unknown') return answered(view, path, known, 'unknown');
  if (known?.state === 'claimed') return answered(view, path, known, 'busy');
  const claimed: OnceRecord = {
    state: 'claimed',
    // Each claim is a revision of its own, so no token is ever given twice, not even within a slot.
    token: view.revision('system') + 1,
    claims: (known?.claims ?? 0) + 1,
    sessionId: view.sessionId,
    owner,
    onDeath,
    claimedSlot: view.slot,
    claimedMs: view.stampMs,
    resultBytes: 0,
    ...(known?.ended === undefined ? {} : { ended: known.ended }),
  };
  write(view, path, claimed);
  addEntry(view, sessionEntry(view.sessionId, path));
  return answered(view, path, claimed, 'claimed');
}

function record(view: WriteView, { path, token, result }: RecordOnceCommand): Result {
  const claimed = ownClaim(view, path, token);
  if ('kind' in claimed) return claimed;
  const done = setDone(view, path, claimed, result, { kind: 'recorded', by: '', why: '' });
  return answered(view, path, done, 'done');
}

function abandon(view: WriteView, { path, token, why }: AbandonOnceCommand): Result {
  const claimed = ownClaim(view, path, token);
  if ('kind' in claimed) return claimed;
  const open = endClaim(view, path, claimed, 'open', { kind: 'abandoned', by: '', why });
  return answered(view, path, open, 'open');
}

function resolve(view: WriteView, { path, isDone, result, by, why }: ResolveOnceCommand): Result {
  const unknown = read(view, path);
  if (unknown === undefined) return unknownRefusal(path);
  if (unknown.state !== 'unknown') {
    return refused('ONCE_SETTLED', `${shown(path)} is ${unknown.state}: nobody needs to say what became of it`);
  }
  if (isDone) {
    const done = setDone(view, path, unknown, result, { kind: 'resolvedDone', by, why });
    return answered(view, path, done, 'done');
  }
  const open = endClaim(view, path, unknown, 'open', { kind: 'resolvedNotDone', by, why });
  return answered(view, path, open, 'open');
}

function forget(view: WriteView, { path }: ForgetOnceCommand): Result {
  const known = read(view, path);
  if (known === undefined) return unknownRefusal(path);
  if (known.state === 'claimed') {
    const message = `${shown(path)} is being done by ${holderOf(known)}: it can be forgotten when that has ended`;
    return refused('ONCE_CLAIMED', message, { holder: known.sessionId, heldSinceMs: known.claimedMs });
  }
  view.delete('system', ONCE.keyOf(recordIdOf(path)));
  view.delete('system', ONCE_RESULTS(recordIdOf(path)));
  view.delete('system', ONCE_UNSETTLED(recordIdOf(path)));
  const { token, claims, sessionId: holder, owner } = known;
  return written(view, { outcome: { kind: 'once', state: 'forgotten', token, claims, holder, owner } });
}

function read(view: WriteView, path: Key): OnceRecord | undefined {
  return ONCE.read(view, recordIdOf(path));
}

function write(view: WriteView, path: Key, once: OnceRecord): void {
  const id = recordIdOf(path);
  view.put('system', ONCE.keyOf(id), ONCE.encode(once));
  if (once.state === 'done') view.delete('system', ONCE_UNSETTLED(id));
  else if (view.get('system', ONCE_UNSETTLED(id)) === undefined) view.put('system', ONCE_UNSETTLED(id), NOTHING);
}

const NOTHING = new Uint8Array(0);

type Cause = Pick<NonNullable<OnceRecord['ended']>, 'kind' | 'by' | 'why'>;

function endClaim(view: WriteView, path: Key, once: OnceRecord, state: OnceRecord['state'], cause: Cause): OnceRecord {
  const after: OnceRecord = { ...once, state, ended: { ...cause, slot: view.slot, atMs: view.stampMs } };
  write(view, path, after);
  view.deletePlain(sessionEntry(once.sessionId, path));
  return after;
}

function setDone(view: WriteView, path: Key, once: OnceRecord, result: Uint8Array, cause: Cause): OnceRecord {
  view.put('system', ONCE_RESULTS(recordIdOf(path)), result);
  return endClaim(view, path, { ...once, resultBytes: result.length }, 'done', cause);
}

/** Only the claim that still lasts says how the work ended: one that was taken over must not speak for its successor. */
function ownClaim(view: WriteView, path: Key, token: number): OnceRecord | Refusal {
  const known = read(view, path);
  if (known === undefined) return unknownRefusal(path);
  if (known.state === 'claimed' && known.token === token && known.sessionId === view.sessionId) return known;
  const now =
    known.state === 'claimed'
      ? `${holderOf(known)} does it with token ${known.token}`
      : `it is ${known.state}, and its last token was ${known.token}`;
  const message = `session ${view.sessionId} has no claim with token ${token} on ${shown(path)}: ${now}`;
  return refused('TOKEN_STALE', message, known.state === 'claimed' ? { holder: known.sessionId } : {});
}

function holderOf({ owner, sessionId }: OnceRecord): string {
  return owner === '' ? `session ${sessionId}` : `${owner} (session ${sessionId})`;
}

function unknownRefusal(path: Key): Refusal {
  return refused('ONCE_UNKNOWN', `nobody has claimed ${shown(path)}, or it was forgotten`);
}

export function endOnceOfSession(view: WriteView, sessionId: string): number {
  for (const entry of entriesOf(view, `${ONCE_INDEX}${sessionId}/`)) {
    const path = pathOfRecordId(entry.slice(0, -SEPARATOR.length));
    const claimed = read(view, path)!;
    const isAsked = claimed.onDeath === 'ask';
    const why = isAsked ? 'a person has to say whether the work was done' : 'it can be claimed anew';
    endClaim(view, path, claimed, isAsked ? 'unknown' : 'open', { kind: 'sessionEnded', by: '', why });
  }
  return 0;
}

function sessionEntry(sessionId: string, path: Key): Key {
  return `${ONCE_INDEX}${sessionId}${path}${SEPARATOR}`;
}

function answered(view: WriteView, path: Key, once: OnceRecord, state: OnceOutcome['state']): WriteResult {
  const { token, claims, sessionId: holder, owner } = once;
  const outcome: OnceOutcome = { kind: 'once', state, token, claims, holder, owner };
  const isResult = state === 'done';
  const current = isResult ? view.get('system', ONCE_RESULTS(recordIdOf(path))) : undefined;
  return written(view, { succeeded: state !== 'busy' && state !== 'unknown', current, outcome });
}
