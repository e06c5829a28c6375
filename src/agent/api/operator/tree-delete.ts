import type { FencedActing, WriteQuorum } from '../../../contract/index.ts';
import { CellError, type WriteOutcome } from '../../host/cell-port.ts';
import type { Comparison } from '../../machine/commands.ts';
import { checkedKey } from './key-ranges.ts';
import { whenReadable } from './reading.ts';
import { type WriteContext, writeOnce } from './write-once.ts';

export interface TreeDelete {
  readonly path: string;
  readonly expectedCount: number | null;
  readonly quorum: WriteQuorum;
  readonly as?: FencedActing;
}

/**
 * A path and everything below it, in one command. With `expectedCount`, the keys are counted by a linearizable read, and
 * the command itself compares that none of them was written since: a tree that grew or changed is left alone. Only that
 * somebody deleted a part of it meanwhile is not noticed, which leaves less to delete.
 */
export async function deleteTree(context: WriteContext, input: TreeDelete): Promise<WriteOutcome> {
  const key = checkedKey(input.path);
  const [start, end] = [`${key}/`, `${key}0`];
  const { expectedCount } = input;
  const { cell } = context.reach.ports().api;
  const countNow = async (): Promise<void> => {
    if (expectedCount === null) return;
    await whenReadable(context.reach.ports(), { quorum: 'majority' }, context.call, () => undefined);
    const count = cell.state.count('user', key, '') + cell.state.count('user', start, end);
    if (count !== expectedCount) throw grown(input.path, expectedCount, count);
  };
  const outcome = await writeOnce(
    context,
    input,
    (revision) => ({
      kind: 'transact',
      compare: expectedCount === null ? [] : [unchangedSince(key, '', revision), unchangedSince(start, end, revision)],
      then: [
        { kind: 'delete', key, returnPrevious: false },
        { kind: 'deleteRange', start, end, returnPrevious: false },
      ],
      otherwise: [],
    }),
    countNow,
  );
  if (!outcome.result.succeeded) {
    throw new CellError('CHANGE_REFUSED', `${input.path} was written to meanwhile: look again before you delete it`);
  }
  return outcome;
}

function unchangedSince(start: string, end: string, revision: number): Comparison {
  const value = new Uint8Array(0);
  return { start, end, target: 'modRevision', operator: 'less', value, number: revision + 1, leaseId: '' };
}

function grown(path: string, expected: number, count: number): CellError {
  return new CellError('CHANGE_REFUSED', `${path} has ${count} keys, not ${expected}: look again before you delete it`);
}
