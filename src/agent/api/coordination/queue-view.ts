import {
  type Queue,
  type QueueEntry,
  type QueueResponse,
  EntryState as WireState,
} from '../../../gen/synod/v1/queues.ts';
import type { AppliedState, WriteOutcome } from '../../host/cell-port.ts';
import { pathOfRecordId, recordIdOf } from '../../machine/coordination-records.ts';
import { prefixEnd } from '../../machine/keys.ts';
import { padded } from '../../machine/plain-index.ts';
import {
  type EntryRecord,
  type EntryState,
  entryIdOf,
  QUEUE_ENTRIES,
  QUEUES,
  type QueueOutcome,
  type QueueRecord,
  stateFolder,
} from '../../machine/queue-types.ts';
import { QUEUE_PAYLOADS, QUEUE_PROGRESS, QUEUE_RESULTS } from '../../machine/raw-records.ts';
import type { Key, KeyRecord } from '../../machine/store.ts';
import type { Reader } from '../../machine/system-records.ts';
import { asBuffer } from '../encoding.ts';
import { keyBytes } from '../wire.ts';
import { indexed, pageOfRest, type Recorded, recordPage } from './record-pages.ts';

export interface QueueView {
  readonly path: Key;
  readonly record: QueueRecord;
}

/** All queues whose path begins with `prefix`, by path. */
export function queueViews(state: Reader, prefix: string): QueueView[] {
  return QUEUES.list(state)
    .map(({ id, value }) => ({ path: pathOfRecordId(id), record: value }))
    .filter(({ path }) => path.startsWith(prefix));
}

export function queueView(state: Reader, path: Key): QueueView | undefined {
  const record = QUEUES.read(state, recordIdOf(path));
  return record && { path, record };
}

export interface EntryFilter {
  /** Empty: all. */
  readonly states: readonly string[];
  /** Continue behind this number. */
  readonly after: number;
  readonly limit: number;
}

export interface EntryPage {
  /** Undefined: there is no such queue. */
  readonly queue: QueueView | undefined;
  /** By number. */
  readonly entries: readonly EntryRecord[];
  readonly more: boolean;
}

/** Of some states in the order of their indexes: what is in others is not read. */
export function entryViews(state: AppliedState, path: Key, { states, after, limit }: EntryFilter): EntryPage {
  const queue = queueView(state, path);
  if (queue === undefined) return { queue, entries: [], more: false };
  const { number } = queue.record;
  const { items, more } =
    states.length > 0
      ? pageOfRest(entriesIn(state, number, new Set(states as EntryState[]), after), limit)
      : recordPage<EntryRecord>(state, {
          start: QUEUE_ENTRIES.keyOf(entryIdOf(number, after + 1)),
          end: prefixEnd(QUEUE_ENTRIES.keyOf(`${number}/`)),
          limit,
          read: recorded,
        });
  return { queue, entries: items.map(({ value }) => value), more };
}

function recorded(stored: KeyRecord): Recorded<EntryRecord> {
  return { id: stored.key, value: QUEUE_ENTRIES.decode(stored), sizeBytes: stored.value.length };
}

/** By number, whatever state they are in. */
function* entriesIn(
  state: AppliedState,
  number: number,
  states: ReadonlySet<EntryState>,
  after: number,
): Generator<Recorded<EntryRecord>, void> {
  const lists = [...states].map((wanted) => indexed(state, stateFolder(number, wanted), padded(after)));
  const heads = lists.map((list) => list.next());
  for (;;) {
    let first = -1;
    for (const [at, { value }] of heads.entries()) {
      // Numbers are padded: their order is that of text.
      if (value !== undefined && (first < 0 || value < heads[first]!.value!)) first = at;
    }
    if (first < 0) return;
    const seq = Number(heads[first]!.value);
    yield recorded(state.get('system', QUEUE_ENTRIES.keyOf(entryIdOf(number, seq)))!);
    heads[first] = lists[first]!.next();
  }
}

/** One entry with its bytes. */
export interface EntryView {
  readonly record: EntryRecord;
  readonly payload: Uint8Array | undefined;
  /** The last checkpoint. */
  readonly progress: Uint8Array | undefined;
  /** Of an entry that is done. */
  readonly result: Uint8Array | undefined;
}

export function entryView(state: Reader, path: Key, seq: number): EntryView | undefined {
  const queue = QUEUES.read(state, recordIdOf(path));
  if (queue === undefined) return undefined;
  const id = entryIdOf(queue.number, seq);
  const record = QUEUE_ENTRIES.read(state, id);
  const bytes = (key: Key): Uint8Array | undefined => state.get('system', key)?.value;
  return (
    record && {
      record,
      payload: bytes(QUEUE_PAYLOADS(id)),
      progress: bytes(QUEUE_PROGRESS(id)),
      result: bytes(QUEUE_RESULTS(id)),
    }
  );
}

export function payloadOf(state: Reader, { number, seq }: EntryRecord): Uint8Array | undefined {
  return state.get('system', QUEUE_PAYLOADS(entryIdOf(number, seq)))?.value;
}

export function queueOutcome({ result }: WriteOutcome): QueueOutcome {
  if (result.outcome?.kind !== 'queue') throw new Error('a command of queues was answered without an outcome');
  return result.outcome;
}

const STATES: Readonly<Record<QueueOutcome['state'], WireState>> = {
  waiting: WireState.WAITING,
  ready: WireState.READY,
  claimed: WireState.CLAIMED,
  delayed: WireState.DELAYED,
  done: WireState.DONE,
  dead: WireState.DEAD,
  enqueued: WireState.ENQUEUED,
  empty: WireState.EMPTY,
  removed: WireState.REMOVED,
};

export function queueResponse(written: WriteOutcome): QueueResponse {
  const { state, seqs, token, attempt, timerId, delayMs } = queueOutcome(written);
  const { current, previous, slot } = written.result;
  return {
    ...{ state: STATES[state], seqs: [...seqs], token, attempt, timerId, delayMs, slot },
    payload: current && asBuffer(current.value),
    progress: previous && asBuffer(previous.value),
  };
}

export function queueMessage({ path, record }: QueueView): Queue {
  return { ...record, path: keyBytes(path) };
}

export function entryMessage({
  queue: _,
  number: _n,
  after,
  ended,
  doneRevision: _d,
  ...rest
}: EntryRecord): QueueEntry {
  return { ...rest, after: [...after], ended };
}
