import { create } from 'zustand';
import type { KeyItem } from '../../../../contract/index.ts';
import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { failureOf, Refusal } from '../../../connection/failure.ts';
import { wireOf } from '../bytes.ts';
import { prefixBelow } from '../paths.ts';
import {
  batchesOf,
  commonFolder,
  type ImportPlan,
  type ImportReport,
  type ImportTarget,
  planImport,
  runImport,
} from './import-plan.ts';
import { type KeyToWrite, type ReadLines, readKeyLines } from './key-lines.ts';

export type ImportState =
  | { readonly phase: 'choosing'; readonly error: unknown }
  | { readonly phase: 'reading'; readonly fileName: string }
  | { readonly phase: 'planned'; readonly fileName: string; readonly lines: ReadLines; readonly plan: ImportPlan }
  | { readonly phase: 'writing'; readonly plan: ImportPlan; readonly written: number; readonly total: number }
  | { readonly phase: 'done'; readonly report: ImportReport };

export const useImport = create<ImportState>(() => ({ phase: 'choosing', error: undefined }));

/** Up to here every key is read by itself; above, the folder that holds them all is read through. */
const READ_ONE_BY_ONE_MAX = 300;
const READS_AT_ONCE = 6;
const PAGE = 2_000;

let stop = new AbortController();

export function resetImport(): void {
  stop.abort();
  stop = new AbortController();
  useImport.setState({ phase: 'choosing', error: undefined }, true);
}

/** Reads a file and compares it with what stands in the cell. Nothing is written. */
export async function planFile(file: File): Promise<void> {
  const { signal } = stop;
  useImport.setState({ phase: 'reading', fileName: file.name }, true);
  try {
    const lines = readKeyLines(await file.text());
    const current = await readCurrent(lines.keys, signal);
    if (signal.aborted) return;
    useImport.setState({ phase: 'planned', fileName: file.name, lines, plan: planImport(lines.keys, current) }, true);
  } catch (error) {
    if (!signal.aborted) useImport.setState({ phase: 'choosing', error }, true);
  }
}

export function stopImport(): void {
  stop.abort();
}

/** Writes what was planned: keys that are new, and, if wanted, those that change. */
export async function writePlan(plan: ImportPlan, isChangeWanted: boolean): Promise<void> {
  const { signal } = stop;
  const batches = batchesOf(plan, new Set(isChangeWanted ? ['create', 'change'] : ['create']));
  const total = batches.reduce((sum, batch) => sum + batch.length, 0);
  useImport.setState({ phase: 'writing', plan, written: 0, total }, true);
  let report: ImportReport | undefined;
  await act(
    `Import ${total} keys`,
    async () => {
      const onProgress = (written: number): void =>
        useImport.setState({ phase: 'writing', plan, written, total }, true);
      report = await runImport(batches, TARGET, onProgress, signal);
      if (report.error !== undefined) throw report.error;
      if (report.notTried > 0) throw new Refusal('CANCELLED', `Stopped: ${report.written} keys were written before.`);
    },
    () =>
      `${report?.written} written${report?.lost.length ? `, ${report.lost.length} had changed and were left alone` : ''}`,
  );
  if (report !== undefined) useImport.setState({ phase: 'done', report }, true);
}

const TARGET: ImportTarget = {
  async writeAll(batch) {
    const { succeeded } = await client().keys.transact({
      compare: batch.map(({ path, expectedVersion }) => ({ path, version: expectedVersion })),
      then: batch.map(({ path, bytes, leaseId }) => ({ put: { path, value: wireOf(bytes), leaseId } })),
    });
    return succeeded;
  },
  async writeOne({ path, bytes, expectedVersion, leaseId }) {
    const value = wireOf(bytes);
    const { succeeded } = await client().keys.compareAndWrite({
      path,
      expected: { version: expectedVersion },
      value,
      leaseId,
    });
    return succeeded;
  },
  isNotDone: (error) => failureOf(error).effect === 'not_done',
};

async function readCurrent(keys: readonly KeyToWrite[], signal: AbortSignal): Promise<Map<string, KeyItem>> {
  const found = new Map<string, KeyItem>();
  if (keys.length > READ_ONE_BY_ONE_MAX) {
    await readThrough(keys, found, signal);
    return found;
  }
  const left = keys.map(({ path }) => path);
  const work = async (): Promise<void> => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const { item } = await client().keys.get({ path, quorum: 'majority' }, { signal });
      if (item !== null) found.set(path, item);
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
  return found;
}

async function readThrough(
  keys: readonly KeyToWrite[],
  found: Map<string, KeyItem>,
  signal: AbortSignal,
): Promise<void> {
  const wanted = new Set(keys.map(({ path }) => path));
  const prefix = prefixBelow(commonFolder([...wanted]));
  let after = '';
  let revision = 0;
  for (;;) {
    const page = await client().keys.range({ prefix, after, limit: PAGE, quorum: 'majority', revision }, { signal });
    for (const item of page.items) if (wanted.has(item.path)) found.set(item.path, item);
    const last = page.items.at(-1);
    if (!page.more || last === undefined) return;
    after = last.path;
    if (revision === 0) revision = page.revision;
  }
}
