import { bytesEqual } from './bytes.ts';
import type { CompareAndWriteCommand } from './commands.ts';
import { type Families, withoutValue, written } from './family.ts';
import { userKeyViolation } from './keys.ts';
import { deleteUserKey, writeUserKey } from './lease-keys.ts';
import type { Result } from './results.ts';
import type { KeyRecord } from './store.ts';
import type { WriteView } from './write-view.ts';
import { leaseIdViolation, leaseRefusal, valueViolation } from './writes.ts';

export const COMPARE_AND_WRITE: Families<'compareAndWrite'> = {
  compareAndWrite: { violation, apply, isIdempotent: false },
};

function violation({ key, expected, value, leaseId }: CompareAndWriteCommand): string | undefined {
  if (expected.kind === 'version' && !(Number.isSafeInteger(expected.version) && expected.version >= 0)) {
    return 'an expected version is a whole number; 0 means that the key must not exist';
  }
  return (
    userKeyViolation(key) ??
    (expected.kind === 'value' ? valueViolation(expected.value) : undefined) ??
    (value === undefined ? undefined : valueViolation(value)) ??
    leaseIdViolation(leaseId)
  );
}

function apply(view: WriteView, command: CompareAndWriteCommand): Result {
  const { key, value, leaseId } = command;
  const current = view.get('user', key);
  if (!isExpected(current, command.expected)) return written(view, { succeeded: false, current });
  if (value === undefined) {
    const deleted = deleteUserKey(view, key) === undefined ? 0 : 1;
    return written(view, { deleted });
  }
  const refusal = leaseRefusal(view, leaseId);
  if (refusal !== undefined) return refusal;
  return written(view, { current: withoutValue(writeUserKey(view, key, value, leaseId)) });
}

function isExpected(current: KeyRecord | undefined, expected: CompareAndWriteCommand['expected']): boolean {
  if (expected.kind === 'version') return (current?.version ?? 0) === expected.version;
  return current !== undefined && bytesEqual(current.value, expected.value);
}
