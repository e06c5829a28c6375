import { LIMIT_RECORDS, type LimitName } from '../../machine/coordination-records.ts';
import { LIMIT_DEFAULTS } from '../../machine/raisable-limits.ts';
import type { Reader } from '../../machine/system-records.ts';
import { invalid } from '../errors.ts';

/** What the cell may have of something; 0: as many as anybody wants. */
export interface LimitNow {
  readonly name: string;
  readonly limit: number;
  readonly defaultLimit: number;
  readonly by: string;
  readonly atMs: number;
}

export function limitsNow(state: Reader): LimitNow[] {
  return Object.entries(LIMIT_DEFAULTS).map(([name, defaultLimit]) => {
    const { limit = defaultLimit, by = '', atMs = 0 } = LIMIT_RECORDS.read(state, name) ?? {};
    return { name, limit, defaultLimit, by, atMs };
  });
}

/** @throws CellError when there is no such limit */
export function limitName(name: string): LimitName {
  if (Object.hasOwn(LIMIT_DEFAULTS, name)) return name as LimitName;
  throw invalid(`there is no limit "${name.slice(0, 80)}"; there are ${Object.keys(LIMIT_DEFAULTS).join(', ')}`);
}
