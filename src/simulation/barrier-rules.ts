import { type BarrierMemberRecord, type BarrierRecord, recordIdOf } from '../agent/machine/coordination-records.ts';
import type { Key } from '../agent/machine/store.ts';
import type { CoordinationShadow } from './coordination-shadow.ts';
import { require } from './violation.ts';

/** One barrier that a command changed (invariant 15). */
export function checkBarrier(shadow: CoordinationShadow, path: Key): void {
  const { before, after } = shadow.barriers.changed.get(recordIdOf(path)) ?? {};
  if (after === undefined) return;
  for (const member of membersOf(shadow, after)) {
    require(shadow.sessions.all.has(member.sessionId), 'a dead participant breaks or shrinks a barrier', () => {
      return `session ${member.sessionId} has ended and still takes part in ${path}`;
    });
  }
  if (before === undefined || before.number !== after.number) return;
  const isReleased = after.released !== undefined && after.released.slot !== before.released?.slot;
  const isReset = before.state === 'broken' && after.state === 'standing';
  require(after.generation ===
    before.generation + (isReleased || isReset ? 1 : 0), 'one release per generation', () => {
    return `${path} goes from generation ${before.generation} to ${after.generation}`;
  });
  if (isReleased) checkRelease(shadow, path, before, after);
  if (before.state === 'standing' && after.state === 'broken')
    shadow.counters.add(`barrier broken: ${after.broken?.kind}`);
  checkDeaths(shadow, path, before, after);
}

function membersOf(shadow: CoordinationShadow, { number }: BarrierRecord): BarrierMemberRecord[] {
  return [...shadow.members.all].filter(([id]) => id.startsWith(`${number}/`)).map(([, member]) => member);
}

function checkRelease(shadow: CoordinationShadow, path: Key, before: BarrierRecord, after: BarrierRecord): void {
  const released = after.released!;
  shadow.counters.add(`barrier released: ${released.kind}`);
  require(released.generation === before.generation &&
    before.state === 'standing', 'one release per generation', () => {
    return `generation ${released.generation} of ${path} is released in generation ${before.generation}`;
  });
  if (released.kind === 'timeout') return;
  // Whoever came for this generation alone leaves with its release.
  const passing = [...shadow.members.changed].flatMap(([id, change]) => {
    const isGone = id.startsWith(`${after.number}/`) && change.after === undefined && change.before?.isPassing === true;
    return isGone && change.before !== undefined && shadow.sessions.all.has(change.before.sessionId)
      ? [change.before]
      : [];
  });
  const arrived = [...membersOf(shadow, after), ...passing].filter(
    ({ arrivedGeneration }) => arrivedGeneration === before.generation,
  ).length;
  const { threshold } = after;
  const members = after.members;
  const required =
    threshold.kind === 'full'
      ? members
      : threshold.kind === 'count'
        ? threshold.count
        : Math.ceil((threshold.percent * members) / 100);
  const isOpenLast = after.isOpen ? 1 : 0;
  require(arrived + isOpenLast >= Math.max(1, required), 'nobody leaves a barrier before its threshold', () => {
    return `${path} is released with ${arrived} of ${required} live members`;
  });
}

/** A death does what the barrier was created to do, and nothing else. */
function checkDeaths(shadow: CoordinationShadow, path: Key, before: BarrierRecord, after: BarrierRecord): void {
  const dead = [...shadow.sessions.changed].filter(([, session]) => session.after === undefined).map(([id]) => id);
  const died = dead.some(
    (id) =>
      shadow.members.changed.get(`${after.number}/${id}`)?.after === undefined &&
      shadow.members.changed.has(`${after.number}/${id}`),
  );
  if (!died || before.state !== 'standing') return;
  shadow.counters.add('participant died');
  require((after.state === 'broken') ===
    (after.onDeath === 'break'), 'a dead participant breaks or shrinks a barrier', () => {
    return `${path} is ${after.state} after a death, it was created to ${after.onDeath}`;
  });
}
