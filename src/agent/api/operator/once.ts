import type { OnceList, OnceOutcome, OnceWork } from '../../../contract/once.ts';
import { type OnceResponse, OnceState } from '../../../gen/synod/v1/once.ts';
import type { CellPort } from '../../host/cell-port.ts';
import { ONCE, type OnceRecord } from '../../machine/once-types.ts';
import { onceMethods } from '../coordination/once-calls.ts';
import { type OnceView, onceOverview, onceResult, onceView } from '../coordination/once-view.ts';
import { actAs } from './acting.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedKey, checkedPath } from './key-ranges.ts';
import { perAgent } from './per-agent.ts';
import { whenReadable } from './reading.ts';
import { watchStates } from './state-watch.ts';
import { bytesOf, keyOf, pathOf, toldBytes } from './texts.ts';

const methodsOf = perAgent(({ api }) => onceMethods(api.cell));

export function onceProcedures({ once }: OperatorBuilder) {
  return {
    list: once.list.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      return whenReadable(ports, input, call, () => onceList(ports.api.cell, input));
    }),
    watch: once.watch.handler(({ context: { reach, call }, input }) => {
      const { cell } = reach.ports().api;
      return watchStates(cell, [ONCE.keyOf('')], () => onceList(cell, input), call.signal);
    }),
    result: once.result.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const path = checkedKey(input.path);
      return whenReadable(ports, input, call, () => {
        const { state } = ports.api.cell;
        const view = onceView(state, path);
        const result = toldBytes(onceResult(state, path));
        return { work: view === undefined ? null : shown(view), result, slot: state.appliedSlot };
      });
    }),
    claim: once.claim.handler(({ context, input }) => {
      const { onDeath, owner, waitMs, retrySequence } = input;
      const { claimOnce } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), asksOnDeath: onDeath === 'ask', owner, waitMs };
      const claim = actAs(context, input.as, (options, second) => {
        const retry = waitMs === 0 ? 0 : second || retrySequence;
        return claimOnce.handle({ ...asked, retrySequence: retry, options }, context.call);
      });
      return outcome(claim);
    }),
    record: once.record.handler(({ context, input }) => {
      const { recordOnce } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), token: input.token, result: bytesOf(input.result) };
      return outcome(actAs(context, input.as, (options) => recordOnce.handle({ ...asked, options }, context.call)));
    }),
    abandon: once.abandon.handler(({ context, input }) => {
      const { abandonOnce } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), token: input.token, why: input.why };
      return outcome(actAs(context, input.as, (options) => abandonOnce.handle({ ...asked, options }, context.call)));
    }),
    resolve: once.resolve.handler(({ context, input }) => {
      const { isDone, by, why } = input;
      const { resolveOnce } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), isDone, result: bytesOf(input.result), by, why };
      return outcome(actAs(context, undefined, (options) => resolveOnce.handle({ ...asked, options }, context.call)));
    }),
    forget: once.forget.handler(({ context, input }) => {
      const { forgetOnce } = methodsOf(context.reach.ports());
      const path = checkedPath(input.path);
      return outcome(actAs(context, undefined, (options) => forgetOnce.handle({ path, options }, context.call)));
    }),
  };
}

interface Asked {
  readonly prefix: string;
  readonly state: OnceRecord['state'] | 'any';
  readonly after: string;
  readonly limit: number;
}

function onceList({ state }: CellPort, { prefix, state: wanted, after, limit }: Asked): OnceList {
  const { works, unknown, more } = onceOverview(state, {
    ...{ prefix: keyOf(prefix), after: keyOf(after), limit },
    state: wanted === 'any' ? undefined : wanted,
  });
  return { works: works.map(shown), unknown, more, slot: state.appliedSlot };
}

function shown({ path, record }: OnceView): OnceWork {
  return { ...record, path: pathOf(path), ended: record.ended ?? null };
}

const STATES: Readonly<Record<number, OnceOutcome['state']>> = {
  [OnceState.CLAIMED]: 'claimed',
  [OnceState.DONE]: 'done',
  [OnceState.BUSY]: 'busy',
  [OnceState.UNKNOWN]: 'unknown',
  [OnceState.OPEN]: 'open',
  [OnceState.FORGOTTEN]: 'forgotten',
};

async function outcome(response: Promise<OnceResponse>): Promise<OnceOutcome> {
  const { state, result, ...told } = await response;
  return { ...told, state: STATES[state]!, result: toldBytes(result) };
}
