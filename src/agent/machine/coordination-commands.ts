import type { Fenced } from './commands.ts';
import type { LimitName } from './coordination-records.ts';
import type { OnceCommand } from './once-types.ts';
import type { ProposalCommand } from './proposal-types.ts';
import type { QueueCommand } from './queue-types.ts';
import type { Key } from './store.ts';

/**
 * What programs and operators ask of locks, elections, barriers, counters and limits, and of the families that have a
 * file of types of their own. Who asks is the session of the request: it becomes the holder, the candidate, the
 * participant.
 */
export type CoordinationCommand =
  | AcquireLockCommand
  | ReleaseLockCommand
  | CancelLockCommand
  | WidenLockCommand
  | ForceReleaseLockCommand
  | CampaignCommand
  | ProclaimCommand
  | ResignCommand
  | CreateBarrierCommand
  | ArriveAtBarrierCommand
  | LeaveBarrierCommand
  | ChangeBarrierMembersCommand
  | BreakBarrierCommand
  | ResetBarrierCommand
  | DeleteBarrierCommand
  | IncrementCommand
  | SetLimitCommand
  | WorkCommand;

export type WorkCommand = ProposalCommand | OnceCommand | QueueCommand;

export interface AcquireLockCommand {
  readonly kind: 'acquireLock';
  /** Names every lock above it: each prefix that ends in a segment `_lockable`, itself included. */
  readonly path: Key;
  /** False: refused unless it can be granted at once. */
  readonly wait: boolean;
  /** A lease of the claim itself, from the grant on, kept alive by renewing the timer `lock/<ticket>`; 0: none. */
  readonly leaseTtlMs: number;
  /** The lease was widened, or may be, because the cell is slow; recorded for people. */
  readonly adaptive: boolean;
  /** How long the locks stay ungranted after this holder was lost; not after a release. 0: not at all. */
  readonly lockDelayMs: number;
  /** For people: who this is, and what for. */
  readonly owner: string;
}

/** Undoes one acquisition of the asking session. */
export interface ReleaseLockCommand {
  readonly kind: 'releaseLock';
  readonly path: Key;
  /** Which acquisition; 0: the newest one of this session for exactly this path. */
  readonly ticket: number;
}

/** Leaves the queue. Answered with `held` when the grant came first, else with `cancelled`. */
export interface CancelLockCommand {
  readonly kind: 'cancelLock';
  readonly path: Key;
  /** 0: the newest claim of this session for exactly this path that still waits, else the newest that is held. */
  readonly ticket: number;
}

/** Gives an adaptive claim a longer lease. */
export interface WidenLockCommand {
  readonly kind: 'widenLock';
  readonly ticket: number;
  readonly leaseTtlMs: number;
}

/** An operator takes a lock away from whoever holds it, or ends its delay. Who and why stay in the record of the lock. */
export interface ForceReleaseLockCommand {
  readonly kind: 'forceReleaseLock';
  /** The lock itself: it ends in `_lockable`. */
  readonly path: Key;
  readonly by: string;
  readonly why: string;
}

/** Joins the queue of an election. Campaigning again changes only the value. */
export interface CampaignCommand {
  readonly kind: 'campaign';
  readonly path: Key;
  /** What is proclaimed when the tenure begins. */
  readonly value: string;
  readonly owner: string;
}

/** Only the winner proclaims. */
export interface ProclaimCommand {
  readonly kind: 'proclaim';
  readonly path: Key;
  readonly value: string;
  /** Refused unless this is the tenure that still lasts; 0: whichever lasts. */
  readonly tenure: number;
}

/** Ends the tenure of the asking session, or takes it out of the queue. */
export interface ResignCommand {
  readonly kind: 'resign';
  readonly path: Key;
}

export type BarrierThreshold =
  /** All members. */
  | { readonly kind: 'full' }
  | { readonly kind: 'count'; readonly count: number }
  /** Of the members whenever it is evaluated, rounded up. A whole number from 1 to 100. */
  | { readonly kind: 'percent'; readonly percent: number };

export interface CreateBarrierCommand {
  readonly kind: 'createBarrier';
  readonly path: Key;
  readonly threshold: BarrierThreshold;
  /** Sessions that take part from the beginning. */
  readonly members: readonly string[];
  /** Whoever arrives takes part, for that generation. Only with a count. */
  readonly isOpen: boolean;
  /** What the end of a participant's session does. */
  readonly onDeath: 'break' | 'shrink';
  /** Counted from the first arrival of a generation; 0: it waits for ever. */
  readonly timeoutMs: number;
  readonly onTimeout: 'break' | 'release';
  /** The barrier that a release of this one arms; empty: none. */
  readonly next: Key;
  /** False: it is released only once another barrier has armed it. */
  readonly isArmed: boolean;
  readonly owner: string;
}

export interface ArriveAtBarrierCommand {
  readonly kind: 'arriveAtBarrier';
  readonly path: Key;
}

/** The asking session takes part no longer; its arrival is withdrawn. */
export interface LeaveBarrierCommand {
  readonly kind: 'leaveBarrier';
  readonly path: Key;
}

export interface ChangeBarrierMembersCommand {
  readonly kind: 'changeBarrierMembers';
  readonly path: Key;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

export interface BreakBarrierCommand {
  readonly kind: 'breakBarrier';
  readonly path: Key;
  readonly by: string;
  readonly why: string;
}

/** Makes a broken barrier stand again, in a new generation. */
export interface ResetBarrierCommand {
  readonly kind: 'resetBarrier';
  readonly path: Key;
}

export interface DeleteBarrierCommand {
  readonly kind: 'deleteBarrier';
  readonly path: Key;
}

/** Adds to a key whose value is a decimal whole number; an absent key counts as 0. */
export interface IncrementCommand extends Fenced {
  readonly kind: 'increment';
  readonly key: Key;
  /** A safe integer, negative to subtract. */
  readonly by: number;
}

/** Changes a limit for the whole cell. */
export interface SetLimitCommand {
  readonly kind: 'setLimit';
  readonly name: LimitName;
  /** 0: unlimited. */
  readonly limit: number;
  readonly by: string;
}
