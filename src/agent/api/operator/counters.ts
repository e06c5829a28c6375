import { limitName, limitsNow } from '../coordination/limits.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedKey } from './key-ranges.ts';
import { whenReadable } from './reading.ts';
import { writeOnce } from './write-once.ts';

export function countersProcedures({ counters }: OperatorBuilder) {
  return {
    increment: counters.increment.handler(async ({ context, input }) => {
      const { by } = input;
      const key = checkedKey(input.path);
      const { result } = await writeOnce(context, input, () => ({ kind: 'increment', key, by }));
      if (result.outcome?.kind !== 'counter') throw new Error('an increment was answered without a sum');
      return { value: result.outcome.value, slot: result.slot };
    }),
  };
}

export function limitsProcedures({ limits }: OperatorBuilder) {
  return {
    list: limits.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const { state } = ports.api.cell;
      return whenReadable(ports, input, call, () => ({ limits: limitsNow(state), slot: state.appliedSlot }));
    }),
    set: limits.set.handler(async ({ context, input }) => {
      const { limit, by } = input;
      const name = limitName(input.name);
      const { result } = await writeOnce(context, {}, () => ({ kind: 'setLimit', name, limit, by }));
      return { slot: result.slot };
    }),
  };
}
