import type { CreateBarrierCommand } from './coordination-commands.ts';
import { idViolation, pathViolation } from './keys.ts';
import { textViolation } from './texts.ts';
import { ttlViolation } from './timer-records.ts';

/** What a barrier may be, in any state of the cell. */
export function createViolation(command: CreateBarrierCommand): string | undefined {
  const { path, members, timeoutMs, next, owner } = command;
  return (
    pathViolation(path) ??
    thresholdViolation(command) ??
    membersViolation(members) ??
    (timeoutMs === 0 ? undefined : ttlViolation(timeoutMs)) ??
    (next === '' ? undefined : pathViolation(next)) ??
    (next === path ? 'a barrier cannot arm itself' : undefined) ??
    textViolation('the owner of a barrier', owner)
  );
}

/** A barrier that needs nobody would be no barrier. */
function thresholdViolation({ threshold, members, isOpen }: CreateBarrierCommand): string | undefined {
  if (threshold.kind === 'count') {
    if (Number.isSafeInteger(threshold.count) && threshold.count >= 1) return undefined;
    return 'a barrier waits for at least one: its count is a whole number, 1 or more';
  }
  if (isOpen) return 'a barrier that is open to everybody needs a count: how many would all of everybody be?';
  if (threshold.kind === 'percent') {
    const { percent } = threshold;
    if (!Number.isSafeInteger(percent) || percent < 1 || percent > 100)
      return 'a percentage is a whole number from 1 to 100';
  }
  return members.length > 0 ? undefined : 'a barrier waits for at least one: name the sessions that take part';
}

export function membersViolation(sessionIds: readonly string[]): string | undefined {
  const named = new Set<string>();
  for (const id of sessionIds) {
    const wrong = idViolation('a session id', id);
    if (wrong !== undefined) return wrong;
    if (named.has(id)) return `session ${id} is named twice`;
    named.add(id);
  }
  return undefined;
}
