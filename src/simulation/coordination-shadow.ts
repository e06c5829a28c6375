import type { Slot } from '../agent/consensus/types.ts';
import {
  BARRIER_MEMBERS,
  BARRIERS,
  type BarrierMemberRecord,
  type BarrierRecord,
  CANDIDACIES,
  type CandidacyRecord,
  ELECTIONS,
  type ElectionRecord,
  LOCK_CLAIMS,
  LOCKS,
  type LockClaimRecord,
  type LockRecord,
  pathOfRecordId,
  recordIdOf,
} from '../agent/machine/coordination-records.ts';
import type { KeyChange, Space } from '../agent/machine/store.ts';
import { SESSIONS, type SessionRecord, TIMERS, type TimerRecord } from '../agent/machine/system-records.ts';
import { checkBarrier } from './barrier-rules.ts';
import { ChangeBook } from './change-book.ts';
import { CounterBook } from './counter-book.ts';
import type { Counters } from './counters.ts';
import { checkElection } from './election-rules.ts';
import type { LeaseBook } from './lease-book.ts';
import { checkGuardedWrite, checkIdleLocks, checkLock, checkNoCycle, checkPlaces } from './lock-rules.ts';
import { Told } from './told.ts';
import { WorkShadow } from './work-shadow.ts';

export interface Appended {
  readonly space: Space;
  readonly change: KeyChange;
}

/**
 * Follows what the journal does to locks, elections and barriers, slot by slot, and judges each command by the rules
 * (invariants 11 to 15) as people would read them from the records. It shares nothing with the machine but the records.
 */
export class CoordinationShadow {
  readonly sessions = new Told<SessionRecord>(SESSIONS);
  readonly timers = new Told<TimerRecord>(TIMERS);
  readonly locks = new Told<LockRecord>(LOCKS);
  readonly claims = new Told<LockClaimRecord>(LOCK_CLAIMS);
  readonly elections = new Told<ElectionRecord>(ELECTIONS);
  readonly candidacies = new Told<CandidacyRecord>(CANDIDACIES);
  readonly barriers = new Told<BarrierRecord>(BARRIERS);
  readonly members = new Told<BarrierMemberRecord>(BARRIER_MEMBERS);
  /** The highest token of each lock, and tenure of each election, that there ever was. */
  readonly tokens = new Map<string, number>();
  readonly tenures = new Map<string, number>();
  readonly work: WorkShadow;
  readonly counting: CounterBook;
  readonly changes: ChangeBook;
  readonly counters: Counters;
  readonly leases: LeaseBook;
  readonly #nowMs: () => number;
  #through: Slot = 0;

  constructor(counters: Counters, leases: LeaseBook, nowMs: () => number) {
    this.counters = counters;
    this.leases = leases;
    this.#nowMs = nowMs;
    this.work = new WorkShadow(this);
    this.counting = new CounterBook(counters);
    this.changes = new ChangeBook(counters);
  }

  /** What an agent's machine wrote for a slot. All write the same, which their hashes prove: the first one is looked at. */
  applied(slot: Slot, appended: readonly Appended[]): void {
    if (slot !== this.#through + 1) return;
    this.#through = slot;
    let from = 0;
    for (let to = 1; to <= appended.length; to += 1) {
      const [first, next] = [appended[from]!, appended[to]];
      if (next?.space === first.space && next.change.modRevision === first.change.modRevision) continue;
      this.#command(first.space, appended.slice(from, to), slot);
      from = to;
    }
  }

  get nowMs(): number {
    return this.#nowMs();
  }

  /** At the end, when all is quiet. */
  checkQuiet(): void {
    checkIdleLocks(this);
    this.work.checkQuiet();
  }

  #command(space: Space, appended: readonly Appended[], slot: Slot): void {
    if (space === 'user') {
      for (const { change } of appended) {
        checkGuardedWrite(this, change);
        this.counting.written(change);
        this.changes.written(change);
      }
      this.work.userCommand(appended.map(({ change }) => change));
      return;
    }
    const kinds = [
      this.sessions,
      this.timers,
      this.locks,
      this.claims,
      this.elections,
      this.candidacies,
      this.barriers,
      this.members,
    ];
    for (const kind of kinds) kind.changed.clear();
    for (const { change } of appended) kinds.some((kind) => kind.take(change));
    this.#checkLeases(slot);
    this.work.systemCommand(appended.map(({ change }) => change));
    for (const { before, after } of this.claims.changed.values()) {
      if (before !== undefined || after === undefined) continue;
      checkPlaces(this, after);
      checkNoCycle(this, after);
    }
    for (const id of this.locks.changed.keys()) checkLock(this, pathOfRecordId(id), slot);
    for (const id of this.elections.changed.keys()) checkElection(this, pathOfRecordId(id), slot);
    for (const id of this.barriers.changed.keys()) checkBarrier(this, pathOfRecordId(id));
  }

  /** A held claim that nobody gave up, and whose session lives, has expired. */
  #checkLeases(slot: Slot): void {
    const nowMs = this.#nowMs();
    for (const [id, { after }] of this.sessions.changed)
      if (after === undefined) this.leases.ended(`session/${id}`, nowMs);
    for (const [ticket, { before, after }] of this.claims.changed) {
      if (after?.state === 'held' && after.leaseTtlMs > 0) this.leases.began(`lock/${ticket}`, after.leaseTtlMs, nowMs);
      if (after !== undefined || before?.state !== 'held' || !this.sessions.all.has(before.sessionId)) continue;
      const innermost = before.locks.at(-1)?.path ?? '';
      const ended = this.locks.changed.get(recordIdOf(innermost))?.after?.ended;
      const isForced = ended?.kind === 'forced' && ended.slot === slot;
      if (!isForced) this.leases.ended(`lock/${ticket}`, nowMs);
    }
  }
}
