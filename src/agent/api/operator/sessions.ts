import { randomUUID } from 'node:crypto';
import type { SessionList } from '../../../contract/sessions.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { SESSIONS } from '../../machine/system-records.ts';
import { lockTimer, sessionTimer } from '../../machine/timer-records.ts';
import { claimTimer, renewalPoolOf, renewedOf } from '../renewals.ts';
import { valid } from '../validation.ts';
import type { OperatorBuilder } from './builder.ts';
import { watchCountdowns } from './countdowns.ts';
import { whenReadable } from './reading.ts';
import { sessionKeeperOf } from './session-keeper.ts';
import { watchStates } from './state-watch.ts';
import { writeOnce } from './write-once.ts';

export function sessionsProcedures({ sessions }: OperatorBuilder) {
  return {
    list: sessions.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      return whenReadable(ports, input, call, () => sessionList(ports.api.cell));
    }),
    watch: sessions.watch.handler(({ context: { reach, call } }) => {
      const { cell } = reach.ports().api;
      return watchStates(cell, [SESSIONS.keyOf('')], () => sessionList(cell), call.signal);
    }),
    end: sessions.end.handler(async ({ context, input }) => {
      const { result } = await writeOnce(context, {}, () => ({ kind: 'endSession', sessionId: input.sessionId }));
      return { wasAlive: result.succeeded, slot: result.slot };
    }),
    // A repeat under an Idempotency-Key is answered by this agent, which is the one that keeps the session.
    open: sessions.open.handler(async ({ context: { reach, call }, input }) => {
      const { owner, ttlMs, keeper } = input;
      const ports = reach.ports();
      const command = valid({ kind: 'openSession', sessionId: randomUUID(), ttlMs, owner });
      const { sessionId } = command;
      const sentMs = Date.now();
      call.usesQuorum('majority');
      const { result } = await ports.api.cell.write(command, { quorum: 'majority', timeoutMs: call.timeoutMs });
      if (keeper !== '') sessionKeeperOf(ports).add(keeper, { sessionId, owner, ttlMs }, sentMs);
      return { sessionId, ttlMs, slot: result.slot };
    }),
    renew: sessions.renew.handler(async ({ context: { reach }, input }) => {
      const { sessionIds, lockTickets, timerIds } = input;
      const { cell } = reach.ports().api;
      const asked = [
        ...sessionIds.map((id) => ({ id, timerId: sessionTimer(id) })),
        ...lockTickets.map((ticket) => ({ id: String(ticket), timerId: lockTimer(ticket) })),
        ...timerIds.map((id) => ({ id, timerId: claimTimer(id) })),
      ];
      const outcomes = await renewalPoolOf(cell).renew(
        asked.map(({ timerId }) => timerId),
        0,
      );
      return { items: asked.map(({ id, timerId }) => ({ id, ...renewedOf(outcomes, timerId) })) };
    }),
    keep: sessions.keep.handler(async ({ context: { reach, call }, input: { keeper, known } }) => {
      const ports = reach.ports();
      const sessionKeeper = sessionKeeperOf(ports);
      const { state } = ports.api.cell;
      const strange = known.filter(({ sessionId }) => !sessionKeeper.isKept(sessionId));
      // An agent that has just been started may not know yet of one that was opened: it is not to be told of as ended.
      const isBehind = strange.some(({ sessionId }) => SESSIONS.read(state, sessionId) === undefined);
      if (isBehind) await whenReadable(ports, { quorum: 'majority' }, call, () => undefined);
      sessionKeeper.takeOver(keeper, strange);
      return sessionKeeper.listen(keeper, call.signal);
    }),
    pause: sessions.pause.handler(({ context: { reach }, input }) => {
      sessionKeeperOf(reach.ports()).pause(input.sessionId);
      return {};
    }),
    resume: sessions.resume.handler(({ context: { reach }, input }) =>
      sessionKeeperOf(reach.ports()).resume(input.sessionId),
    ),
    countdowns: sessions.countdowns.handler(({ context: { reach, call }, input }) =>
      watchCountdowns(reach.ports(), input, call.signal),
    ),
  };
}

function sessionList({ state }: CellPort): SessionList {
  const sessions = SESSIONS.list(state).map(({ id, value }) => {
    const { owner, ttlMs, openedSlot, openedMs } = value;
    return { sessionId: id, owner, ttlMs, openedSlot, openedMs };
  });
  return { sessions, slot: state.appliedSlot };
}
