import type { EntryState, NewEntry } from '../../src/agent/machine/queue-types.ts';

interface ModelEntry {
  readonly seq: number;
  readonly assignee: string;
  readonly after: readonly number[];
  readonly maxAttempts: number;
  readonly isDelayedAfterFailure: boolean;
  state: Exclude<EntryState, 'waiting'>;
  attempts: number;
  token: number;
  session: string;
  progress: string;
}

/** A queue as one would explain it to a person: a list that is looked through from the beginning, each time. */
export class QueueModel {
  readonly entries: ModelEntry[] = [];
  #nextSeq = 1;

  /** False: it is refused. */
  enqueue(added: readonly NewEntry[]): boolean {
    const first = this.#nextSeq;
    if (added.some(({ after }) => after.some((seq) => seq >= first)) || hasCycle(added)) return false;
    for (const { after, afterInBatch, assignee, maxAttempts, backoffMs } of added) {
      this.entries.push({
        seq: this.#nextSeq++,
        assignee,
        after: [...after, ...afterInBatch.map((place) => first + place)],
        maxAttempts,
        isDelayedAfterFailure: backoffMs > 0,
        state: 'ready',
        attempts: 0,
        token: 0,
        session: '',
        progress: '',
      });
    }
    return true;
  }

  stateOf(entry: ModelEntry): EntryState {
    const isOpen = (seq: number) => this.entries.some((other) => other.seq === seq && other.state !== 'done');
    return entry.state === 'ready' && entry.after.some(isOpen) ? 'waiting' : entry.state;
  }

  /** What this worker is given. */
  next(worker: string): ModelEntry | undefined {
    return this.entries.find((entry) => {
      return this.stateOf(entry) === 'ready' && (entry.assignee === '' || entry.assignee === worker);
    });
  }

  lose(entry: ModelEntry, kind: 'failed' | 'lost', isRetried = true): void {
    const isDead = !isRetried || (entry.maxAttempts > 0 && entry.attempts >= entry.maxAttempts);
    entry.state = isDead ? 'dead' : kind === 'failed' && entry.isDelayedAfterFailure ? 'delayed' : 'ready';
  }

  remove(entry: ModelEntry): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
  }
}

/** Whoever is left when all that can be done have been done, one after the other, waits for ever. */
function hasCycle(added: readonly NewEntry[]): boolean {
  const done = new Set<number>();
  for (const _ of added) {
    for (const [place, { afterInBatch }] of added.entries()) {
      if (afterInBatch.every((other) => done.has(other))) done.add(place);
    }
  }
  return done.size < added.length;
}
