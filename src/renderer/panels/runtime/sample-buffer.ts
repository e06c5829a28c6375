import type { RuntimeSeries } from '../../../contract/index.ts';

const KEPT_MS = 3_600_000;
/** Old samples are dropped in lots, not one at a time. */
const SLACK_SAMPLES = 300;

/** The samples of the last hour, column by column, oldest first. A column that begins later has NaN before. */
export class SampleBuffer {
  readonly atMs: number[] = [];
  readonly columns = new Map<string, number[]>();

  get count(): number {
    return this.atMs.length;
  }

  get newestMs(): number {
    return this.atMs.at(-1) ?? 0;
  }

  /** The newest value of a column; NaN when there is none. */
  last(column: string): number {
    return this.columns.get(column)?.at(-1) ?? Number.NaN;
  }

  /** Takes what is newer than everything so far. False: nothing was. */
  append({ atMs, columns }: RuntimeSeries): boolean {
    const first = atMs.findIndex((at) => at > this.newestMs);
    if (first < 0) return false;
    const before = this.count;
    for (const name of Object.keys(columns)) {
      if (!this.columns.has(name)) this.columns.set(name, new Array<number>(before).fill(Number.NaN));
    }
    for (let index = first; index < atMs.length; index += 1) {
      this.atMs.push(atMs[index]!);
      for (const [name, values] of this.columns) values.push(columns[name]?.[index] ?? Number.NaN);
    }
    this.#dropOld();
    return true;
  }

  clear(): void {
    this.atMs.length = 0;
    this.columns.clear();
  }

  /** The index of the first sample at or after a time. */
  indexAt(fromMs: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.atMs[middle]! < fromMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOld(): void {
    const old = this.indexAt(this.newestMs - KEPT_MS);
    if (old < SLACK_SAMPLES) return;
    this.atMs.splice(0, old);
    for (const values of this.columns.values()) values.splice(0, old);
  }
}
