import {
  ListEntriesRequest,
  ListEntriesResponse,
  ListQueuesRequest,
  ListQueuesResponse,
  ReadEntryRequest,
  ReadEntryResponse,
} from '../../../gen/synod/v1/queues.ts';
import type { CellPort } from '../../host/cell-port.ts';
import type { EntryState } from '../../machine/queue-types.ts';
import { asBuffer } from '../encoding.ts';
import { invalid } from '../errors.ts';
import { clampLimit } from '../pages.ts';
import { whenAnswerable } from '../read-barrier.ts';
import type { UnaryMethod } from '../unary-call.ts';
import { pathKey } from '../validation.ts';
import { keyOf } from '../wire.ts';
import { entryMessage, entryView, entryViews, queueMessage, queueViews } from './queue-view.ts';

const LIMIT_DEFAULT = 1_000;
const LIMIT_MAX = 10_000;
const STATES: readonly EntryState[] = ['waiting', 'ready', 'claimed', 'delayed', 'done', 'dead'];

export function queueReadMethods(cell: CellPort) {
  return {
    readEntry: readEntryMethod(cell),
    listQueues: listQueuesMethod(cell),
    listEntries: listEntriesMethod(cell),
  };
}

function readEntryMethod(cell: CellPort): UnaryMethod<ReadEntryRequest, ReadEntryResponse> {
  return {
    name: 'ReadEntry',
    request: ReadEntryRequest,
    response: ReadEntryResponse,
    handle({ path: bytes, seq, options }, call) {
      const path = pathKey(bytes);
      return whenAnswerable(cell, options, call, () => {
        const { appliedSlot: slot } = cell.state;
        const view = entryView(cell.state, path, seq);
        if (view === undefined) return { entry: undefined, slot };
        const { record, payload, progress, result } = view;
        return {
          entry: entryMessage(record),
          payload: payload && asBuffer(payload),
          progress: progress && asBuffer(progress),
          result: result && asBuffer(result),
          slot,
        };
      });
    },
  };
}

function listQueuesMethod(cell: CellPort): UnaryMethod<ListQueuesRequest, ListQueuesResponse> {
  return {
    name: 'ListQueues',
    request: ListQueuesRequest,
    response: ListQueuesResponse,
    handle: ({ prefix, options }, call) =>
      whenAnswerable(cell, options, call, () => ({
        queues: queueViews(cell.state, keyOf(prefix)).map(queueMessage),
        slot: cell.state.appliedSlot,
      })),
  };
}

function listEntriesMethod(cell: CellPort): UnaryMethod<ListEntriesRequest, ListEntriesResponse> {
  return {
    name: 'ListEntries',
    request: ListEntriesRequest,
    response: ListEntriesResponse,
    handle({ path: bytes, states, after, limit, options }, call) {
      const path = pathKey(bytes);
      const unknown = states.find((state) => !STATES.some((known) => known === state));
      if (unknown !== undefined) {
        throw invalid(`an entry is ${STATES.join(', ')}, not "${unknown.slice(0, 80)}"`);
      }
      return whenAnswerable(cell, options, call, () => {
        const filter = { states, after, limit: clampLimit(limit, LIMIT_DEFAULT, LIMIT_MAX) };
        const { queue, entries, more } = entryViews(cell.state, path, filter);
        const { appliedSlot: slot } = cell.state;
        return { queue: queue && queueMessage(queue), entries: entries.map(entryMessage), more, slot };
      });
    },
  };
}
