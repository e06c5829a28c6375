import { refused } from './family.ts';
import { pathViolation, shown } from './keys.ts';
import { LIMITS } from './limits.ts';
import type { EnqueueCommand, NewEntry } from './queue-types.ts';
import type { Refusal } from './results.ts';
import { textViolation } from './texts.ts';
import { ttlViolation } from './timer-records.ts';
import { valueViolation } from './writes.ts';

/** What may be enqueued. */
export function enqueueViolation({ path, entries, owner }: EnqueueCommand): string | undefined {
  if (entries.length === 0) return 'there is no entry to enqueue';
  if (entries.length > LIMITS.operationsMax) return `at most ${LIMITS.operationsMax} entries are enqueued in one step`;
  for (const entry of entries) {
    const wrong = entryViolation(entry, entries.length);
    if (wrong !== undefined) return wrong;
  }
  return pathViolation(path) ?? textViolation('the owner of an entry', owner);
}

function entryViolation(entry: NewEntry, batch: number): string | undefined {
  const { payload, after, afterInBatch, assignee, maxAttempts, backoffMs, backoffMaxMs } = entry;
  const count = after.length + afterInBatch.length;
  if (count > LIMITS.dependenciesMax)
    return `an entry depends on at most ${LIMITS.dependenciesMax} others, not ${count}`;
  if (!after.every((seq) => Number.isSafeInteger(seq) && seq >= 1)) {
    return 'an entry is named by the number it was given';
  }
  if (!afterInBatch.every((place) => Number.isSafeInteger(place) && place >= 0 && place < batch)) {
    return `a place in a command with ${batch} entries is a whole number from 0 to ${batch - 1}`;
  }
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 0) {
    return 'the number of attempts is a whole number; 0: any number';
  }
  return (
    valueViolation(payload) ??
    textViolation('an assignee', assignee) ??
    (backoffMs === 0 ? undefined : ttlViolation(backoffMs)) ??
    (backoffMaxMs === 0 ? undefined : ttlViolation(backoffMaxMs))
  );
}

/** Entries that wait for each other would wait for ever. Only those of one command can: all others are there already. */
export function cycleRefusal(entries: readonly NewEntry[]): Refusal | undefined {
  const done = new Set<number>();
  for (const start of entries.keys()) {
    const cycle = cycleFrom(entries, start, done);
    if (cycle === undefined) continue;
    const places = cycle.join(' after ');
    return refused('CIRCULAR_DEPENDENCY', `the entries of this command wait for each other: ${places}`);
  }
  return undefined;
}

/** Goes down from `start`; what was left without finding a cycle is in `done`. */
function cycleFrom(entries: readonly NewEntry[], start: number, done: Set<number>): number[] | undefined {
  const path: number[] = [];
  const rest = [[start]];
  while (rest.length > 0) {
    const next = rest.at(-1)!.pop();
    if (next === undefined) {
      rest.pop();
      const left = path.pop();
      if (left !== undefined) done.add(left);
    } else if (path.includes(next)) {
      return [...path.slice(path.indexOf(next)), next];
    } else if (!done.has(next)) {
      path.push(next);
      rest.push([...entries[next]!.afterInBatch]);
    }
  }
  return undefined;
}

/** What an entry depends on must have been enqueued before, or with it. */
export function strangerRefusal(path: string, nextSeq: number, entries: readonly NewEntry[]): Refusal | undefined {
  const stranger = entries.flatMap(({ after }) => after).find((seq) => seq >= nextSeq);
  if (stranger === undefined) return undefined;
  const known = nextSeq === 1 ? 'it has none yet' : `the newest is ${nextSeq - 1}`;
  return refused('DEPENDENCY_UNKNOWN', `there is no entry ${stranger} in ${shown(path)} to depend on: ${known}`);
}
