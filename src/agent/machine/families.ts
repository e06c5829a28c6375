import { BARRIERS_FAMILY } from './barriers.ts';
import type { Command } from './commands.ts';
import { COMPACTION } from './compaction.ts';
import { COMPARE_AND_WRITE } from './compare-and-write.ts';
import { COUNTERS_FAMILY } from './counters.ts';
import { ELECTIONS_FAMILY } from './elections.ts';
import { type Families, type Family, refused } from './family.ts';
import { LEASES_FAMILY } from './leases.ts';
import { guardRefusal } from './lock-guards.ts';
import { LOCKS_FAMILY } from './locks.ts';
import { ONCE_FAMILY } from './once.ts';
import { PARTICIPANTS } from './participants.ts';
import { PROPOSALS_FAMILY } from './proposals.ts';
import { QUEUES_FAMILY } from './queues.ts';
import { LIMITS_FAMILY } from './raisable-limits.ts';
import type { Result } from './results.ts';
import { SESSIONS_FAMILY } from './sessions.ts';
import { TIMERS_FAMILY } from './timers.ts';
import { TRANSACT } from './transact.ts';
import type { WriteView } from './write-view.ts';
import { WRITES } from './writes.ts';

/** Every kind of command. A new family joins in one line. */
const FAMILIES: Families<Command['kind']> = {
  ...WRITES,
  ...COMPARE_AND_WRITE,
  ...TRANSACT,
  ...COMPACTION,
  ...SESSIONS_FAMILY,
  ...LEASES_FAMILY,
  ...TIMERS_FAMILY,
  ...PARTICIPANTS,
  ...LOCKS_FAMILY,
  ...ELECTIONS_FAMILY,
  ...BARRIERS_FAMILY,
  ...COUNTERS_FAMILY,
  ...LIMITS_FAMILY,
  ...PROPOSALS_FAMILY,
  ...ONCE_FAMILY,
  ...QUEUES_FAMILY,
};

/** The kind of the union and of the table belong together; TypeScript cannot see that by itself. */
function familyOf(command: Command): Family<Command> | undefined {
  return Object.hasOwn(FAMILIES, command.kind) ? (FAMILIES[command.kind] as Family<Command>) : undefined;
}

/** What is wrong with a command in any state, for whoever writes it. Undefined: nothing. */
export function commandViolation(command: Command): string | undefined {
  const family = familyOf(command);
  return family === undefined ? `this version knows no command ${command.kind}` : family.violation(command);
}

/** It may come without a session. */
export function isIdempotent(command: Command): boolean {
  return familyOf(command)?.isIdempotent ?? false;
}

/** Executes a command on a view; nothing is written before the view is committed. */
export function execute(view: WriteView, command: Command): Result {
  const family = familyOf(command);
  const violation = family === undefined ? commandViolation(command) : family.violation(command);
  if (family === undefined || violation !== undefined) return refused('INVALID_ARGUMENT', violation ?? '');
  const result = family.apply(view, command);
  if (result.kind === 'refused') return result;
  return guardRefusal(view, command) ?? result;
}
