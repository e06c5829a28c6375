import type { BarrierList, Passage } from '../../../contract/barriers.ts';
import { type BarrierResponse, BarrierState } from '../../../gen/synod/v1/barriers.ts';
import type { CellPort, WriteOutcome } from '../../host/cell-port.ts';
import { BARRIER_MEMBERS, BARRIERS } from '../../machine/coordination-records.ts';
import { barrierMethods } from '../coordination/barrier-calls.ts';
import { barrierViews } from '../coordination/barrier-view.ts';
import { actAs } from './acting.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedKey, checkedPath } from './key-ranges.ts';
import { perAgent } from './per-agent.ts';
import { whenReadable } from './reading.ts';
import { watchStates } from './state-watch.ts';
import { keyOf, pathOf } from './texts.ts';
import { writeOnce } from './write-once.ts';

const methodsOf = perAgent(({ api }) => barrierMethods(api.cell));

export function barriersProcedures({ barriers }: OperatorBuilder) {
  return {
    list: barriers.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      return whenReadable(ports, input, call, () => barrierList(ports.api.cell, input.prefix));
    }),
    watch: barriers.watch.handler(({ context: { reach, call }, input }) => {
      const { cell } = reach.ports().api;
      const folders = [BARRIERS.keyOf(''), BARRIER_MEMBERS.keyOf('')];
      return watchStates(cell, folders, () => barrierList(cell, input.prefix), call.signal);
    }),
    create: barriers.create.handler(async ({ context, input }) => {
      const [path, next] = [checkedKey(input.path), input.next === '' ? '' : checkedKey(input.next)];
      return done(await writeOnce(context, {}, () => ({ kind: 'createBarrier', ...input, path, next })));
    }),
    changeMembers: barriers.changeMembers.handler(async ({ context, input }) => {
      const { add, remove } = input;
      const path = checkedKey(input.path);
      return done(await writeOnce(context, {}, () => ({ kind: 'changeBarrierMembers', path, add, remove })));
    }),
    break: barriers.break.handler(async ({ context, input }) => {
      const { by, why } = input;
      const path = checkedKey(input.path);
      return done(await writeOnce(context, {}, () => ({ kind: 'breakBarrier', path, by, why })));
    }),
    reset: barriers.reset.handler(async ({ context, input }) => {
      const path = checkedKey(input.path);
      return done(await writeOnce(context, {}, () => ({ kind: 'resetBarrier', path })));
    }),
    delete: barriers.delete.handler(async ({ context, input }) => {
      const path = checkedKey(input.path);
      return done(await writeOnce(context, {}, () => ({ kind: 'deleteBarrier', path })));
    }),
    arrive: barriers.arrive.handler(({ context, input }) => {
      const { awaitBarrier } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), waitMs: input.waitMs };
      return passage(actAs(context, input.as, (options) => awaitBarrier.handle({ ...asked, options }, context.call)));
    }),
    leave: barriers.leave.handler(({ context, input }) => {
      const { leaveBarrier } = methodsOf(context.reach.ports());
      const path = checkedPath(input.path);
      return passage(actAs(context, input.as, (options) => leaveBarrier.handle({ path, options }, context.call)));
    }),
  };
}

function done({ result }: WriteOutcome): { readonly generation: number; readonly slot: number } {
  if (result.outcome?.kind !== 'barrier') throw new Error('a barrier command was answered without an outcome of one');
  return { generation: result.outcome.generation, slot: result.slot };
}

const STATES: Readonly<Record<number, Passage['state']>> = {
  [BarrierState.STANDING]: 'standing',
  [BarrierState.RELEASED]: 'released',
  [BarrierState.BROKEN]: 'broken',
  [BarrierState.DELETED]: 'deleted',
};

async function passage(response: Promise<BarrierResponse>): Promise<Passage> {
  const { state, ...told } = await response;
  return { ...told, state: STATES[state]! };
}

function barrierList({ state }: CellPort, prefix: string): BarrierList {
  const barriers = barrierViews(state, keyOf(prefix)).map(({ path, record, members }) => {
    const { generation, arrived, required, threshold, isOpen, isArmed, onDeath, timeoutMs, onTimeout, owner } = record;
    return {
      ...{ path: pathOf(path), state: record.state, generation, arrived, required, threshold, isOpen, isArmed },
      ...{ onDeath, timeoutMs, onTimeout, owner, next: record.next === '' ? '' : pathOf(record.next) },
      released: record.released ?? null,
      broken: record.broken ?? null,
      members: members.map(({ sessionId, owner: who, arrivedGeneration, arrivedMs, isPassing }) => ({
        ...{ sessionId, owner: who, arrivedMs, isPassing, hasArrived: arrivedGeneration === generation },
      })),
    };
  });
  return { barriers, slot: state.appliedSlot };
}
