import { findViolation } from '../../src/simulation/linearizability.ts';
import { describe, type Recorded, type Watched, type WatchedBatch } from './history.ts';

/** What clients did, and what a watch from the first revision on saw of it. */
export interface Run {
  /** All of those keys that occur in them. */
  readonly operations: readonly Recorded[];
  readonly batches: readonly WatchedBatch[];
}

/** So many of a kind are told; one broken thing breaks much. */
const TOLD_MAX = 5;

/** Everything that must not be so, in words. Empty: the run was right. */
export function judge(run: Run): string[] {
  const log = logOf(run.batches);
  const done = run.operations.filter(({ outcome }) => outcome === 'ok');
  return [
    watchIsWhole(run.batches),
    writesHappenedOnce(run.operations, log),
    answersFit(done, log),
    neverBack(done),
    inRealTime(done),
    linearizable(run.operations),
  ].flatMap((violations) => violations.slice(0, TOLD_MAX));
}

function logOf(batches: readonly WatchedBatch[]): Watched[] {
  return batches.flatMap(({ events }) => events);
}

/** Invariant 10: ordered, unique, atomic, without gaps. The keyspace is the clients' alone, so every revision is theirs. */
export function watchIsWhole(batches: readonly WatchedBatch[]): string[] {
  const violations: string[] = [];
  const versions = new Map<string, number>();
  let revision = 0;
  let slot = 0;
  for (const batch of batches) {
    for (const event of batch.events) {
      const isNext = event.revision === revision + 1;
      // Events of one revision come in one batch: that it goes on in the next one is a split.
      const isSame = event.revision === revision && event !== batch.events[0];
      if (!isNext && !isSame) violations.push(`watch: revision ${event.revision} after ${revision}`);
      if (event.slot < slot) violations.push(`watch: slot ${event.slot} after ${slot}`);
      const version = (versions.get(event.key) ?? 0) + 1;
      if (event.version !== version) {
        violations.push(`watch: ${event.key} has version ${event.version} after ${version - 1}`);
      }
      versions.set(event.key, event.version);
      revision = event.revision;
      slot = event.slot;
    }
    if (batch.revision !== revision) violations.push(`watch: says ${batch.revision} and delivered ${revision}`);
  }
  return violations;
}

/** Invariants 6 and 9: what was acknowledged is there once; what was refused is not; nothing comes from nowhere. */
export function writesHappenedOnce(operations: readonly Recorded[], log: readonly Watched[]): string[] {
  const violations: string[] = [];
  const found = new Map<string, Watched[]>();
  for (const event of log) {
    const id = `${event.key} ${event.value}`;
    found.set(id, [...(found.get(id) ?? []), event]);
  }
  const known = new Set<string>();
  const keys = new Set(operations.flatMap(({ key, twin }) => [key, twin]));
  for (const operation of operations) {
    const { kind, key, twin, value, outcome, succeeded, revision, version, expected } = operation;
    if (kind === 'read') continue;
    known.add(`${key} ${value}`);
    if (twin !== undefined) known.add(`${twin} ${value}`);
    const events = found.get(`${key} ${value}`) ?? [];
    const [event] = events;
    if (events.length > 1) violations.push(`doubled: ${describe(operation)}`);
    const isAcknowledged = outcome === 'ok' && (kind === 'write' || succeeded);
    const isDenied = outcome === 'refused' || (outcome === 'ok' && !isAcknowledged);
    if (isDenied && event !== undefined) violations.push(`done although refused: ${describe(operation)}`);
    if (isAcknowledged && event === undefined) violations.push(`lost: ${describe(operation)}`);
    if (event === undefined) continue;
    if (isAcknowledged && (event.revision !== revision || event.version !== version)) {
      violations.push(`at another place than told, ${event.revision}/${event.version}: ${describe(operation)}`);
    }
    if (twin !== undefined && found.get(`${twin} ${value}`)?.[0]?.revision !== event.revision) {
      violations.push(`split: ${describe(operation)}`);
    }
    const before = event.version === 1 ? '' : valueAt(log, key, event.revision - 1);
    if (kind === 'compareAndSet' && before !== expected) {
      violations.push(`it was ${before || 'nothing'}: ${describe(operation)}`);
    }
  }
  for (const [id, [event]] of found) {
    if (keys.has(event!.key) && !known.has(id)) violations.push(`nobody wrote ${id} (revision ${event!.revision})`);
  }
  return violations;
}

/** Invariant 7: every answer shows the store as it was at the revision that the answer names. */
export function answersFit(done: readonly Recorded[], log: readonly Watched[]): string[] {
  const violations: string[] = [];
  for (const operation of done) {
    const { kind, key, value, observed, succeeded, revision } = operation;
    const isRefusal = kind === 'compareAndSet' && !succeeded;
    if (kind !== 'read' && !isRefusal) continue;
    const seen = kind === 'read' ? value : observed;
    const was = valueAt(log, key, revision);
    if (was !== seen) violations.push(`it was ${was || 'nothing'}, not ${seen || 'nothing'}: ${describe(operation)}`);
  }
  return violations;
}

/** Whatever a client asks of whatever agent, at whatever quorum: it never sees an older state than before. */
export function neverBack(done: readonly Recorded[]): string[] {
  const violations: string[] = [];
  const last = new Map<string, Recorded>();
  for (const operation of [...done].sort((a, b) => a.completed - b.completed)) {
    const before = last.get(operation.client);
    const isBack = before && (operation.slot < before.slot || operation.revision < before.revision);
    if (isBack) violations.push(`back: ${describe(operation)} after ${describe(before)}`);
    last.set(operation.client, operation);
  }
  return violations;
}

/** Invariant 7, by revisions, over the whole store: what was answered before somebody asked is in what they get. */
export function inRealTime(done: readonly Recorded[]): string[] {
  const violations: string[] = [];
  const moments = done
    .flatMap((operation) => [
      { at: operation.invoked, operation, isEnd: false },
      { at: operation.completed, operation, isEnd: true },
    ])
    .sort((a, b) => a.at - b.at);
  const required = new Map<Recorded, number>();
  let newest = 0;
  for (const { operation, isEnd } of moments) {
    if (isEnd) newest = Math.max(newest, operation.revision);
    else required.set(operation, newest);
  }
  for (const operation of done) {
    const isWrite = operation.kind === 'write' || (operation.kind === 'compareAndSet' && operation.succeeded);
    const least = (required.get(operation) ?? 0) + (isWrite ? 1 : 0);
    if (operation.quorum === 'majority' && operation.revision < least) {
      violations.push(`stale, ${least} was answered before: ${describe(operation)}`);
    }
  }
  return violations;
}

/** Invariant 7, by values alone: there is an order of the calls of each key that explains every answer. */
export function linearizable(operations: readonly Recorded[]): string[] {
  const relevant = operations.filter(({ quorum, outcome }) => quorum === 'majority' && outcome !== 'refused');
  const violation = findViolation(relevant);
  if (violation === undefined) return [];
  const around = violation.operations.map((operation) => describe(operation as Recorded)).join('\n  ');
  return [`not linearizable: ${violation.key}\n  ${around}`];
}

const histories = new WeakMap<readonly Watched[], Map<string, Watched[]>>();

/** Empty: there was no such key. */
function valueAt(log: readonly Watched[], key: string, revision: number): string {
  let byKey = histories.get(log);
  if (byKey === undefined) {
    byKey = Map.groupBy(log, (event) => event.key);
    histories.set(log, byKey);
  }
  const events = byKey.get(key) ?? [];
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle]!.revision <= revision) low = middle + 1;
    else high = middle;
  }
  return events[low - 1]?.value ?? '';
}
