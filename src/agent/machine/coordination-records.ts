import type { BarrierThreshold } from './coordination-commands.ts';
import type { Key } from './store.ts';
import { recordKind } from './system-records.ts';

/** What stands under `/_internal/` for locks, elections, barriers and limits. */

/** How a hold ended. `sessionEnded` and `expired`: the holder was lost, nobody released it. */
export type LockEndKind = 'released' | 'expired' | 'sessionEnded' | 'forced';

export interface LockEnd {
  readonly kind: LockEndKind;
  readonly sessionId: string;
  readonly owner: string;
  readonly token: number;
  readonly slot: number;
  readonly atMs: number;
  /** Of a forced release: who, and why. */
  readonly by?: string;
  readonly why?: string;
}

/**
 * By path without the leading slash. `free`: nobody holds or wants it. `queued`: nobody holds it, but a claim waits, for
 * another lock of its own or for the next slot. `delayed`: its holder was lost, and it is granted to nobody yet.
 */
export interface LockRecord {
  readonly state: 'free' | 'queued' | 'held' | 'delayed';
  /** Of the last grant: its slot. 0: never granted. */
  readonly token: number;
  /** Of the holder; empty unless held. */
  readonly sessionId: string;
  readonly owner: string;
  readonly heldSinceMs: number;
  /** How often the holder has acquired it and not released it. */
  readonly count: number;
  /** Claims in its queue. */
  readonly waiting: number;
  /** The longest delay that any of the holder's claims asked for. */
  readonly lockDelayMs: number;
  /** The system revision in which it became free; 0 while it is in use. The oldest free records are forgotten. */
  readonly freedRevision: number;
  /** How the hold before ended. */
  readonly ended?: LockEnd;
}

/**
 * Where a claim stands in the queue of one lock: by its ticket, or where its session already stands, or, at 0, before
 * everybody else, because its session held the lock when it asked. So nobody is ever overtaken by a session for which it
 * did not wait before.
 */
export interface LockPlace {
  readonly path: Key;
  readonly order: number;
}

/** One acquisition of one session, by ticket; there from the request to the release. */
export interface LockClaimRecord {
  readonly ticket: number;
  readonly sessionId: string;
  readonly owner: string;
  readonly path: Key;
  /** Top to bottom. */
  readonly locks: readonly LockPlace[];
  readonly state: 'queued' | 'held';
  /** Of the innermost lock; 0 while it waits. */
  readonly token: number;
  readonly leaseTtlMs: number;
  readonly adaptive: boolean;
  readonly lockDelayMs: number;
  readonly queuedSlot: number;
  readonly queuedMs: number;
  readonly grantedSlot: number;
  readonly grantedMs: number;
}

/** By path without the leading slash. Stays for a while when nobody campaigns, with the last tenure. */
export interface ElectionRecord {
  readonly state: 'vacant' | 'held';
  /** The number of the tenure: the slot in which it began. 0: there was none. */
  readonly tenure: number;
  /** Of the winner; empty while vacant. */
  readonly sessionId: string;
  readonly candidacy: number;
  readonly owner: string;
  readonly value: string;
  readonly sinceMs: number;
  readonly waiting: number;
  /** The system revision in which it became vacant without candidates; 0 otherwise. The oldest such are forgotten. */
  readonly vacatedRevision: number;
  readonly ended?: {
    readonly kind: 'resigned' | 'sessionEnded';
    readonly sessionId: string;
    readonly tenure: number;
    readonly slot: number;
    readonly atMs: number;
  };
}

/** One session in one election, by number; numbers are the order of the queue. */
export interface CandidacyRecord {
  readonly candidacy: number;
  readonly sessionId: string;
  readonly owner: string;
  readonly path: Key;
  readonly state: 'waiting' | 'elected';
  readonly tenure: number;
  readonly value: string;
  readonly queuedSlot: number;
  readonly queuedMs: number;
}

/** By path without the leading slash. */
export interface BarrierRecord {
  /** Its members are filed under it. */
  readonly number: number;
  readonly owner: string;
  readonly threshold: BarrierThreshold;
  readonly isOpen: boolean;
  readonly onDeath: 'break' | 'shrink';
  readonly timeoutMs: number;
  readonly onTimeout: 'break' | 'release';
  readonly next: Key;
  readonly startsArmed: boolean;
  readonly isArmed: boolean;
  readonly state: 'standing' | 'broken';
  /** From 1; one more with each release, and when a broken barrier is reset. */
  readonly generation: number;
  readonly members: number;
  /** Distinct members that have arrived in this generation. */
  readonly arrived: number;
  /** How many arrivals release it, as of the last evaluation. */
  readonly required: number;
  readonly released?: {
    readonly generation: number;
    readonly kind: 'threshold' | 'timeout';
    readonly arrived: number;
    readonly required: number;
    readonly slot: number;
    readonly atMs: number;
  };
  readonly broken?: {
    readonly generation: number;
    readonly kind: 'asked' | 'death' | 'timeout';
    /** Who broke it, or the session that ended. */
    readonly by: string;
    readonly why: string;
    readonly slot: number;
    readonly atMs: number;
  };
}

/** By `<number of the barrier>/<session id>`. */
export interface BarrierMemberRecord {
  readonly barrier: Key;
  readonly sessionId: string;
  readonly owner: string;
  readonly joinedSlot: number;
  /** It came by arriving, and is a member only until the release. */
  readonly isPassing: boolean;
  /** It has arrived when this is the generation of the barrier. */
  readonly arrivedGeneration: number;
  readonly arrivedSlot: number;
  readonly arrivedMs: number;
}

export type LimitName = 'locks' | 'waitersPerLock' | 'barriers' | 'proposalsPending';

/** A limit that was changed; without a record the default holds. */
export interface LimitRecord {
  readonly limit: number;
  readonly by: string;
  readonly slot: number;
  readonly atMs: number;
}

export const LOCKS = recordKind<LockRecord>('locks');
export const LOCK_CLAIMS = recordKind<LockClaimRecord>('lock-claims');
export const ELECTIONS = recordKind<ElectionRecord>('elections');
export const CANDIDACIES = recordKind<CandidacyRecord>('candidacies');
export const BARRIERS = recordKind<BarrierRecord>('barriers');
export const BARRIER_MEMBERS = recordKind<BarrierMemberRecord>('barrier-members');
export const LIMIT_RECORDS = recordKind<LimitRecord>('limits');

/** A path as the id of a record. */
export function recordIdOf(path: Key): string {
  return path.slice(1);
}

export function pathOfRecordId(id: string): Key {
  return `/${id}`;
}
