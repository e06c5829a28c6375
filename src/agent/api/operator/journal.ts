import type { OperatorBuilder } from './builder.ts';
import { OperatorError } from './operator-error.ts';

/** The journal of this agent; that of another one is asked for on its own dashboard. */
export function journalProcedures(os: OperatorBuilder) {
  return {
    list: os.journal.list.handler(({ input, context }) => {
      const { journal } = context.reach.ports();
      const entries = [...journal.list(input.fromSlot, input.limit)];
      return { bounds: journal.bounds(), entries };
    }),

    entry: os.journal.entry.handler(({ input, context }) => {
      const { journal } = context.reach.ports();
      const found = journal.entry(input.slot);
      if (found !== undefined) return { ...found, paths: [...found.paths] };
      const { floor, end } = journal.bounds();
      const kept = end < floor ? 'it keeps none at present' : `it keeps ${floor} to ${end}`;
      throw new OperatorError('NOT_FOUND', `slot ${input.slot} is not in the journal of this agent: ${kept}`);
    }),
  };
}
