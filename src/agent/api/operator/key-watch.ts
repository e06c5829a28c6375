import type { KeyChange } from '../../../contract/index.ts';
import type { CellPort, WatchBatch, WatchHandle } from '../../host/cell-port.ts';
import type { KeyRange } from '../validation.ts';
import { EventQueue } from './event-queue.ts';
import { CutOff } from './failure.ts';
import { keyChange } from './key-items.ts';

export interface KeyWatch extends KeyRange {
  readonly fromRevision: number;
  readonly withPrevious: boolean;
  readonly valueBytesMax: number;
}

export interface WatchedKeys {
  changes: KeyChange[];
  revision: number;
  slot: number;
}

/** So many events wait for a viewer; then it gets no more until it takes them. */
const UNREAD_MAX = 4;

/**
 * Changes as they are applied, whole revisions at a time, as fast as the viewer takes them. One that is too slow is cut
 * off with the revision to go on from.
 */
export function watchKeys(cell: CellPort, watch: KeyWatch, signal: AbortSignal) {
  let handle: WatchHandle | undefined;
  const queue = new EventQueue<WatchedKeys>(() => {
    if (queue.length < UNREAD_MAX) handle?.resume();
  });
  const { space, start, end, fromRevision, withPrevious, valueBytesMax } = watch;
  handle = cell.watch(
    { space, start, end, fromRevision, withPrevious },
    {
      deliver(batch) {
        queue.push(told(batch, valueBytesMax));
        return queue.length < UNREAD_MAX;
      },
      cut: (error, resumeFrom) => queue.end(new CutOff(error, resumeFrom)),
    },
  );
  return queue.iterate(signal, () => handle.cancel());
}

function told({ changes, revision, slot }: WatchBatch, valueBytesMax: number): WatchedKeys {
  return { changes: changes.map(({ change, previous }) => keyChange(change, previous, valueBytesMax)), revision, slot };
}
