import { crc32 } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { Ballot, JournalEntry, Slot } from '../consensus/types.ts';
import { encodeEntry } from './entry-codec.ts';
import type { Identity } from './identity.ts';
import { damaged, StorageFault } from './storage-fault.ts';

/** A stored format: a later version migrates, it never reinterprets. */
const LOG_FORMAT = 1;

/**
 * `chosen` and `sequence` stand in the newest row that a commit wrote, so that a batch dirties one page and not two;
 * their values are the highest found anywhere. Every checksum covers the whole row.
 */
const SCHEMA = `
  CREATE TABLE identity (id INTEGER PRIMARY KEY, json TEXT NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE acceptor (
    id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, round INTEGER NOT NULL, agent TEXT NOT NULL,
    chosen INTEGER NOT NULL, floor INTEGER NOT NULL, state INTEGER NOT NULL, checksum INTEGER NOT NULL
  );
  CREATE TABLE journal (
    slot INTEGER PRIMARY KEY, round INTEGER NOT NULL, agent TEXT NOT NULL, chosen INTEGER NOT NULL,
    sequence INTEGER NOT NULL, checksum INTEGER NOT NULL, entry BLOB NOT NULL
  );
`;

/** The one row beside the journal. */
export interface Acceptor {
  /** Of the commit that wrote this row. */
  readonly sequence: number;
  readonly promised: Ballot;
  readonly chosenThrough: Slot;
  /** First slot the journal holds, or would hold. */
  readonly floor: Slot;
  /** Number of the current state file. */
  readonly stateNumber: number;
}

/** Promises only grow. */
export function higherPromise(promised: Ballot | undefined, own: Ballot): Ballot {
  if (promised === undefined || promised.round < own.round) return own;
  return promised.round > own.round || promised.agentId > own.agentId ? promised : own;
}

export type JournalRow = readonly [
  slot: number,
  round: number,
  agent: string,
  chosen: number,
  sequence: number,
  checksum: number,
  entry: Buffer,
];

export const SELECT_JOURNAL = 'SELECT slot, round, agent, chosen, sequence, checksum, entry FROM journal';

export function createLogSchema(database: Database.Database, identity: Identity, acceptor: Acceptor): void {
  database.exec(SCHEMA);
  writeIdentity(database, identity);
  writeAcceptor(database, acceptor);
  database.pragma(`user_version = ${LOG_FORMAT}`);
}

/** False: a crash came before anything was written. */
export function hasLogSchema(database: Database.Database, file: string): boolean {
  const format = database.pragma('user_version', { simple: true }) as number;
  if (format === LOG_FORMAT) return true;
  const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (format === 0 && tables === 0) return false;
  if (format > LOG_FORMAT && format < 1_000) {
    throw new StorageFault('unusable', file, 'written by a newer version of Synod', 'Start that version');
  }
  throw damaged(file, `unknown format ${format}`);
}

export function checksumOfRow(slot: Slot, ballot: Ballot, chosen: Slot, sequence: number, entry: Uint8Array): number {
  return crc32(entry, crc32(`${slot} ${ballot.round} ${ballot.agentId} ${chosen} ${sequence}`));
}

const INSERT_ENTRY = 'INSERT OR REPLACE INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)';

export type EntryStatement = Database.Statement<[number, number, string, number, number, number, Uint8Array]>;

export function prepareEntry(database: Database.Database): EntryStatement {
  return database.prepare(INSERT_ENTRY);
}

/** As part of the commit that `acceptor` describes. */
export function putEntry(statement: EntryStatement, item: JournalEntry, acceptor: Acceptor): void {
  const { slot, ballot } = item;
  const { chosenThrough, sequence } = acceptor;
  const entry = encodeEntry(item.entry);
  const checksum = checksumOfRow(slot, ballot, chosenThrough, sequence, entry);
  statement.run(slot, ballot.round, ballot.agentId, chosenThrough, sequence, checksum, entry);
}

export function isIntact(row: JournalRow): boolean {
  const [slot, round, agentId, chosen, sequence, checksum, entry] = row;
  // A flipped type bit may turn a column into something else.
  if (!Buffer.isBuffer(entry)) return false;
  return checksum === checksumOfRow(slot, { round, agentId }, chosen, sequence, entry);
}

export function writeIdentity(database: Database.Database, identity: Identity): void {
  const json = JSON.stringify(identity);
  database.prepare('INSERT OR REPLACE INTO identity VALUES (1, ?, ?)').run(json, crc32(json));
}

export function readIdentity(database: Database.Database, file: string): Identity {
  const row = database.prepare<[], [string, number]>('SELECT json, checksum FROM identity').raw().get();
  if (row === undefined) throw damaged(file, 'the identity of this agent is missing');
  const [json, checksum] = row;
  if (typeof json !== 'string' || crc32(json) !== checksum) {
    throw damaged(file, 'the identity of this agent does not match its checksum');
  }
  return JSON.parse(json) as Identity;
}

export const UPDATE_ACCEPTOR = 'INSERT OR REPLACE INTO acceptor VALUES (1, ?, ?, ?, ?, ?, ?, ?)';

export type AcceptorColumns = [number, number, string, number, number, number, number];

export function acceptorColumns(acceptor: Acceptor): AcceptorColumns {
  const { sequence, promised, chosenThrough, floor, stateNumber } = acceptor;
  const columns = [sequence, promised.round, promised.agentId, chosenThrough, floor, stateNumber] as const;
  return [...columns, crc32(columns.join(' '))];
}

function writeAcceptor(database: Database.Database, acceptor: Acceptor): void {
  database.prepare(UPDATE_ACCEPTOR).run(...acceptorColumns(acceptor));
}

export function readAcceptor(database: Database.Database, file: string): Acceptor {
  const row = database
    .prepare<[], AcceptorColumns>('SELECT sequence, round, agent, chosen, floor, state, checksum FROM acceptor')
    .raw()
    .get();
  if (row === undefined) throw damaged(file, 'the promise of this agent is missing');
  const [sequence, round, agentId, chosenThrough, floor, stateNumber, checksum] = row;
  if (crc32(row.slice(0, -1).join(' ')) !== checksum) {
    throw damaged(file, 'the promise of this agent does not match its checksum');
  }
  return { sequence, promised: { round, agentId }, chosenThrough, floor, stateNumber };
}
