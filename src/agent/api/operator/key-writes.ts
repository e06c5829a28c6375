import type { Comparison, Operation } from '../../machine/commands.ts';
import type { OperatorBuilder } from './builder.ts';
import { writeOutcome } from './key-items.ts';
import { checkedKey } from './key-ranges.ts';
import { bytesOf } from './texts.ts';
import { deleteTree } from './tree-delete.ts';
import { writeOnce } from './write-once.ts';

type Compared =
  | { readonly path: string; readonly version: number }
  | { readonly path: string; readonly modRevision: number }
  | { readonly path: string; readonly value: Parameters<typeof bytesOf>[0] };

type Operated =
  | { readonly put: { readonly path: string; readonly value: Parameters<typeof bytesOf>[0]; readonly leaseId: string } }
  | { readonly delete: { readonly path: string } };

export function keyWrites(os: OperatorBuilder) {
  const { keys } = os;
  return {
    put: keys.put.handler(async ({ context, input }) => {
      const { leaseId, returnPrevious } = input;
      const key = checkedKey(input.path);
      const value = bytesOf(input.value);
      const outcome = await writeOnce(context, input, () => ({ kind: 'put', key, value, leaseId, returnPrevious }));
      return writeOutcome(context.reach.ports(), outcome, value);
    }),
    compareAndWrite: keys.compareAndWrite.handler(async ({ context, input }) => {
      const { expected, leaseId } = input;
      const key = checkedKey(input.path);
      const value = input.value === null ? undefined : bytesOf(input.value);
      const outcome = await writeOnce(context, input, () => ({
        kind: 'compareAndWrite',
        key,
        expected:
          'version' in expected
            ? { kind: 'version', version: expected.version }
            : { kind: 'value', value: bytesOf(expected.value) },
        value,
        leaseId,
      }));
      return writeOutcome(context.reach.ports(), outcome, value);
    }),
    delete: keys.delete.handler(async ({ context, input }) => {
      const key = checkedKey(input.path);
      const { returnPrevious } = input;
      const outcome = await writeOnce(context, input, () => ({ kind: 'delete', key, returnPrevious }));
      return writeOutcome(context.reach.ports(), outcome);
    }),
    deleteTree: keys.deleteTree.handler(async ({ context, input }) =>
      writeOutcome(context.reach.ports(), await deleteTree(context, input)),
    ),
    transact: keys.transact.handler(async ({ context, input }) => {
      const compare = input.compare.map(comparison);
      const then = input.then.map(operation);
      const otherwise = input.otherwise.map(operation);
      const outcome = await writeOnce(context, input, () => ({ kind: 'transact', compare, then, otherwise }));
      return writeOutcome(context.reach.ports(), outcome);
    }),
  };
}

const NO_BYTES = new Uint8Array(0);

function comparison(compared: Compared): Comparison {
  const key = checkedKey(compared.path);
  const equal = { start: key, end: '', operator: 'equal', leaseId: '' } as const;
  if ('value' in compared) return { ...equal, target: 'value', value: bytesOf(compared.value), number: 0 };
  if ('version' in compared) return { ...equal, target: 'version', value: NO_BYTES, number: compared.version };
  return { ...equal, target: 'modRevision', value: NO_BYTES, number: compared.modRevision };
}

function operation(operated: Operated): Operation {
  if ('put' in operated) {
    const { path, value, leaseId } = operated.put;
    return { kind: 'put', key: checkedKey(path), value: bytesOf(value), leaseId, returnPrevious: false };
  }
  return { kind: 'delete', key: checkedKey(operated.delete.path), returnPrevious: false };
}
