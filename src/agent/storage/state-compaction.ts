import type Database from 'better-sqlite3';
import type { Space } from '../machine/store.ts';
import { DELETE } from './state-row.ts';
import type { StateSpace } from './state-space.ts';

/** How many changes one step looks at: a few milliseconds. */
const STEP_CHANGES = 2_000;

/**
 * Deletes what a compaction made invisible. It is visible to nobody from the moment of the command on; the rows go in
 * steps, because a floor that moves over a million changes would stop every agent of the cell at once.
 */
export class StateCompaction {
  readonly #space: StateSpace;
  readonly #superseded: Database.Statement<[number, number]>;
  readonly #deletions: Database.Statement<[number, number], [number, Buffer]>;
  readonly #deleteAt: Database.Statement<[number]>;
  readonly #deleteDead: Database.Statement<[Buffer, number]>;

  constructor(database: Database.Database, name: Space, space: StateSpace) {
    this.#space = space;
    const log = `${name}_log`;
    this.#superseded = database.prepare(
      `DELETE FROM ${log} WHERE position IN
         (SELECT previous FROM ${log} WHERE position >= ? AND position < ? AND previous <> 0)`,
    );
    this.#deletions = database
      .prepare<[number, number], [number, Buffer]>(
        `SELECT position, key FROM ${log} WHERE position >= ? AND position < ? AND kind = ${DELETE}`,
      )
      .raw();
    this.#deleteAt = database.prepare(`DELETE FROM ${log} WHERE position = ?`);
    this.#deleteDead = database.prepare(`DELETE FROM ${name}_dead WHERE key = ? AND position = ?`);
  }

  begin(floor: number): void {
    const { record } = this.#space;
    if (floor <= record.floor) return;
    // Deletions at the old floor itself were left standing.
    record.compactFrom = Math.min(record.compactFrom, this.#space.firstPosition(record.floor));
    record.floor = floor;
    record.compactThrough = this.#space.firstPosition(floor + 1);
  }

  get isPending(): boolean {
    return this.#space.record.compactFrom < this.#space.record.compactThrough;
  }

  /** Looks at some of the changes up to the floor; what each superseded goes, and deletions below the floor. */
  step(changesMax = STEP_CHANGES): void {
    const { record } = this.#space;
    if (!this.isPending) return;
    const from = record.compactFrom;
    const through = Math.min(from + changesMax, record.compactThrough);
    // First, while every change of this step is there to name the one before it.
    this.#superseded.run(from, through);
    // Deletions at the floor itself stay: a watch may begin there.
    const belowFloor = Math.min(through, this.#space.firstPosition(record.floor));
    for (const [position, key] of this.#deletions.all(from, belowFloor)) {
      record.dead -= this.#deleteDead.run(key, position).changes;
      this.#deleteAt.run(position);
    }
    record.compactFrom = through;
  }

  finish(): void {
    while (this.isPending) this.step();
  }
}
