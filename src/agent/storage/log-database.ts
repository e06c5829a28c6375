import type Database from 'better-sqlite3';
import type { Writes } from '../consensus/io.ts';
import type { Ballot, JournalEntry, Slot } from '../consensus/types.ts';
import { decodeEntry } from './entry-codec.ts';
import { GroupFsync } from './group-fsync.ts';
import type { Identity } from './identity.ts';
import type { FoundLog, LogDisk } from './log-disk.ts';
import {
  type Acceptor,
  type AcceptorColumns,
  acceptorColumns,
  type EntryStatement,
  higherPromise,
  isIntact,
  type JournalRow,
  prepareEntry,
  putEntry,
  SELECT_JOURNAL,
  UPDATE_ACCEPTOR,
  writeIdentity,
} from './log-schema.ts';
import type { MarkKeeper } from './mark.ts';
import { asStorageFault, damaged, type StorageFault } from './storage-fault.ts';
import { PAGE_BYTES, type WalExtent } from './wal-file.ts';
import { WalRoom } from './wal-room.ts';
import { WalWatch } from './wal-watch.ts';

export interface LogDiskOptions {
  readonly file: string;
  /** Open, verified, with an empty WAL. */
  readonly database: Database.Database;
  readonly acceptor: Acceptor;
  /** max(last entry, floor - 1). */
  readonly end: Slot;
  readonly identity: Identity;
  readonly mark: MarkKeeper;
  /** After about so many a checkpoint makes the WAL start over. */
  readonly walFramesMax: number;
  readonly onFsync: (durationMs: number) => void;
  /** That much of the WAL, and commits up to that one, are durable. */
  readonly onDurable: (walFrames: number, sequence: number) => void;
  readonly run: (work: () => void) => void;
  readonly onFailure: (fault: StorageFault) => void;
}

/** What had been committed when an fsync began. */
interface Committed {
  readonly sequence: number;
  readonly promised: Ballot;
  readonly end: Slot;
  readonly logWal: WalExtent;
}

/**
 * `log.db`: what a vote rests on. A commit is synchronous and takes microseconds; it counts for nothing until an fsync
 * that began after it is back.
 */
export class SqliteLogDisk implements LogDisk {
  readonly database: Database.Database;
  onFloor: (floor: Slot) => void = () => {};
  onStateFlush: () => void = () => {};
  readonly #options: LogDiskOptions;
  readonly #fsync: GroupFsync<Committed>;
  #acceptor: Acceptor;
  #identity: Identity;
  #end: Slot;
  readonly #wal: WalWatch;
  readonly #room: WalRoom;

  readonly #begin: Database.Statement<[]>;
  readonly #commit: Database.Statement<[]>;
  readonly #rollback: Database.Statement<[]>;
  readonly #writeAcceptor: Database.Statement<AcceptorColumns>;
  readonly #writeEntry: EntryStatement;
  readonly #readEntries: Database.Statement<[number, number], JournalRow>;
  readonly #dropEntries: Database.Statement<[number]>;

  constructor(options: LogDiskOptions) {
    const { database, file } = options;
    this.#options = options;
    this.database = database;
    this.#acceptor = options.acceptor;
    this.#identity = options.identity;
    this.#end = options.end;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    this.#writeAcceptor = database.prepare(UPDATE_ACCEPTOR);
    this.#writeEntry = prepareEntry(database);
    this.#readEntries = database
      .prepare<[number, number], JournalRow>(`${SELECT_JOURNAL} WHERE slot BETWEEN ? AND ? ORDER BY slot`)
      .raw();
    this.#dropEntries = database.prepare('DELETE FROM journal WHERE slot < ?');
    this.#fsync = new GroupFsync({
      path: `${file}-wal`,
      capture: () => this.#committed(),
      durable: (committed) => {
        this.#guarded(() => {
          options.mark.update(committed);
          this.#room.keepAhead(committed.logWal.frames);
        });
        options.onDurable(committed.logWal.frames, committed.sequence);
      },
      onDuration: options.onFsync,
      run: options.run,
      onFailure: options.onFailure,
    });
    this.#wal = new WalWatch(database, this.#fsync.descriptor);
    this.#room = new WalRoom(this.#fsync.descriptor, options.walFramesMax);
  }

  get found(): FoundLog {
    const { promised, floor, chosenThrough } = this.#acceptor;
    return { promised, floor, end: this.#end, chosenThrough };
  }

  get identity(): Identity {
    return this.#identity;
  }

  get floor(): Slot {
    return this.#acceptor.floor;
  }

  get end(): Slot {
    return this.#end;
  }

  get stateNumber(): number {
    return this.#acceptor.stateNumber;
  }

  /** Number of the newest commit. */
  get sequence(): number {
    return this.#acceptor.sequence;
  }

  /** Bytes of `log.db` that hold something. */
  get usedBytes(): number {
    const pages = this.database.pragma('page_count', { simple: true }) as number;
    const free = this.database.pragma('freelist_count', { simple: true }) as number;
    return (pages - free) * PAGE_BYTES;
  }

  commit(writes: Writes): void {
    const { promised, chosenThrough } = writes;
    // A snapshot may have taken the place of entries that were on their way here.
    const entries = (writes.entries ?? []).filter(({ slot }) => slot >= this.#acceptor.floor);
    let end = this.#end;
    for (const { slot } of entries) {
      if (slot > end + 1) throw new Error(`journal slot ${slot} would leave a gap behind slot ${end}`);
      end = Math.max(end, slot);
    }
    const chosen = Math.max(this.#acceptor.chosenThrough, chosenThrough ?? 0);
    const next: Acceptor = {
      ...this.#acceptor,
      sequence: this.#acceptor.sequence + 1,
      chosenThrough: chosen,
      // A promise that was on its way here while a snapshot raised it does not lower it again.
      promised: higherPromise(promised, this.#acceptor.promised),
    };
    // One statement is a transaction by itself.
    if (promised === undefined && entries.length === 1) {
      this.#guarded(() => putEntry(this.#writeEntry, entries[0] as JournalEntry, next));
    } else if (entries.length === 0) {
      this.#guarded(() => this.#writeAcceptor.run(...acceptorColumns(next)));
    } else {
      this.#transaction(() => {
        for (const item of entries) putEntry(this.#writeEntry, item, next);
        if (promised !== undefined) this.#writeAcceptor.run(...acceptorColumns(next));
      });
    }
    this.#acceptor = next;
    this.#end = end;
  }

  fsync(done: () => void): void {
    this.#fsync.request(done);
  }

  /** At least the first entry asked for, then as many as fit. Throws rather than return a row that is not as written. */
  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): JournalEntry[] {
    const found: JournalEntry[] = [];
    let bytes = 0;
    this.#guarded(() => {
      for (const row of this.#readEntries.iterate(fromSlot, throughSlot)) {
        if (!isIntact(row)) throw damaged(this.#options.file, `journal slot ${row[0]} does not match its checksum`);
        const [slot, round, agentId, , , , entry] = row;
        bytes += entry.length;
        if (found.length > 0 && bytes > maxBytes) break;
        found.push({ slot, ballot: { round, agentId }, entry: decodeEntry(entry) });
      }
    });
    return found;
  }

  /** Blocks until everything committed is durable. */
  syncNow(): void {
    this.#guarded(() => this.#fsync.now());
  }

  /** Durable when it returns. Rare, and nothing may leave before it. */
  updateIdentity(change: Partial<Omit<Identity, 'agentId'>>): void {
    const identity = { ...this.#identity, ...change };
    this.#commitDurably(() => writeIdentity(this.database, identity));
    this.#identity = identity;
  }

  /** The first slot of a new cell, written as already chosen. Durable when it returns. */
  foundCell(identity: Identity, first: JournalEntry): void {
    const next: Acceptor = { ...this.#acceptor, sequence: this.#acceptor.sequence + 1, chosenThrough: first.slot };
    this.#commitDurably(() => {
      writeIdentity(this.database, identity);
      putEntry(this.#writeEntry, first, next);
    });
    this.#acceptor = next;
    this.#identity = identity;
    this.#end = first.slot;
  }

  /**
   * From now on another state file counts, and what it covers leaves the journal. Later entries stay. The promise rises
   * to that of the maker: who campaigned below the ballots that the state was chosen in could be outranked by entries
   * which lost against it. Durable, and in the mark, when it returns.
   */
  switchState(stateNumber: number, slot: Slot, promised: Ballot): void {
    const trimmed = this.#withoutBelow(slot + 1);
    const next: Acceptor = { ...trimmed, stateNumber, promised: higherPromise(promised, trimmed.promised) };
    this.#transaction(() => {
      this.#dropEntries.run(next.floor);
      this.#writeAcceptor.run(...acceptorColumns(next));
    });
    this.#acceptor = next;
    this.#end = Math.max(this.#end, slot);
    this.syncNow();
  }

  /** The caller knows that the state which covers them is durable. */
  dropBelow(floor: Slot): void {
    if (floor <= this.#acceptor.floor) return;
    const next = this.#withoutBelow(floor);
    this.#transaction(() => {
      this.#dropEntries.run(floor);
      this.#writeAcceptor.run(...acceptorColumns(next));
    });
    this.#acceptor = next;
    this.#end = Math.max(this.#end, floor - 1);
    this.onFloor(floor);
  }

  /** After a checkpoint: the descriptor must still be the right one, and the WAL gets a new salt. */
  afterCheckpoint(): void {
    this.#fsync.verifyFile();
    this.#wal.restarted();
    this.#room.restarted();
  }

  close(): void {
    this.#fsync.close();
    this.database.close();
  }

  /** The bound of the chosen prefix must not leave with the rows that carried it. */
  #withoutBelow(floor: Slot): Acceptor {
    const { chosenThrough, sequence } = this.#acceptor;
    return {
      ...this.#acceptor,
      sequence: sequence + 1,
      floor: Math.max(this.#acceptor.floor, floor),
      chosenThrough: Math.max(chosenThrough, floor - 1),
    };
  }

  #transaction(work: () => void): void {
    this.#guarded(() => {
      this.#begin.run();
      try {
        work();
        this.#commit.run();
      } catch (error) {
        if (this.database.inTransaction) this.#rollback.run();
        throw error;
      }
    });
  }

  #commitDurably(work: () => void): void {
    this.#transaction(work);
    this.syncNow();
  }

  #committed(): Committed {
    const { sequence, promised } = this.#acceptor;
    return { sequence, promised, end: this.#end, logWal: this.#wal.extent() };
  }

  /** Whatever fails here means that the agent stops. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      const fault = asStorageFault(this.#options.file, error);
      this.#options.onFailure(fault);
      throw fault;
    }
  }
}
