import type { Acquisition } from '../../../contract/locks.ts';
import { ClaimState, type LockResponse } from '../../../gen/synod/v1/locks.ts';
import { lockMethods } from '../coordination/lock-calls.ts';
import { actAs } from './acting.ts';
import type { OperatorBuilder } from './builder.ts';
import { checkedPath } from './key-ranges.ts';
import { perAgent } from './per-agent.ts';

const methodsOf = perAgent(({ api }) => lockMethods(api.cell));

/** What a session does with locks, as its program would over gRPC. */
export function lockActs({ locks }: OperatorBuilder) {
  return {
    acquire: locks.acquire.handler(({ context, input }) => {
      const { owner, isTry, leaseTtlMs, adaptive, lockDelayMs } = input;
      const { acquireLock } = methodsOf(context.reach.ports());
      const asked = {
        path: checkedPath(input.path),
        ...{ owner, leaseTtlMs, adaptive, lockDelayMs },
        waitMs: isTry ? 0 : input.waitMs,
        // Whoever looks away leaves the claim in the queue, and takes it out by a call of its own.
        stayQueued: !isTry,
        cancelSequence: 0,
      };
      return acquisition(
        actAs(context, input.as, (options) => acquireLock.handle({ ...asked, options }, context.call)),
      );
    }),
    renew: locks.renew.handler(({ context, input }) => {
      const { renewLock } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), ticket: input.ticket, ageMs: 0 };
      return acquisition(actAs(context, input.as, (options) => renewLock.handle({ ...asked, options }, context.call)));
    }),
    release: locks.release.handler(({ context, input }) => {
      const { releaseLock } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), ticket: input.ticket };
      const release = actAs(
        context,
        input.as,
        (options) => releaseLock.handle({ ...asked, options }, context.call),
        input.quorum,
      );
      return acquisition(release);
    }),
    cancel: locks.cancel.handler(({ context, input }) => {
      const { cancelLock } = methodsOf(context.reach.ports());
      const asked = { path: checkedPath(input.path), ticket: input.ticket };
      return acquisition(actAs(context, input.as, (options) => cancelLock.handle({ ...asked, options }, context.call)));
    }),
  };
}

const STATES: Readonly<Record<number, Acquisition['state']>> = {
  [ClaimState.HELD]: 'held',
  [ClaimState.QUEUED]: 'queued',
  [ClaimState.RELEASED]: 'released',
  [ClaimState.CANCELLED]: 'cancelled',
  [ClaimState.GONE]: 'gone',
  [ClaimState.EXPIRED]: 'expired',
  [ClaimState.FORCED]: 'forced',
  [ClaimState.SESSION_ENDED]: 'sessionEnded',
};

async function acquisition(response: Promise<LockResponse>): Promise<Acquisition> {
  const { state, ...told } = await response;
  return { ...told, state: STATES[state]! };
}
