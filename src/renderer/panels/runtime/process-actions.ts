import { create } from 'zustand';
import { act } from '../../activity/activity-store.ts';
import { client } from '../../connection/connection-store.ts';
import { bytesText } from '../../ui/numbers.ts';
import { saveFile } from '../../ui/save-file.ts';
import { collectFile } from './heap-download.ts';

/** What runs, so that its button says so in every visit of the panel. */
export interface ProcessActions {
  readonly profiling: boolean;
  /** Bytes that have come; undefined: none is being taken. */
  readonly snapshotBytes: number | undefined;
}

export const useProcessActions = create<ProcessActions>(() => ({ profiling: false, snapshotBytes: undefined }));

let stopSnapshot = new AbortController();

export async function takeCpuProfile(durationMs: number): Promise<void> {
  useProcessActions.setState({ profiling: true });
  await act(
    `CPU profile of ${durationMs / 1_000} s`,
    async () => {
      const { fileName, profile } = await client().runtime.cpuProfile({ durationMs });
      saveFile(fileName, new Blob([profile], { type: 'application/json' }));
      return { fileName, sizeBytes: profile.length };
    },
    ({ fileName, sizeBytes }) => `${fileName}, ${bytesText(sizeBytes)}`,
  );
  useProcessActions.setState({ profiling: false });
}

export async function takeHeapSnapshot(): Promise<void> {
  stopSnapshot = new AbortController();
  const { signal } = stopSnapshot;
  useProcessActions.setState({ snapshotBytes: 0 });
  await act(
    'Heap snapshot',
    async () => {
      const pieces = await client().runtime.heapSnapshot(undefined, { signal });
      const file = await collectFile(pieces, (snapshotBytes) => useProcessActions.setState({ snapshotBytes }));
      // Given up at the very end it may have come whole; nobody wants it any more.
      signal.throwIfAborted();
      saveFile(file.fileName, file.content);
      return file;
    },
    ({ fileName, content }) => `${fileName}, ${bytesText(content.size)}`,
  );
  useProcessActions.setState({ snapshotBytes: undefined });
}

export function giveUpSnapshot(): void {
  stopSnapshot.abort(new Error('You stopped the heap snapshot.'));
}
