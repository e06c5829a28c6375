import { recordIdOf } from '../agent/machine/coordination-records.ts';
import type { Key } from '../agent/machine/store.ts';
import type { CoordinationShadow } from './coordination-shadow.ts';
import { require } from './violation.ts';

/** One election that a command changed (invariant 14). */
export function checkElection(shadow: CoordinationShadow, path: Key, slot: number): void {
  const { before, after } = shadow.elections.changed.get(recordIdOf(path)) ?? {};
  if (after === undefined) return;
  const candidates = [...shadow.candidacies.all.values()].filter((candidacy) => candidacy.path === path);
  const elected = candidates.filter(({ state }) => state === 'elected');
  require(elected.length === (after.state === 'held' ? 1 : 0), 'one tenure at a time', () => {
    return `${path} is ${after.state} with ${elected.length} winners`;
  });
  if (after.state === 'vacant') return;
  require(shadow.sessions.all.has(after.sessionId), 'one tenure at a time', () => {
    return `${path} is held by session ${after.sessionId}, which has ended`;
  });
  const isNew = before?.state !== 'held' || before.tenure !== after.tenure || before.sessionId !== after.sessionId;
  if (!isNew) return;
  const highest = shadow.tenures.get(path) ?? 0;
  require(after.tenure > highest && after.tenure === slot, 'tenures strictly increase', () => {
    return `tenure ${after.tenure} of ${path} begins in slot ${slot} after tenure ${highest}`;
  });
  shadow.tenures.set(path, after.tenure);
  shadow.counters.add(before?.state === 'held' ? 'election handed over' : 'election won');
  if (before?.state === 'held') shadow.counters.add(`tenure ended: ${after.ended?.kind}`);
  const passed = candidates.find(({ state, candidacy }) => state === 'waiting' && candidacy < after.candidacy);
  require(passed === undefined, 'an election goes to the next in line', () => {
    return `${path} goes to candidacy ${after.candidacy} before ${passed?.candidacy} of ${passed?.sessionId}`;
  });
}
