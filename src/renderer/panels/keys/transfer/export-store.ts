import { create } from 'zustand';
import { act } from '../../../activity/activity-store.ts';
import { client } from '../../../connection/connection-store.ts';
import { Refusal } from '../../../connection/failure.ts';
import { saveFile } from '../../../ui/save-file.ts';
import { prefixBelow } from '../paths.ts';
import { keyLine } from './key-lines.ts';

export interface ExportState {
  readonly phase: 'idle' | 'running';
  readonly path: string;
  readonly read: number;
  readonly total: number;
  /** As of which revision everything is. */
  readonly revision: number;
}

const IDLE: ExportState = { phase: 'idle', path: '', read: 0, total: 0, revision: 0 };
const PAGE = 1_000;

export const useExport = create<ExportState>(() => IDLE);

let stop = new AbortController();

export function cancelExport(): void {
  stop.abort();
}

/** A path and everything below it as one file, page by page, all as of one revision. */
export async function exportScope(path: string): Promise<void> {
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  useExport.setState({ ...IDLE, phase: 'running', path }, true);
  await act(
    `Export ${path}`,
    async () => {
      try {
        const { parts, count, revision } = await readScope(path, signal);
        saveFile(
          `keys${path === '/' ? '' : path.replaceAll('/', '-')}-r${revision}.jsonl`,
          new Blob(parts, { type: 'application/jsonl' }),
        );
        return { count, revision };
      } catch (error) {
        if (signal.aborted) throw new Refusal('CANCELLED', `The export of ${path} was cancelled; no file was written.`);
        throw error;
      }
    },
    ({ count, revision }) => `${count} keys as of revision ${revision}`,
  );
  useExport.setState(IDLE, true);
}

async function readScope(path: string, signal: AbortSignal) {
  const { keys } = client();
  const parts: Blob[] = [];
  let count = 0;
  let revision = 0;
  let after = '';
  for (;;) {
    const page = await keys.range(
      { prefix: prefixBelow(path), after, limit: PAGE, quorum: 'majority', revision },
      { signal },
    );
    if (revision === 0) {
      revision = page.revision;
      // The path itself may be a key, beside being a folder.
      const own = path === '/' ? null : (await keys.get({ path, revision, quorum: 'majority' }, { signal })).item;
      if (own !== null) {
        parts.push(new Blob([keyLine(own)]));
        count += 1;
      }
    }
    // A blob lies outside of the memory of the page.
    if (page.items.length > 0) parts.push(new Blob([page.items.map(keyLine).join('')]));
    count += page.items.length;
    useExport.setState({ read: count, total: Math.max(count, page.count), revision });
    const last = page.items.at(-1);
    if (!page.more || last === undefined) return { parts, count, revision };
    after = last.path;
  }
}
