import { participantId } from '../names.ts';
import type { OperatorBuilder } from './builder.ts';
import { queryInSlices, queryLog, watchLog } from './messages-log.ts';
import { messageDetailView } from './messages-view.ts';
import { OperatorError } from './operator-error.ts';
import type { OperatorPorts } from './ports.ts';
import { watchSequence } from './sequence.ts';

/** The log of messages of this agent, of one other participant, and of all of them side by side. */
export function messagesProcedures(os: OperatorBuilder) {
  return {
    query: os.messages.query.handler(async ({ input, context }) => {
      const ports = context.reach.ports();
      const { agent, ...query } = input;
      const other = otherParticipant(ports, agent);
      const found = await queryInSlices(query, (slice) =>
        other === undefined
          ? queryLog(ports.observe.rpcLog, slice)
          : ports.logs.query(other, slice, context.call.signal),
      );
      return { messages: found.messages, first: found.first, last: found.last, logId: found.logId };
    }),

    watch: os.messages.watch.handler(async function* ({ input, context }) {
      const ports = context.reach.ports();
      const { agent, filter, from } = input;
      const { signal } = context.call;
      const other = otherParticipant(ports, agent);
      yield* other === undefined
        ? watchLog(ports.observe.rpcLog, filter, from, signal)
        : ports.logs.watch(other, filter, from, signal);
    }),

    sequence: os.messages.sequence.handler(({ input, context }) =>
      watchSequence(context.reach.ports(), input, context.call.signal),
    ),

    detail: os.messages.detail.handler(async ({ input, context }) => {
      const ports = context.reach.ports();
      const other = otherParticipant(ports, input.agent);
      if (other !== undefined) return await ports.logs.detail(other, input.sequence, context.call.signal);
      const detail = ports.observe.rpcLog.detail(input.sequence);
      if (detail === undefined) throw noSuchMessage(input.sequence);
      return messageDetailView(detail);
    }),
  };
}

export function noSuchMessage(sequence: number): OperatorError {
  const why = 'it keeps the newest ones only';
  return new OperatorError('NOT_FOUND', `message ${sequence} is not in the log of this agent (any more): ${why}`);
}

/** Undefined: this agent itself is meant. @throws CellError when there is no such participant */
function otherParticipant({ api }: OperatorPorts, idOrName: string): string | undefined {
  if (idOrName === '') return undefined;
  const { agentId, configuration } = api.cell.status();
  if (idOrName === agentId) return undefined;
  const other = participantId(api.cell.state, configuration, idOrName);
  return other === agentId ? undefined : other;
}
