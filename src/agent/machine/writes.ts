import type { DeleteCommand, DeleteRangeCommand, PutCommand } from './commands.ts';
import { type Families, refused, withoutValue, written } from './family.ts';
import { idViolation, userKeyViolation, userRangeViolation } from './keys.ts';
import { deleteUserKey, writeUserKey } from './lease-keys.ts';
import { LIMITS } from './limits.ts';
import { ReplyBudget } from './reply-budget.ts';
import type { OperationResult, Refusal, Result } from './results.ts';
import type { KeyRecord } from './store.ts';
import { LEASES } from './system-records.ts';
import type { WriteView } from './write-view.ts';

export const WRITES: Families<'put' | 'delete' | 'deleteRange'> = {
  put: { violation: putViolation, apply: applyPut, isIdempotent: false },
  delete: { violation: ({ key }) => userKeyViolation(key), apply: applyDelete, isIdempotent: false },
  deleteRange: {
    violation: ({ start, end }) => userRangeViolation(start, end),
    apply: applyDeleteRange,
    isIdempotent: false,
  },
};

export function putViolation(put: PutCommand): string | undefined {
  return userKeyViolation(put.key) ?? valueViolation(put.value) ?? leaseIdViolation(put.leaseId);
}

export function valueViolation(value: Uint8Array): string | undefined {
  if (value.length <= LIMITS.valueBytesMax) return undefined;
  return `a value has at most ${LIMITS.valueBytesMax} bytes, this one has ${value.length}`;
}

export function leaseIdViolation(leaseId: string): string | undefined {
  return leaseId === '' ? undefined : idViolation('a lease id', leaseId);
}

/** A key can be attached only to a lease that is there. */
export function leaseRefusal(view: WriteView, leaseId: string): Refusal | undefined {
  if (leaseId === '' || view.get('system', LEASES.keyOf(leaseId)) !== undefined) return undefined;
  return refused('LEASE_UNKNOWN', `there is no lease ${leaseId}: it has ended, or was never granted`);
}

function applyPut(view: WriteView, put: PutCommand): Result {
  const refusal = leaseRefusal(view, put.leaseId);
  if (refusal !== undefined) return refusal;
  const previous = put.returnPrevious ? view.get('user', put.key) : undefined;
  const current = withoutValue(writeUserKey(view, put.key, put.value, put.leaseId));
  return written(view, { current, previous });
}

function applyDelete(view: WriteView, command: DeleteCommand): Result {
  const before = deleteUserKey(view, command.key);
  const previous = command.returnPrevious ? before : undefined;
  return written(view, { previous, deleted: before === undefined ? 0 : 1 });
}

function applyDeleteRange(view: WriteView, command: DeleteRangeCommand): Result {
  const result = deleteRange(view, command, new ReplyBudget());
  return written(view, { deleted: result.count, results: command.returnPrevious ? [result] : [] });
}

/** Deletes every key of the range; the deleted records come back as far as the reply has room for them. */
export function deleteRange(view: WriteView, command: DeleteRangeCommand, budget: ReplyBudget): OperationResult {
  const { start, end, returnPrevious } = command;
  const doomed = view.range('user', { start, end, limit: 0, keysOnly: true });
  const items: KeyRecord[] = [];
  let more = false;
  for (const { key } of doomed) {
    const before = deleteUserKey(view, key);
    if (!returnPrevious || before === undefined || more) continue;
    if (items.length < LIMITS.readItemsMax && budget.take(before)) items.push(before);
    else more = true;
  }
  return { items, count: doomed.length, more, previous: undefined };
}
