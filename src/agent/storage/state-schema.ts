import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { Ballot } from '../consensus/types.ts';
import type { Space, StateMeta } from '../machine/store.ts';
import { damaged, StorageFault } from './storage-fault.ts';

const STATE_FORMAT = 1;

export const SPACES: readonly Space[] = ['user', 'system'];

/**
 * Each keyspace has an append-only log; `position` grows with (revision, ordinal) and links each change to the one
 * before it of the same key. `live` has the keys that exist, `dead` those of which only a deletion is the newest: apart,
 * because a queue leaves thousands of dead keys before its first live one. Sums and counters in `space` let a start
 * notice rows that vanished. Header and value have checksums of their own, so that listings need not read values.
 */
function spaceSchema(space: Space): string {
  return `
    CREATE TABLE ${space}_log (
      position INTEGER PRIMARY KEY, previous INTEGER NOT NULL, kind INTEGER NOT NULL, revision INTEGER NOT NULL,
      ordinal INTEGER NOT NULL, create_revision INTEGER NOT NULL, version INTEGER NOT NULL, slot INTEGER NOT NULL,
      stamp INTEGER NOT NULL, previous_revision INTEGER NOT NULL, lease TEXT NOT NULL, header_checksum INTEGER NOT NULL,
      value_checksum INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL
    );
    CREATE TABLE ${space}_live (key BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE ${space}_dead (key BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
  `;
}

const SCHEMA = `
  CREATE TABLE meta (id INTEGER PRIMARY KEY, json TEXT NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE plain (key BLOB PRIMARY KEY, checksum INTEGER NOT NULL, value BLOB NOT NULL) WITHOUT ROWID;
  ${SPACES.map(spaceSchema).join('')}
`;

/** As a store says of itself that nothing was applied to; the same as the machine's `initialMeta()`. */
export function emptyMeta(cellId = ''): StateMeta {
  return {
    appliedSlot: 0,
    lastStampMs: 0,
    userRevision: 0,
    systemRevision: 0,
    userFloor: 0,
    systemFloor: 0,
    era: '{"round":0,"agentId":""}',
    configuration: '{"epoch":0,"participants":[]}',
    configurationSlot: 0,
    cellId,
    stateHash: '',
  };
}

/** What storage keeps of a keyspace for itself. */
export interface SpaceRecord {
  /** Position of the next change. */
  position: number;
  live: number;
  dead: number;
  /** The newest compaction, and the positions that it has still to look at: [from, through). */
  floor: number;
  compactFrom: number;
  compactThrough: number;
}

export interface StoredMeta {
  readonly meta: StateMeta;
  /**
   * Of the agent that flushed it: at least every ballot that something in it was chosen in. `log.db` may lose its newest
   * commits in a power failure while the state keeps what rests on them.
   */
  readonly promised: Ballot;
  readonly spaces: Record<Space, SpaceRecord>;
}

/** What an agent has promised that never promised anything. */
export const NOBODY: Ballot = { round: 0, agentId: '' };

function emptySpace(): SpaceRecord {
  return { position: 1, live: 0, dead: 0, floor: 0, compactFrom: 1, compactThrough: 1 };
}

export function createStateSchema(database: Database.Database): void {
  database.exec(SCHEMA);
  const spaces = { user: emptySpace(), system: emptySpace() };
  writeStoredMeta(database, { meta: emptyMeta(), promised: NOBODY, spaces });
  database.pragma(`user_version = ${STATE_FORMAT}`);
}

export function verifyStateFormat(database: Database.Database, file: string): void {
  const format = database.pragma('user_version', { simple: true }) as number;
  if (format === STATE_FORMAT) return;
  if (format > STATE_FORMAT && format < 1_000) {
    throw new StorageFault('unusable', file, 'written by a newer version of Synod', 'Start that version');
  }
  throw damaged(file, `unknown format ${format}`);
}

export function writeStoredMeta(database: Database.Database, stored: StoredMeta): void {
  const json = JSON.stringify(stored);
  database.prepare('INSERT OR REPLACE INTO meta VALUES (1, ?, ?)').run(json, crc32(json));
}

export function readStoredMeta(database: Database.Database, file: string): StoredMeta {
  const row = database.prepare<[], [string, number]>('SELECT json, checksum FROM meta').raw().get();
  if (row === undefined) throw damaged(file, 'the record of what was applied is missing');
  const [json, checksum] = row;
  if (typeof json !== 'string' || crc32(json) !== checksum) {
    throw damaged(file, 'the record of what was applied does not match its checksum');
  }
  return JSON.parse(json) as StoredMeta;
}
