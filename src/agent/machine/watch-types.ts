import type { KeyChange, KeyRecord, Space } from './store.ts';

export interface WatchQuery {
  readonly space: Space;
  readonly start: string;
  /** Exclusive; empty: only `start`. */
  readonly end: string;
  /** 0: from the next revision on. */
  readonly fromRevision: number;
  readonly withPrevious: boolean;
  /** Also deliver batches without changes now and then, which say how far the watch has come. */
  readonly progress?: boolean;
}

export interface WatchBatch {
  /** All matching changes of one or more whole revisions, in order. */
  readonly changes: readonly WatchedChange[];
  /** Everything up to this revision has been delivered. */
  readonly revision: number;
  readonly slot: number;
}

export interface WatchedChange {
  readonly change: KeyChange;
  /** With `withPrevious`: what the change replaced, unless it was absent or has been compacted. */
  readonly previous: KeyRecord | undefined;
}

/** Called from `publish` and `pump` only, never while a watch is being opened. It must not throw. */
export interface WatchSink<Cut = WatchCut> {
  /** Takes the batch. False: take no more, until `WatchHandle.resume`. */
  deliver(batch: WatchBatch): boolean;
  /** The watch ended; `resumeFrom` is the revision to ask for next. */
  cut(cut: Cut, resumeFrom: number): void;
}

export interface WatchCut {
  readonly reason: 'COMPACTED' | 'SLOW_WATCHER' | 'SHUTTING_DOWN';
  readonly message: string;
  /** Revisions below it are forgotten. */
  readonly floor: number;
}

export interface WatchHandle {
  resume(): void;
  cancel(): void;
}
