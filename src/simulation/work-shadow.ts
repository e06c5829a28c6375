import { ONCE, type OnceRecord } from '../agent/machine/once-types.ts';
import { PROPOSALS, type ProposalRecord } from '../agent/machine/proposal-types.ts';
import { type EntryRecord, QUEUE_ENTRIES } from '../agent/machine/queue-types.ts';
import { QUEUE_PROGRESS } from '../agent/machine/raw-records.ts';
import type { Key, KeyChange } from '../agent/machine/store.ts';
import { entryTimer } from '../agent/machine/timer-records.ts';
import type { CoordinationShadow } from './coordination-shadow.ts';
import { textOf } from './host-history.ts';
import { Told } from './told.ts';
import { require } from './violation.ts';
import { checkEntry, checkIdleEntries, checkLeft, checkOnce, checkProposal } from './work-rules.ts';

/** Keys that the simulated programs write only by proposing. */
export const PROPOSED = '/proposed/';

/** Follows what the journal does to proposals, to work that is done once, and to queues, and judges each command. */
export class WorkShadow {
  readonly proposals = new Told<ProposalRecord>(PROPOSALS);
  readonly once = new Told<OnceRecord>(ONCE);
  readonly entries = new Told<EntryRecord>(QUEUE_ENTRIES);
  /** The last checkpoint of each entry, as its worker gave it. */
  readonly checkpoints = new Map<string, string>();
  readonly tokens = new Map<string, number>();
  readonly coordination: CoordinationShadow;
  /** Written in the user keyspace by the command whose records come next. */
  #written: Key | undefined;

  constructor(coordination: CoordinationShadow) {
    this.coordination = coordination;
  }

  count(name: string): void {
    this.coordination.counters.add(name);
  }

  isLive(sessionId: string): boolean {
    return this.coordination.sessions.all.has(sessionId);
  }

  /** It is told before the system records that the same command changed. */
  userCommand(changes: readonly KeyChange[]): void {
    this.#checkExplained();
    this.#written = changes.find(({ key }) => key.startsWith(PROPOSED))?.key;
  }

  systemCommand(changes: readonly KeyChange[]): void {
    const kinds = [this.proposals, this.once, this.entries];
    for (const kind of kinds) kind.changed.clear();
    for (const change of changes) kinds.some((kind) => kind.take(change));
    for (const change of this.proposals.changed.values()) {
      const { before, after } = change;
      const isAccepted = after?.state === 'accepted' && before?.state !== 'accepted';
      if (after !== undefined) checkProposal(this, before, after, isAccepted ? this.#written : undefined);
      if (isAccepted) this.#written = undefined;
    }
    this.#checkExplained();
    for (const [id, { before, after }] of this.once.changed) checkOnce(this, id, before, after);
    // What was claimed before is judged by what stood in the queue before.
    for (const [id, { before, after }] of this.entries.changed) {
      checkEntry(this, id, before, after);
      this.#follow(id, before, after);
    }
    this.#takeCheckpoints(changes);
    for (const [id, { after }] of this.coordination.sessions.changed) if (after === undefined) checkLeft(this, id);
  }

  checkQuiet(): void {
    this.#checkExplained();
    checkIdleEntries(this);
  }

  #checkExplained(): void {
    require(this.#written === undefined, 'a proposal is written with its deciding vote', () =>
      `${this.#written} was written, and no proposal for it was accepted`);
  }

  /** What workers were told of their leases. */
  #follow(id: string, before: EntryRecord | undefined, after: EntryRecord | undefined): void {
    const { leases, nowMs } = this.coordination;
    if (after?.state === 'claimed' && before?.token !== after.token && after.leaseTtlMs > 0) {
      leases.began(entryTimer(id, after.token), after.leaseTtlMs, nowMs);
    }
    if (before?.state === 'claimed' && after?.state !== 'claimed' && after?.ended?.kind === 'expired') {
      leases.ended(entryTimer(id, before.token), nowMs);
    }
  }

  #takeCheckpoints(changes: readonly KeyChange[]): void {
    for (const [id, { after }] of this.entries.changed) {
      const key = QUEUE_PROGRESS(id);
      const change = changes.find((candidate) => candidate.key === key);
      if (change?.kind === 'put') this.checkpoints.set(id, textOf(change.value));
      const isOver = after === undefined || after.state === 'done';
      if (isOver) this.checkpoints.delete(id);
      require(change?.kind !== 'delete' || isOver, 'a checkpoint outlives its worker', () =>
        `the progress of entry ${id} is gone, and it is ${after?.state}`);
    }
  }
}
