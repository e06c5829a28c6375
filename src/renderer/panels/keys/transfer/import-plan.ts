import type { KeyItem } from '../../../../contract/index.ts';
import { bytesOf, equalBytes } from '../bytes.ts';
import type { KeyToWrite } from './key-lines.ts';

/** What an import would do to one key, and what it expects there when it does it. */
export interface PlannedKey extends KeyToWrite {
  readonly kind: 'create' | 'change' | 'same';
  readonly expectedVersion: number;
  readonly leaseId: string;
}

export interface ImportPlan {
  readonly keys: readonly PlannedKey[];
  readonly created: number;
  readonly changed: number;
  readonly same: number;
}

/** `current`: what stands at the paths of the import now; absent: nothing. */
export function planImport(keys: readonly KeyToWrite[], current: ReadonlyMap<string, KeyItem>): ImportPlan {
  const planned = keys.map((key): PlannedKey => {
    const item = current.get(key.path);
    if (item === undefined) return { ...key, kind: 'create', expectedVersion: 0, leaseId: '' };
    const isSame = item.sizeBytes === key.bytes.length && !item.truncated && equalBytes(bytesOf(item.value), key.bytes);
    // Who changes a value does not mean to take away its lease.
    return { ...key, kind: isSame ? 'same' : 'change', expectedVersion: item.version, leaseId: item.leaseId };
  });
  const count = (kind: PlannedKey['kind']): number => planned.filter((key) => key.kind === kind).length;
  return { keys: planned, created: count('create'), changed: count('change'), same: count('same') };
}

/** What one transaction may hold, with room for what surrounds the values. */
export const BATCH_KEYS_MAX = 100;
export const BATCH_BYTES_MAX = 1024 * 1024;

/** The keys that have to be written, in the order of the file, in pieces that fit into one transaction each. */
export function batchesOf(
  plan: ImportPlan,
  kinds: ReadonlySet<PlannedKey['kind']>,
): readonly (readonly PlannedKey[])[] {
  const batches: PlannedKey[][] = [];
  let bytes = 0;
  for (const key of plan.keys) {
    if (key.kind === 'same' || !kinds.has(key.kind)) continue;
    const size = key.bytes.length + key.path.length * 2;
    const batch = batches.at(-1);
    if (batch === undefined || batch.length === BATCH_KEYS_MAX || bytes + size > BATCH_BYTES_MAX) {
      batches.push([key]);
      bytes = size;
    } else {
      batch.push(key);
      bytes += size;
    }
  }
  return batches;
}

export interface ImportReport {
  readonly written: number;
  /** Changed by somebody else after the plan was made: left alone. */
  readonly lost: readonly string[];
  /** Sent, and not known to have been written or not. */
  readonly unknown: readonly string[];
  readonly notTried: number;
  readonly error: unknown;
}

/** How batches are written; of the operator API, what an import needs. */
export interface ImportTarget {
  /** All or nothing; false: one of them has changed. */
  readonly writeAll: (batch: readonly PlannedKey[]) => Promise<boolean>;
  readonly writeOne: (key: PlannedKey) => Promise<boolean>;
  /** Whether an error says that nothing was done. */
  readonly isNotDone: (error: unknown) => boolean;
}

/**
 * Writes batch after batch, each only if its keys still stand as planned. When one of a batch has changed, its keys are tried
 * one by one. Stops at the first failure, and says exactly how far it came.
 */
export async function runImport(
  batches: readonly (readonly PlannedKey[])[],
  target: ImportTarget,
  onProgress: (written: number) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const total = batches.reduce((sum, batch) => sum + batch.length, 0);
  const lost: string[] = [];
  let written = 0;
  let tried: readonly PlannedKey[] = [];
  const report = (error: unknown, unknown: readonly string[]): ImportReport => ({
    written,
    lost,
    unknown,
    notTried: total - written - lost.length - unknown.length,
    error,
  });
  try {
    for (const batch of batches) {
      if (signal.aborted) break;
      tried = batch;
      if (await target.writeAll(batch)) written += batch.length;
      else {
        for (const key of batch) {
          tried = [key];
          if (await target.writeOne(key)) written += 1;
          else lost.push(key.path);
        }
      }
      onProgress(written);
    }
    return report(undefined, []);
  } catch (error) {
    return report(error, target.isNotDone(error) ? [] : tried.map(({ path }) => path));
  }
}

/** The longest path that all keys lie below, to read what stands there in one go. */
export function commonFolder(paths: readonly string[]): string {
  const [first = '/'] = paths;
  let length = first.lastIndexOf('/');
  for (const path of paths) {
    while (length > 0 && !path.startsWith(first.slice(0, length + 1))) length = first.lastIndexOf('/', length - 1);
  }
  return length <= 0 ? '/' : first.slice(0, length);
}
