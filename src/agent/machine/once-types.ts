import type { Key } from './store.ts';
import { recordKind } from './system-records.ts';

/** What is asked of work that is to be done once, what stands of it under `/_internal/`, and what is answered. */
export type OnceCommand =
  | ClaimOnceCommand
  | RecordOnceCommand
  | AbandonOnceCommand
  | ResolveOnceCommand
  | ForgetOnceCommand;

/** Asks to do the work. Answered with `claimed`, or with what became of it. */
export interface ClaimOnceCommand {
  readonly kind: 'claimOnce';
  /** Names the work. */
  readonly path: Key;
  /**
   * When the session ends before a result is recorded, nobody knows whether the effect took place. `again`: the work can
   * be claimed anew. `ask`: it is unknown until a person has resolved it.
   */
  readonly onDeath: 'again' | 'ask';
  readonly owner: string;
}

export interface RecordOnceCommand {
  readonly kind: 'recordOnce';
  readonly path: Key;
  readonly token: number;
  readonly result: Uint8Array;
}

/** The work was not done: it can be claimed anew. */
export interface AbandonOnceCommand {
  readonly kind: 'abandonOnce';
  readonly path: Key;
  readonly token: number;
  readonly why: string;
}

/** A person says what became of unknown work. */
export interface ResolveOnceCommand {
  readonly kind: 'resolveOnce';
  readonly path: Key;
  readonly isDone: boolean;
  /** Of work that was done. */
  readonly result: Uint8Array;
  readonly by: string;
  readonly why: string;
}

/** Nothing is remembered any more: the work can be done again. */
export interface ForgetOnceCommand {
  readonly kind: 'forgetOnce';
  readonly path: Key;
}

/** By path without the leading slash. `open`: it can be claimed. The result of what is `done` is beside it. */
export interface OnceRecord {
  readonly state: 'open' | 'claimed' | 'done' | 'unknown';
  /** Of the last claim. Later claims have higher ones. */
  readonly token: number;
  /** How often it was claimed. */
  readonly claims: number;
  /** Of the last claim. */
  readonly sessionId: string;
  readonly owner: string;
  readonly onDeath: 'again' | 'ask';
  readonly claimedSlot: number;
  readonly claimedMs: number;
  readonly resultBytes: number;
  /** How the last claim ended. */
  readonly ended?: {
    readonly kind: 'recorded' | 'abandoned' | 'sessionEnded' | 'resolvedDone' | 'resolvedNotDone';
    /** Who resolved it. */
    readonly by: string;
    readonly why: string;
    readonly slot: number;
    readonly atMs: number;
  };
}

/** A result comes as `current` of the answer. */
export interface OnceOutcome {
  readonly kind: 'once';
  /** `busy`: somebody else does it; `forgotten`: nothing is remembered. */
  readonly state: 'claimed' | 'done' | 'busy' | 'unknown' | 'open' | 'forgotten';
  /** Of the last claim. */
  readonly token: number;
  readonly claims: number;
  /** The session of the last claim, and its owner. */
  readonly holder: string;
  readonly owner: string;
}

export const ONCE = recordKind<OnceRecord>('once');
