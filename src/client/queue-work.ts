import type { ClaimedEntry } from './claimed-entry.ts';
import { isTransient, SynodError } from './errors.ts';
import type { ClaimOptions } from './queue.ts';
import { reasonOf } from './reasons.ts';
import { backoffMs, pause } from './retry.ts';
import type { Work } from './work.ts';

export interface WorkOptions {
  /** Entries at a time. Default 1. */
  readonly concurrency?: number;
  /**
   * When it fires, no more entries are asked for. What runs, or is just being given out, is finished: whoever wants it
   * shorter tells `work` themselves.
   */
  readonly signal?: AbortSignal;
  /** A lease of each claim, renewed in the background, shorter than the session's. Default: none. */
  readonly leaseTtlMs?: number;
  /** Told of what went wrong with an entry: `work` threw, or what became of the entry could not be said. */
  readonly onError?: (error: unknown, entry: ClaimedEntry) => void;
}

/** `isOwn`: the session is the client's own, which is opened anew when it was lost. */
export async function workOn(
  claim: (options: ClaimOptions) => Promise<ClaimedEntry | undefined>,
  work: Work<ClaimedEntry>,
  options: WorkOptions & { readonly isOwn: boolean },
): Promise<void> {
  const { concurrency = 1, signal, leaseTtlMs, onError, isOwn } = options;
  if (!(concurrency >= 1)) throw new SynodError('INVALID_ARGUMENT', `at least 1 entry at a time, not ${concurrency}`);
  const asked: ClaimOptions = {
    ...(signal && { signal }),
    ...(leaseTtlMs !== undefined && { leaseTtlMs }),
  };
  const running = new Set<Promise<void>>();
  try {
    for (let failures = 0; !signal?.aborted; ) {
      if (running.size >= concurrency) {
        await Promise.race(running);
        continue;
      }
      try {
        const entry = (await claim(asked))!;
        failures = 0;
        const task = finish(entry, work, onError).finally(() => running.delete(task));
        running.add(task);
      } catch (thrown) {
        const error = thrown as SynodError;
        // A worker lives through the absence of its cell.
        if (!signal?.aborted && !isPassing(error, isOwn)) throw error;
        await pause(backoffMs(failures), signal).catch(() => undefined);
        failures += 1;
      }
    }
  } finally {
    await Promise.all(running);
  }
}

function isPassing(error: SynodError, isOwn: boolean): boolean {
  return isTransient(error) || (isOwn && error.reason === 'SESSION_UNKNOWN');
}

/** Tells what became of the entry for as long as that can be told. */
async function finish(entry: ClaimedEntry, work: Work<ClaimedEntry>, onError: WorkOptions['onError']): Promise<void> {
  let isTold = false;
  const report = (error: unknown): void => {
    isTold = true;
    onError?.(error, entry);
  };
  let tell: () => Promise<void>;
  try {
    const result = (await work(entry)) ?? '';
    tell = () => entry.complete(result);
  } catch (error) {
    report(error);
    tell = () => entry.fail(reasonOf(error));
  }
  for (let tries = 0; !entry.isSettled; tries += 1) {
    try {
      await tell();
    } catch (error) {
      if (isTransient(error as SynodError) && !entry.signal.aborted) {
        await pause(backoffMs(tries), entry.signal).catch(() => undefined);
      } else {
        entry.abandon('its worker could not say what became of it');
        report(error);
      }
    }
  }
  // It was lost while `work` went on as if nothing had happened.
  if (entry.isLost && !isTold) report(entry.signal.reason);
}
