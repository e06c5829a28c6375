import { TimerBook } from '../../src/agent/host/timers.ts';
import { ONCE } from '../../src/agent/machine/once-types.ts';
import { PROPOSALS } from '../../src/agent/machine/proposal-types.ts';
import { QUEUE_ENTRIES } from '../../src/agent/machine/queue-types.ts';
import { WriteView } from '../../src/agent/machine/write-view.ts';
import { inHosts, type PlantedBug, patch } from './patching.ts';

/** Classic mistakes of proposals, of work that is done once, and of queues. */
export const PLANTED_WORK_BUGS: readonly PlantedBug[] = [
  inHosts('a voter votes twice', () => [
    patch(PROPOSALS, 'read', (original) => (reader, id) => {
      const proposal = original(reader, id);
      const isRecounted = reader instanceof WriteView && proposal?.state === 'pending';
      const forgotten = proposal?.votes.map((cast) => ({ ...cast, voter: `${cast.voter} ` }));
      return isRecounted ? { ...proposal, votes: forgotten! } : proposal;
    }),
  ]),
  inHosts('a proposal is accepted one vote too early', () => [
    patch(PROPOSALS, 'read', (original) => (reader, id) => {
      const proposal = original(reader, id);
      return proposal === undefined ? undefined : { ...proposal, required: proposal.required - 1 };
    }),
  ]),
  inHosts('a proposal that was decided takes more votes', () => [
    patch(PROPOSALS, 'read', (original) => (reader, id) => {
      const proposal = original(reader, id);
      return proposal?.state === 'rejected' ? { ...proposal, state: 'pending' } : proposal;
    }),
  ]),
  inHosts('a proposal is accepted, and its value is not written', () => [
    patch(WriteView.prototype, 'put', (original) => {
      return function (this: WriteView, space, key, value, leaseId) {
        const isProposed = space === 'user' && key.startsWith('/proposed/');
        return original.call(this, space, isProposed ? `/lost${key}` : key, value, leaseId);
      };
    }),
  ]),
  inHosts('work that somebody does is given to another', () => [
    patch(ONCE, 'read', (original) => (reader, id) => {
      const once = original(reader, id);
      const isForeign = reader instanceof WriteView && once?.state === 'claimed' && once.sessionId !== reader.sessionId;
      return isForeign && reader.sessionId !== '' ? { ...once, state: 'open' } : once;
    }),
  ]),
  inHosts('the death of whoever did the work goes unnoticed', () => [inIndex('/once-index/', () => [])]),
  inHosts('unknown work is done again, and nobody was asked', () => [
    patch(ONCE, 'encode', (original) => (once) => {
      return original(once.state === 'unknown' ? { ...once, state: 'open' } : once);
    }),
  ]),
  inHosts('work that is done is done again', () => [
    patch(ONCE, 'read', (original) => (reader, id) => {
      const once = original(reader, id);
      return once?.state === 'done' ? { ...once, state: 'open' } : once;
    }),
  ]),
  inHosts('the youngest entry is given out first', () => [
    inIndex('/queue-index/ready/', (keys) => [...keys].reverse()),
  ]),
  inHosts('an entry does not wait for what it depends on', () => [
    patch(QUEUE_ENTRIES, 'read', (original) => (reader, id) => {
      const entry = original(reader, id);
      return entry === undefined ? undefined : { ...entry, open: Math.min(entry.open, 1) };
    }),
  ]),
  inHosts('nobody is told that an entry is done', () => [inIndex('/queue-index/dependents/', () => [])]),
  inHosts('an entry stays with a worker that has died', () => [inIndex('/queue-index/session/', () => [])]),
  inHosts('the checkpoint is thrown away with its worker', () => [
    patch(QUEUE_ENTRIES, 'encode', (original) => (entry) => {
      return original(entry.state === 'ready' ? { ...entry, progressBytes: 0 } : entry);
    }),
  ]),
  inHosts('a token is used again', () => [
    patch(QUEUE_ENTRIES, 'encode', (original) => (entry) => original({ ...entry, token: Math.min(entry.token, 40) })),
  ]),
  inHosts('the lease of an entry ends early', () => [
    patch(TimerBook.prototype, 'started', (original) => {
      return function (this: TimerBook, timer, nowMs) {
        const isEntry = timer.timerId.startsWith('entry/');
        original.call(this, isEntry ? { ...timer, ttlMs: timer.ttlMs / 4 } : timer, nowMs);
      };
    }),
  ]),
];

/** What the machine finds in an index is something else. */
function inIndex(folder: string, change: (keys: string[]) => string[]): () => void {
  return patch(WriteView.prototype, 'plainKeys', (original) => {
    return function (this: WriteView, start, end, limit = 0) {
      if (!start.includes(folder)) return original.call(this, start, end, limit);
      const keys = change(original.call(this, start, end, 0));
      return limit === 0 ? keys : keys.slice(0, limit);
    };
  });
}
