import type Database from 'better-sqlite3';
import type { Space } from '../machine/store.ts';
import { verifyPages } from './start-verification.ts';
import { changeOf, DELETE, type LogRow, PUT, ROW_COLUMNS, RowDamage } from './state-row.ts';
import { readStoredMeta, SPACES, type StoredMeta, verifyStateFormat } from './state-schema.ts';
import { damaged } from './storage-fault.ts';

/**
 * Whether the state is whole: every page well-formed, every key with its newest revision, none lost. Values have
 * checksums that are compared whenever one is read; reading all of them here would make large cells start slowly.
 */
export function verifyState(database: Database.Database, file: string): StoredMeta {
  verifyStateFormat(database, file);
  verifyPages(database, file);
  const stored = readStoredMeta(database, file);
  for (const space of SPACES) verifySpace(database, file, space, stored);
  return stored;
}

function verifySpace(database: Database.Database, file: string, space: Space, stored: StoredMeta): void {
  const record = stored.spaces[space];
  for (const [table, kind, expected] of [
    ['live', PUT, record.live],
    ['dead', DELETE, record.dead],
  ] as const) {
    const [count, wrong] = database
      .prepare<[number], [number, number]>(
        `SELECT count(*), coalesce(sum(l.key IS NOT c.key OR l.kind IS NOT ?), 0)
           FROM ${space}_${table} c LEFT JOIN ${space}_log l ON l.position = c.position`,
      )
      .raw()
      .get(kind) as [number, number];
    if (wrong > 0) throw damaged(file, `${wrong} keys do not belong to the revisions they name`);
    if (count !== expected) throw damaged(file, `${expected} keys were stored, ${count} are there`);
  }
  const newest = database.prepare(`SELECT coalesce(max(position), 0) FROM ${space}_log`).pluck().get() as number;
  if (newest >= record.position) throw damaged(file, 'there are revisions that were never recorded');
}

/** Every row with its checksum: for a state that comes from elsewhere. */
export function verifyRows(database: Database.Database, file: string): void {
  try {
    for (const space of SPACES) {
      const rows = database.prepare<[], LogRow>(`SELECT ${ROW_COLUMNS} FROM ${space}_log l`).raw();
      for (const row of rows.iterate()) changeOf(row);
    }
  } catch (error) {
    if (error instanceof RowDamage) throw damaged(file, error.message, error);
    throw error;
  }
}
