import type {
  LockEnd,
  WatchLockResponse,
  LockHold as WireHold,
  Lock as WireLock,
  LockWaiter as WireWaiter,
} from '../gen/synod/v1/locks.ts';
import type { Caller } from './caller.ts';
import { resumedStream } from './resumed-stream.ts';
import type { CallOptions, ReadQuorum, WriteOptions } from './types.ts';
import { pathBytes, readOptions } from './wire.ts';
import type { Writer } from './writes.ts';

export type { LockEnd } from '../gen/synod/v1/locks.ts';

export interface LockWaiter extends Omit<WireWaiter, 'path'> {
  /** What it asked for: this lock, or one below it. */
  readonly path: string;
}

/** One acquisition of the holder. */
export interface LockHold extends Omit<WireHold, 'path'> {
  readonly path: string;
}

/** How a lock stands. */
export interface LockState {
  readonly path: string;
  /** `queued`: nobody holds it, but a claim waits for more. `delayed`: its holder was lost, and it is granted to nobody yet. */
  readonly state: 'free' | 'queued' | 'held' | 'delayed' | (string & {});
  readonly sessionId: string;
  readonly owner: string;
  readonly fencingToken: number;
  readonly heldSinceMs: number;
  readonly count: number;
  readonly lockDelayMs: number;
  readonly ended: LockEnd | undefined;
  readonly queue: readonly LockWaiter[];
  readonly holds: readonly LockHold[];
}

/** A session waits at a lock for its holder, or for who stands right before it. */
export interface WaitFor {
  readonly fromSessionId: string;
  readonly path: string;
  readonly toSessionId: string;
}

export interface Locks {
  readonly locks: readonly LockState[];
  readonly waits: readonly WaitFor[];
  readonly slot: number;
}

export interface ListLocksOptions extends CallOptions {
  readonly prefix?: string;
  /** Also those that nobody holds or wants, as far as they are remembered. */
  readonly withFree?: boolean;
  readonly quorum?: ReadQuorum;
}

export interface ForceReleaseOptions extends WriteOptions {
  readonly by: string;
  readonly why?: string;
}

const text = (path: Buffer): string => path.toString('utf8');

export function lockState(lock: WireLock): LockState {
  return {
    ...lock,
    path: text(lock.path),
    queue: lock.queue.map((waiter) => ({ ...waiter, path: text(waiter.path) })),
    holds: lock.holds.map((hold) => ({ ...hold, path: text(hold.path) })),
  };
}

export async function listLocks(caller: Caller, options: ListLocksOptions): Promise<Locks> {
  const { prefix = '', withFree = false, quorum } = options;
  const { locks, waits, slot } = await caller.read({
    method: (stub) => stub.listLocks,
    request: () => ({ prefix: pathBytes(prefix), withFree, options: readOptions(quorum, caller.highestSlot) }),
    options,
  });
  return { locks: locks.map(lockState), waits: waits.map((edge) => ({ ...edge, path: text(edge.path) })), slot };
}

export async function forceReleaseLock(writer: Writer, path: string, options: ForceReleaseOptions): Promise<void> {
  const { by, why = '' } = options;
  await writer.run((stub) => stub.forceReleaseLock, { path: pathBytes(path), by, why }, { quorum: 'all', ...options });
}

export async function* watchLock(
  caller: Caller,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<LockState, void> {
  let told = '';
  for await (const { subject } of watchClaimOrLock(caller, { path, ticket: 0, positions: false }, signal)) {
    if (subject?.$case !== 'lock') continue;
    // A stream that was resumed elsewhere begins with how things stand, which may be known already.
    const state = lockState(subject.value);
    const news = JSON.stringify(state);
    if (news === told) continue;
    told = news;
    yield state;
  }
}

export function watchClaimOrLock(
  caller: Caller,
  { path, ticket, positions }: { readonly path: string; readonly ticket: number; readonly positions: boolean },
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchLockResponse, void> {
  const subject = { path: pathBytes(path), ticket, positions };
  return resumedStream(caller, (stub) => stub.watchLock({ ...subject, minSlot: caller.highestSlot }), signal);
}
