import type { Command, Operation } from './commands.ts';
import { commandViolation } from './families.ts';
import { pathViolation } from './keys.ts';
import type { Key } from './store.ts';

/**
 * Judges a command before it is proposed, by the rules of Synod's own API: keys are unix paths. The machine itself
 * takes any bytes for a key, because an API with etcd's keys will sit on it. Undefined: it may be proposed.
 */
export function validateCommand(command: Command): string | undefined {
  return pathRuleViolation(command) ?? commandViolation(command);
}

/** A range of paths: its bounds need not be paths themselves (`/jobs/` to `/jobs0`). */
export function rangeViolation(start: Key, end: Key): string | undefined {
  if (end === '') return pathViolation(start);
  if (start[0] !== '/') return 'a range starts with /, like the keys in it';
  return start.includes('\0') ? 'a range must not start with a NUL byte in it' : undefined;
}

function pathRuleViolation(command: Command): string | undefined {
  switch (command.kind) {
    case 'put':
    case 'delete':
    case 'compareAndWrite':
    case 'increment':
    case 'propose':
      return pathViolation(command.key);
    case 'deleteRange':
      return rangeViolation(command.start, command.end);
    case 'transact':
      return (
        firstOf(command.compare, ({ start, end }) => rangeViolation(start, end)) ??
        firstOf(command.then, operationViolation) ??
        firstOf(command.otherwise, operationViolation)
      );
    default:
      return undefined;
  }
}

function operationViolation(operation: Operation): string | undefined {
  if (operation.kind === 'put' || operation.kind === 'delete') return pathViolation(operation.key);
  return rangeViolation(operation.start, operation.end);
}

function firstOf<T>(items: readonly T[], violation: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const wrong = violation(item);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
