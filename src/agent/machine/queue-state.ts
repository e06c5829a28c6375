import { recordIdOf } from './coordination-records.ts';
import { prefixEnd } from './keys.ts';
import { addEntry, entriesOf, padded } from './plain-index.ts';
import {
  type EntryRecord,
  type EntryState,
  entryIdOf,
  QUEUE_ENTRIES,
  QUEUES,
  type QueueRecord,
  readyFolder,
  stateFolder,
} from './queue-types.ts';
import { QUEUE_PAYLOADS, QUEUE_PROGRESS, QUEUE_RESULTS } from './raw-records.ts';
import { type Retired, retire, revive } from './retired-records.ts';
import type { Key } from './store.ts';
import { QUEUE_INDEX } from './system-records.ts';
import { entryDelayTimer, stopTimer } from './timer-records.ts';
import type { WriteView } from './write-view.ts';

/** The records of queues, and the order of what can be claimed, so that no claim ever looks through a queue. */

const DEPENDENTS = `${QUEUE_INDEX}dependents/`;
const SESSIONS = `${QUEUE_INDEX}session/`;

/** What depends on an entry that is forgotten has long been told that it is done. */
const DONE: Retired = {
  index: `${QUEUE_INDEX}done/`,
  isNeeded: () => false,
  forget(view, id) {
    const entry = QUEUE_ENTRIES.read(view, id)!;
    dropRecords(view, entry);
    dropFromIndex(view, entry);
  },
};

export function readQueue(view: WriteView, path: Key): QueueRecord | undefined {
  return QUEUES.read(view, recordIdOf(path));
}

export function writeQueue(view: WriteView, path: Key, queue: QueueRecord): void {
  view.put('system', QUEUES.keyOf(recordIdOf(path)), QUEUES.encode(queue));
}

export function removeQueue(view: WriteView, path: Key, queue: QueueRecord): void {
  for (const entry of entriesIn(view, queue)) removeEntryRecord(view, entry);
  view.delete('system', QUEUES.keyOf(recordIdOf(path)));
}

export function readEntry(view: WriteView, queue: QueueRecord, seq: number): EntryRecord | undefined {
  return QUEUE_ENTRIES.read(view, entryIdOf(queue.number, seq));
}

function entriesIn(view: WriteView, { number }: QueueRecord): EntryRecord[] {
  const start = QUEUE_ENTRIES.keyOf(`${number}/`);
  return view.range('system', { start, end: prefixEnd(start), limit: 0 }).map(QUEUE_ENTRIES.decode);
}

/** Writes an entry with everything that follows from its state: its place among what is claimable, and the counts. */
export function writeEntry(view: WriteView, before: EntryRecord | undefined, after: EntryRecord): void {
  view.put('system', QUEUE_ENTRIES.keyOf(entryIdOf(after.number, after.seq)), QUEUE_ENTRIES.encode(after));
  if (before !== undefined) dropFromIndex(view, before);
  addEntry(view, stateFolder(after.number, after.state) + padded(after.seq));
  if (after.state === 'ready') addEntry(view, readyFolder(after.number, after.assignee) + padded(after.seq));
  if (after.state === 'claimed') addEntry(view, sessionKey(after));
  if (after.state === 'done') retire(view, DONE, after.doneRevision, entryIdOf(after.number, after.seq));
  count(view, after.queue, before?.state, after.state);
}

/** An entry that is done stays counted. */
export function removeEntryRecord(view: WriteView, entry: EntryRecord): void {
  const id = entryIdOf(entry.number, entry.seq);
  if (entry.state === 'done') revive(view, DONE, entry.doneRevision, id);
  if (entry.state === 'delayed') stopTimer(view, entryDelayTimer(id));
  dropRecords(view, entry);
  dropFromIndex(view, entry);
  for (const seq of entry.after) view.deletePlain(dependentKey(entry.number, seq, entry.seq));
  if (entry.state !== 'done') count(view, entry.queue, entry.state, undefined);
}

/** With its bytes. */
function dropRecords(view: WriteView, entry: EntryRecord): void {
  const id = entryIdOf(entry.number, entry.seq);
  for (const key of [QUEUE_ENTRIES.keyOf(id), QUEUE_PAYLOADS(id), QUEUE_PROGRESS(id), QUEUE_RESULTS(id)]) {
    view.delete('system', key);
  }
}

function dropFromIndex(view: WriteView, entry: EntryRecord): void {
  view.deletePlain(stateFolder(entry.number, entry.state) + padded(entry.seq));
  if (entry.state === 'ready') view.deletePlain(readyFolder(entry.number, entry.assignee) + padded(entry.seq));
  if (entry.state === 'claimed') view.deletePlain(sessionKey(entry));
}

function count(view: WriteView, path: Key, from: EntryState | undefined, to: EntryState | undefined): void {
  if (from === to) return;
  const queue = readQueue(view, path)!;
  const counts = { ...queue.counts };
  if (from !== undefined) counts[from] -= 1;
  if (to !== undefined) counts[to] += 1;
  writeQueue(view, path, { ...queue, counts });
}

/** The oldest entry that this worker may do now: among what anybody may, and what only it may. */
export function firstReady(view: WriteView, queue: QueueRecord, worker: string): EntryRecord | undefined {
  const assignees = worker === '' ? [''] : ['', worker];
  const seqs = assignees.flatMap((assignee) => entriesOf(view, readyFolder(queue.number, assignee), 1)).map(Number);
  return seqs.length === 0 ? undefined : readEntry(view, queue, Math.min(...seqs));
}

export function addDependent(view: WriteView, number: number, seq: number, dependent: number): void {
  addEntry(view, dependentKey(number, seq, dependent));
}

/** Who waited for an entry; nobody does any more. */
export function takeDependents(view: WriteView, { number, seq }: EntryRecord): number[] {
  const seqs = entriesOf(view, dependentKey(number, seq)).map(Number);
  for (const dependent of seqs) view.deletePlain(dependentKey(number, seq, dependent));
  return seqs;
}

export function entriesOfSession(view: WriteView, sessionId: string): EntryRecord[] {
  return entriesOf(view, `${SESSIONS}${sessionId}/`).map((id) => QUEUE_ENTRIES.read(view, id)!);
}

function dependentKey(number: number, seq: number, dependent?: number): Key {
  return `${DEPENDENTS}${entryIdOf(number, seq)}/${dependent === undefined ? '' : padded(dependent)}`;
}

function sessionKey({ sessionId, number, seq }: EntryRecord): Key {
  return `${SESSIONS}${sessionId}/${entryIdOf(number, seq)}`;
}
