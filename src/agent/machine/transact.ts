import type { Comparison, Operation, ReadOperation, TransactCommand } from './commands.ts';
import { comparisonHolds } from './comparisons.ts';
import { type Families, written } from './family.ts';
import { shown, userKeyViolation, userRangeViolation } from './keys.ts';
import { deleteUserKey, writeUserKey } from './lease-keys.ts';
import { LIMITS } from './limits.ts';
import { isLock, LOCKABLE } from './lock-paths.ts';
import { ReplyBudget } from './reply-budget.ts';
import type { OperationResult, Refusal, Result } from './results.ts';
import type { Key, KeyRecord } from './store.ts';
import { isInRange, type WriteView } from './write-view.ts';
import { deleteRange, leaseRefusal, putViolation, valueViolation } from './writes.ts';

export const TRANSACT: Families<'transact'> = { transact: { violation, apply, isIdempotent: false } };

/** How many records are in memory at once while a range is read. */
const PAGE_RECORDS = 64;

function violation(command: TransactCommand): string | undefined {
  const lists = { compare: command.compare, then: command.then, otherwise: command.otherwise };
  for (const [name, list] of Object.entries(lists)) {
    if (list.length > LIMITS.operationsMax) {
      return `a transaction has at most ${LIMITS.operationsMax} entries in ${name}, this one has ${list.length}`;
    }
  }
  for (const comparison of command.compare) {
    const wrong = comparisonViolation(comparison);
    if (wrong !== undefined) return wrong;
  }
  for (const operations of [command.then, command.otherwise]) {
    for (const operation of operations) {
      const wrong = operationViolation(operation);
      if (wrong !== undefined) return wrong;
    }
    const wrong = overlapViolation(operations);
    if (wrong !== undefined) return wrong;
  }
  const bytes = requestBytes(command);
  if (bytes > LIMITS.requestBytesMax) {
    return `a request has at most ${LIMITS.requestBytesMax} bytes of keys and values, this one has ${bytes}`;
  }
  return undefined;
}

function comparisonViolation({ start, end, target, value, number }: Comparison): string | undefined {
  if (target === 'lockToken' && (end !== '' || !isLock(start))) {
    return `lockToken is compared for one lock, whose path ends in a segment ${LOCKABLE}; not for ${shown(start)}`;
  }
  const wrong = userRangeViolation(start, end) ?? valueViolation(value);
  if (wrong !== undefined || target === 'value' || target === 'lease') return wrong;
  return Number.isSafeInteger(number) && number >= 0 ? undefined : `${target} is compared with a whole number`;
}

function operationViolation(operation: Operation): string | undefined {
  // Nobody would look at it: better refused than believed.
  if ('fencingToken' in operation && (operation.fencingToken ?? 0) !== 0) {
    return 'the fencing token of a transaction belongs to the whole of it, not to one operation';
  }
  switch (operation.kind) {
    case 'put':
      return putViolation(operation);
    case 'delete':
      return userKeyViolation(operation.key);
    case 'deleteRange':
      return userRangeViolation(operation.start, operation.end);
    case 'read':
      if (!Number.isSafeInteger(operation.limit) || operation.limit < 0) return 'a limit is a whole number';
      return userRangeViolation(operation.start, operation.end);
  }
}

/** As in etcd: what a transaction writes must not depend on the order of its operations. */
function overlapViolation(operations: readonly Operation[]): string | undefined {
  const puts = new Set<Key>();
  for (const operation of operations) {
    if (operation.kind !== 'put') continue;
    if (puts.has(operation.key)) return `a transaction writes ${shown(operation.key)} twice`;
    puts.add(operation.key);
  }
  for (const operation of operations) {
    if (operation.kind !== 'delete' && operation.kind !== 'deleteRange') continue;
    const range = operation.kind === 'delete' ? { start: operation.key, end: '' } : operation;
    for (const key of puts) {
      if (isInRange(key, range)) return `a transaction both writes and deletes ${shown(key)}`;
    }
  }
  return undefined;
}

function requestBytes({ compare, then, otherwise }: TransactCommand): number {
  let bytes = 0;
  for (const { start, end, value } of compare) bytes += start.length + end.length + value.length;
  for (const operations of [then, otherwise]) {
    for (const operation of operations) {
      if (operation.kind === 'put') bytes += operation.key.length + operation.value.length;
      else if (operation.kind === 'delete') bytes += operation.key.length;
      else bytes += operation.start.length + operation.end.length;
    }
  }
  return bytes;
}

function apply(view: WriteView, command: TransactCommand): Result {
  const succeeded = command.compare.every((comparison) => comparisonHolds(view, comparison));
  const budget = new ReplyBudget();
  const results: OperationResult[] = [];
  let deleted = 0;
  for (const operation of succeeded ? command.then : command.otherwise) {
    const result = execute(view, operation, budget);
    if ('reason' in result) return result;
    if (operation.kind === 'delete' || operation.kind === 'deleteRange') deleted += result.count;
    results.push(result);
  }
  return written(view, { succeeded, deleted, results });
}

function execute(view: WriteView, operation: Operation, budget: ReplyBudget): OperationResult | Refusal {
  switch (operation.kind) {
    case 'put': {
      const refusal = leaseRefusal(view, operation.leaseId);
      if (refusal !== undefined) return refusal;
      const before = view.get('user', operation.key);
      writeUserKey(view, operation.key, operation.value, operation.leaseId);
      return previousResult(operation.returnPrevious ? before : undefined, 0, budget);
    }
    case 'delete': {
      const before = deleteUserKey(view, operation.key);
      return previousResult(operation.returnPrevious ? before : undefined, before === undefined ? 0 : 1, budget);
    }
    case 'deleteRange':
      return deleteRange(view, operation, budget);
    case 'read':
      return read(view, operation, budget);
  }
}

function previousResult(previous: KeyRecord | undefined, count: number, budget: ReplyBudget): OperationResult {
  const more = previous !== undefined && !budget.take(previous);
  return { items: [], count, more, previous: more ? undefined : previous };
}

function read(view: WriteView, operation: ReadOperation, budget: ReplyBudget): OperationResult {
  const { end, keysOnly, countOnly } = operation;
  const count = view.count('user', operation.start, end);
  if (countOnly) return { items: [], count, more: false, previous: undefined };
  const limit = Math.min(operation.limit || LIMITS.readItemsMax, LIMITS.readItemsMax);
  const items: KeyRecord[] = [];
  let { start } = operation;
  while (items.length < limit && items.length < count) {
    const page = view.range('user', { start, end, limit: Math.min(PAGE_RECORDS, limit - items.length), keysOnly });
    for (const record of page) {
      if (!budget.take(record)) return { items, count, more: true, previous: undefined };
      items.push(record);
    }
    if (page.length === 0 || end === '') break;
    start = `${page.at(-1)!.key}\0`;
  }
  return { items, count, more: items.length < count, previous: undefined };
}
