import type { CellError, CellPort, WatchHandle } from '../../host/cell-port.ts';
import { prefixEnd } from '../../machine/keys.ts';
import { EventQueue } from './event-queue.ts';

const BETWEEN_EVENTS_MS = 100;

/**
 * What `look` says, at once and after changes of these folders of the system keyspace; not more often than people can see,
 * and a slow viewer skips what is outdated. The same is not told twice.
 */
export function watchStates<T extends object>(
  cell: CellPort,
  folders: readonly string[],
  look: () => T,
  signal: AbortSignal,
) {
  let handles: WatchHandle[] = [];
  let planned: NodeJS.Timeout | undefined;
  let isDue = false;
  let told = '';
  let toldMs = Number.NEGATIVE_INFINITY;
  const queue = new EventQueue<T>(() => {
    if (isDue) tellSoon();
  });
  const tell = (): void => {
    planned = undefined;
    isDue = queue.length > 0;
    if (isDue) return;
    const state = look();
    const news = JSON.stringify({ ...state, slot: 0 });
    if (news === told) return;
    told = news;
    toldMs = performance.now();
    queue.push(state);
  };
  const tellSoon = (): void => {
    planned ??= setTimeout(tell, Math.max(0, toldMs + BETWEEN_EVENTS_MS - performance.now()));
  };
  const changed = (): boolean => {
    tellSoon();
    return true;
  };
  const open = (): void => {
    for (const handle of handles) handle.cancel();
    if (queue.isEnded) return;
    const fromRevision = cell.state.revision('system') + 1;
    handles = folders.map((start) =>
      cell.watch(
        { space: 'system', start, end: prefixEnd(start), fromRevision, withPrevious: false },
        { deliver: changed, cut },
      ),
    );
    tellSoon();
  };
  const cut = (error: CellError): void => {
    if (error.reason === 'SHUTTING_DOWN') queue.end(error);
    // Left behind, or the state was replaced: it says everything, and what comes is watched anew.
    else setImmediate(open);
  };
  open();
  return queue.iterate(signal, () => {
    clearTimeout(planned);
    for (const handle of handles) handle.cancel();
  });
}
