import { TimerBook } from '../../src/agent/host/timers.ts';
import type { Command } from '../../src/agent/machine/commands.ts';
import { BARRIERS, LOCKS } from '../../src/agent/machine/coordination-records.ts';
import { Machine } from '../../src/agent/machine/machine.ts';
import { WriteView } from '../../src/agent/machine/write-view.ts';
import { inHosts, type PlantedBug, patch } from './patching.ts';

/** Classic mistakes of locks, elections and barriers. */
export const PLANTED_COORDINATION_BUGS: readonly PlantedBug[] = [
  inHosts('a lock is granted while another session holds it', () => [
    patch(LOCKS, 'read', (original) => (reader, id) => {
      const lock = original(reader, id);
      const isForeign = reader instanceof WriteView && lock?.state === 'held' && lock.sessionId !== reader.sessionId;
      return isForeign ? { ...lock, state: 'free', sessionId: '', count: 0 } : lock;
    }),
  ]),
  inHosts('a token is used again', () => [
    patch(LOCKS, 'encode', (original) => (lock) => original({ ...lock, token: lock.token - (lock.token % 64) })),
  ]),
  inHosts('whoever waits last is granted first', () => [inIndex('/lock-index/queue', (keys) => [...keys].reverse())]),
  inHosts('the first release frees a lock that was acquired twice', () => [
    patch(LOCKS, 'read', (original) => (reader, id) => {
      const lock = original(reader, id);
      return lock === undefined ? undefined : { ...lock, count: Math.min(1, lock.count) };
    }),
  ]),
  inHosts('the end of a session leaves its locks alone', () => [inIndex(/\/lock-index\/session\/[^/]*\/$/, () => [])]),
  inHosts('nobody is granted a lock that was released', () => [
    patch(WriteView.prototype, 'plainKeys', (original) => {
      return function (this: WriteView, start, end, limit) {
        const keys = original.call(this, start, end, limit);
        return limit === 1 && start.includes('/lock-index/queue') ? [] : keys;
      };
    }),
  ]),
  inHosts('nobody looks for cycles', () => [
    patch(WriteView.prototype, 'plainKeys', (original) => {
      return function (this: WriteView, start, end, limit) {
        const isQuestion = limit === 1 && /\/lock-index\/session\/[^/]*\/$/.test(start);
        return isQuestion ? [] : original.call(this, start, end, limit);
      };
    }),
  ]),
  inHosts('keys below a lock are not guarded', () => [
    patch(WriteView.prototype, 'touchedUserKeys', () => {
      return function* () {};
    }),
  ]),
  inHosts('a stale fencing token is accepted', () => [
    patch(Machine.prototype, 'apply', (original) => {
      return function (this: Machine, context, entry) {
        if (entry.kind !== 'command') return original.call(this, context, entry);
        const requests = entry.requests.map((request) => ({ ...request, command: withoutToken(request.command) }));
        return original.call(this, context, { ...entry, requests });
      };
    }),
  ]),
  inHosts('an election goes to the youngest candidate', () => [
    inIndex('/election-index/line', (keys) => [...keys].reverse()),
  ]),
  inHosts('a winner that has died keeps its tenure', () => [inIndex(/\/election-index\/session\/[^/]*\/$/, () => [])]),
  inHosts('a barrier is released one too early', () => [
    patch(BARRIERS, 'read', (original) => (reader, id) => {
      const barrier = original(reader, id);
      return barrier === undefined ? undefined : { ...barrier, required: barrier.required - 1 };
    }),
  ]),
  inHosts('a barrier is released again and again in one generation', () => [
    patch(BARRIERS, 'encode', (original) => (barrier) => {
      return original({ ...barrier, generation: barrier.released?.generation ?? barrier.generation });
    }),
  ]),
  inHosts('a barrier takes no notice of a death', () => [inIndex(/\/barrier-index\/session\/[^/]*\/$/, () => [])]),
  inHosts('a barrier that a death breaks shrinks instead', () => [
    patch(BARRIERS, 'encode', (original) => (barrier) => {
      const isDeath = barrier.state === 'broken' && barrier.broken?.kind === 'death';
      return original(isDeath ? { ...barrier, state: 'standing' } : barrier);
    }),
  ]),
  inHosts('the lease of a lock ends early', () => [
    patch(TimerBook.prototype, 'started', (original) => {
      return function (this: TimerBook, timer, nowMs) {
        const isLock = timer.timerId.startsWith('lock/');
        original.call(this, isLock ? { ...timer, ttlMs: timer.ttlMs / 4 } : timer, nowMs);
      };
    }),
  ]),
];

/** What the machine finds in an index is something else. */
function inIndex(folder: string | RegExp, change: (keys: string[], start: string) => string[]): () => void {
  return patch(WriteView.prototype, 'plainKeys', (original) => {
    return function (this: WriteView, start, end, limit = 0) {
      const isMeant = typeof folder === 'string' ? start.includes(folder) : folder.test(start);
      if (!isMeant) return original.call(this, start, end, limit);
      const keys = change(original.call(this, start, end, 0), start);
      return limit === 0 ? keys : keys.slice(0, limit);
    };
  });
}

/** The write, as if it had come without a fencing token. */
function withoutToken(command: Command): Command {
  return 'fencingToken' in command ? { ...command, fencingToken: 0 } : command;
}
