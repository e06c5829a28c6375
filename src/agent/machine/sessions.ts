import { endMembershipsOfSession } from './barrier-endings.ts';
import type { Command } from './commands.ts';
import { endCandidaciesOfSession } from './elections.ts';
import { type Families, refused, written } from './family.ts';
import { idViolation, prefixEnd } from './keys.ts';
import { endLocksOfSession } from './lock-endings.ts';
import { endOnceOfSession } from './once.ts';
import { endEntriesOfSession } from './queue-endings.ts';
import type { Result } from './results.ts';
import { repliesFolder, SESSIONS } from './system-records.ts';
import { textViolation } from './texts.ts';
import { sessionTimer, startTimer, stopTimer, ttlViolation } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

type OpenSession = Extract<Command, { readonly kind: 'openSession' }>;

export const SESSIONS_FAMILY: Families<'openSession' | 'endSession'> = {
  openSession: {
    violation: ({ sessionId, ttlMs, owner }) =>
      idViolation('a session id', sessionId) ?? ttlViolation(ttlMs) ?? textViolation('the owner of a session', owner),
    apply: openSession,
    isIdempotent: true,
  },
  endSession: {
    violation: ({ sessionId }) => idViolation('a session id', sessionId),
    apply(view, { sessionId }) {
      if (view.get('system', SESSIONS.keyOf(sessionId)) === undefined) return written(view, { succeeded: false });
      return written(view, { deleted: endSession(view, sessionId) });
    },
    isIdempotent: true,
  },
};

/**
 * What else ends with a session: each returns how many keys of the user keyspace it deleted. A family whose records
 * belong to sessions adds its line here.
 */
const ENDINGS: readonly ((view: WriteView, sessionId: string) => number)[] = [
  forgetReplies,
  endLocksOfSession,
  endCandidaciesOfSession,
  endMembershipsOfSession,
  endOnceOfSession,
  endEntriesOfSession,
];

function openSession(view: WriteView, { sessionId, ttlMs, owner }: OpenSession): Result {
  const key = SESSIONS.keyOf(sessionId);
  const existing = SESSIONS.read(view, sessionId);
  if (existing !== undefined) {
    if (existing.ttlMs === ttlMs && existing.owner === owner) return written(view);
    return refused('SESSION_EXISTS', `session ${sessionId} is already open, for ${existing.owner}`);
  }
  // A late repeat of the opening must not revive the session: its requests, repeated too, would take effect twice.
  if (view.lastChange('system', key) !== undefined) {
    return refused('SESSION_EXISTS', `session ${sessionId} has ended: open one under another id`);
  }
  view.put('system', key, SESSIONS.encode({ owner, ttlMs, openedSlot: view.slot, openedMs: view.stampMs }));
  startTimer(view, sessionTimer(sessionId), ttlMs);
  return written(view);
}

export function endSession(view: WriteView, sessionId: string): number {
  let deleted = 0;
  for (const end of ENDINGS) deleted += end(view, sessionId);
  view.delete('system', SESSIONS.keyOf(sessionId));
  stopTimer(view, sessionTimer(sessionId));
  view.noteSessionEnded(sessionId);
  return deleted;
}

function forgetReplies(view: WriteView, sessionId: string): number {
  const folder = repliesFolder(sessionId);
  for (const key of view.plainKeys(folder, prefixEnd(folder))) view.deletePlain(key);
  return 0;
}
