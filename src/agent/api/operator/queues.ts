import type {
  EntryList,
  EntryView,
  ListedEntry,
  QueueList,
  QueueView as QueueShown,
} from '../../../contract/queues.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { type EntryRecord, QUEUE_ENTRIES, QUEUES } from '../../machine/queue-types.ts';
import type { Key } from '../../machine/store.ts';
import {
  type EntryFilter,
  entryView,
  entryViews,
  payloadOf,
  type QueueView,
  queueViews,
} from '../coordination/queue-view.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedKey } from './key-ranges.ts';
import { queueWrites } from './queue-writes.ts';
import { whenReadable } from './reading.ts';
import { watchStates } from './state-watch.ts';
import { keyOf, pathOf, toldBytes, valueView } from './texts.ts';

/** So much is read for the beginnings of payloads: a list is told anew after each change, and a payload is read as a whole. */
const PAYLOADS_READ_BYTES_MAX = 4 * 1024 * 1024;

export function queuesProcedures(os: OperatorBuilder) {
  const { queues } = os;
  return {
    ...queueWrites(os),
    list: queues.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      return whenReadable(ports, input, call, () => queueList(ports.api.cell, input.prefix));
    }),
    watch: queues.watch.handler(({ context: { reach, call }, input }) => {
      const { cell } = reach.ports().api;
      return watchStates(cell, [QUEUES.keyOf('')], () => queueList(cell, input.prefix), call.signal);
    }),
    entries: queues.entries.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const path = checkedKey(input.path);
      return whenReadable(ports, input, call, () => entryList(ports.api.cell, path, input));
    }),
    watchEntries: queues.watchEntries.handler(({ context: { reach, call }, input }) => {
      const { cell } = reach.ports().api;
      const path = checkedKey(input.path);
      const folders = [QUEUES.keyOf(''), QUEUE_ENTRIES.keyOf('')];
      return watchStates(cell, folders, () => entryList(cell, path, input), call.signal);
    }),
    entry: queues.entry.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const path = checkedKey(input.path);
      return whenReadable(ports, input, call, () => {
        const { state } = ports.api.cell;
        const found = entryView(state, path, input.seq);
        return {
          entry: found === undefined ? null : entryShown(found.record),
          payload: toldBytes(found?.payload),
          progress: toldBytes(found?.progress),
          result: toldBytes(found?.result),
          slot: state.appliedSlot,
        };
      });
    }),
  };
}

function queueList({ state }: CellPort, prefix: string): QueueList {
  return { queues: queueViews(state, keyOf(prefix)).map(queueShown), slot: state.appliedSlot };
}

interface ListFilter extends EntryFilter {
  readonly payloadBytesMax: number;
}

function entryList({ state }: CellPort, path: Key, { payloadBytesMax, ...filter }: ListFilter): EntryList {
  const { queue, entries, more } = entryViews(state, path, filter);
  let unreadBytes = PAYLOADS_READ_BYTES_MAX;
  const listed = (entry: EntryRecord): ListedEntry => {
    unreadBytes -= entry.payloadBytes;
    const isTold = payloadBytesMax > 0 && unreadBytes >= 0;
    const payload = isTold ? payloadOf(state, entry) : undefined;
    const payloadHead = payload === undefined ? null : valueView(payload, payloadBytesMax).value;
    return { ...entryShown(entry), payloadHead };
  };
  return {
    queue: queue === undefined ? null : queueShown(queue),
    entries: entries.map(listed),
    more,
    slot: state.appliedSlot,
  };
}

function queueShown({ path, record }: QueueView): QueueShown {
  const { number, nextSeq, counts, createdMs } = record;
  return { path: pathOf(path), number, nextSeq, counts, createdMs };
}

function entryShown({ queue: _, number: _n, doneRevision: _d, after, ended, ...rest }: EntryRecord): EntryView {
  return { ...rest, after: [...after], ended: ended ?? null };
}
