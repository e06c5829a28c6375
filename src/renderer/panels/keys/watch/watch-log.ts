import type { KeyChange } from '../../../../contract/index.ts';
import { isWithin } from '../paths.ts';

/** Changes that are kept on the screen; older ones are dropped, and counted. */
export const KEPT = 2_000;

export interface WatchLog {
  readonly scope: string;
  /** Newest last. */
  readonly changes: readonly KeyChange[];
  readonly puts: number;
  readonly deletes: number;
  /** Told, and not on the screen any more. */
  readonly skipped: number;
  /** Through which revision of the keyspace everything was told. */
  readonly revision: number;
}

export function emptyLog(scope: string): WatchLog {
  return { scope, changes: [], puts: 0, deletes: 0, skipped: 0, revision: 0 };
}

/** Takes up what concerns the scope. */
export function withChanges(log: WatchLog, changes: readonly KeyChange[], revision: number): WatchLog {
  // After a resumption the same revision may be told again.
  const fresh = changes.filter(({ item }) => item.modRevision > log.revision && isWithin(item.path, log.scope));
  const through = Math.max(log.revision, revision);
  if (fresh.length === 0) return { ...log, revision: through };
  const all = [...log.changes, ...fresh];
  const deletes = fresh.filter(({ kind }) => kind === 'delete').length;
  return {
    scope: log.scope,
    changes: all.slice(-KEPT),
    puts: log.puts + fresh.length - deletes,
    deletes: log.deletes + deletes,
    skipped: log.skipped + Math.max(0, all.length - KEPT),
    revision: through,
  };
}
