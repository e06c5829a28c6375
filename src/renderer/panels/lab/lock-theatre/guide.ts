import type { LockView } from '../../../../contract/index.ts';
import { beliefFrom, type Contender, type Damage, type ResourceMemory, tokenOf } from './scene.ts';

export type GuideAction =
  | { readonly kind: 'acquire' | 'sleep' | 'wake' | 'write' | 'writeBelow' | 'look'; readonly who: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'end' };

/** What a step is explained with, and what tells that it has come true. */
export interface GuideView {
  readonly contenders: readonly Contender[];
  readonly lock: LockView | undefined;
  readonly memory: ResourceMemory | undefined;
  readonly damages: readonly Damage[];
  readonly checks: boolean;
}

export interface GuideStep {
  readonly title: string;
  readonly action: GuideAction;
  readonly explains: (view: GuideView) => string;
  /** Waited for after the action. */
  readonly isDone: (view: GuideView) => boolean;
}

const ADA = 0;
const BEN = 1;
const always = (): boolean => true;

const holds = ({ lock, contenders }: GuideView, who: number): boolean =>
  beliefFrom(lock, contenders[who]?.sessionId ?? '').kind === 'holds';

const tokenText = ({ contenders }: GuideView, who: number): string => {
  const contender = contenders[who];
  return contender === undefined ? '' : String(tokenOf(contender));
};

/** The scene, from the first request to the end: Ada sleeps past its lease, and does not know. */
export const GUIDE: readonly GuideStep[] = [
  {
    title: 'Ada asks for the lock',
    action: { kind: 'acquire', who: ADA },
    explains: () =>
      'Nobody holds it, so the cell grants it at once. The slot of the grant is its fencing token: slots only grow, so no token is ever given twice.',
    isDone: (view) => holds(view, ADA),
  },
  {
    title: 'Ben asks, too',
    action: { kind: 'acquire', who: BEN },
    explains: () => 'Ada holds it, so Ben joins the queue. First in, first out; nobody passes.',
    isDone: ({ lock, contenders }) => beliefFrom(lock, contenders[BEN]?.sessionId ?? '').kind === 'waits',
  },
  {
    title: 'Ada writes to the resource',
    action: { kind: 'write', who: ADA },
    explains: (view) =>
      view.checks
        ? `Ada shows token ${tokenText(view, ADA)}. The resource takes the write and remembers the highest token that it has seen.`
        : `The resource takes the write. It does not look at token ${tokenText(view, ADA)}: this is the wrong way.`,
    isDone: ({ memory }) => memory !== undefined,
  },
  {
    title: 'Ada falls asleep',
    action: { kind: 'sleep', who: ADA },
    explains: () =>
      'A long pause of its process, such as garbage collection, a laptop that is closed, a machine that is moved. Nobody renews its session any more, and Ada does not notice.',
    isDone: ({ contenders }) => contenders[ADA]?.isAsleep === true,
  },
  {
    title: 'The time of Ada runs out',
    action: { kind: 'wait' },
    explains: () =>
      'The leader waits for the TTL and a quarter more. Then the cell ends the session of Ada, and grants the lock to Ben in the same slot, with a higher token.',
    isDone: (view) => holds(view, BEN),
  },
  {
    title: 'Ben writes to the resource',
    action: { kind: 'write', who: BEN },
    explains: (view) =>
      view.checks
        ? `With token ${tokenText(view, BEN)}. From now on the resource takes nothing lower.`
        : `With token ${tokenText(view, BEN)}, which the resource does not look at.`,
    isDone: ({ memory, lock }) => memory?.token === lock?.fencingToken,
  },
  {
    title: 'Ada wakes up',
    action: { kind: 'wake', who: ADA },
    explains: (view) =>
      `For Ada no time has passed: it still believes that it holds token ${tokenText(view, ADA)}. Nothing outside of its process can prevent that.`,
    isDone: ({ contenders }) => contenders[ADA]?.isAsleep === false,
  },
  {
    title: 'Ada writes on',
    action: { kind: 'write', who: ADA },
    explains: (view) =>
      view.checks
        ? `With token ${tokenText(view, ADA)}, which Ada believes in. The resource has seen ${view.memory?.token}, and refuses.`
        : `The resource takes it, and what Ben wrote is gone. Ben holds the lock, and was never told.`,
    isDone: always,
  },
  {
    title: 'Ada writes below the lock',
    action: { kind: 'writeBelow', who: ADA },
    explains: () =>
      'Past the resource, into a key of the cell below the lock. The cell judges writes and grants in the same order of slots, so it needs no help: it refuses, and says why.',
    isDone: always,
  },
  {
    title: 'Ada looks',
    action: { kind: 'look', who: ADA },
    explains: () => 'Ada asks the cell, and learns that its session has ended and that it does not hold the lock.',
    isDone: ({ contenders }) => contenders[ADA]?.sees === true,
  },
  {
    title: 'The scene ends',
    action: { kind: 'end' },
    explains: () => 'All sessions are ended, and the keys of the scene are deleted. The timeline stays.',
    isDone: always,
  },
];

/** What the scene has shown, once it is over. */
export function moralOf({ checks, damages }: Pick<GuideView, 'checks' | 'damages'>): string {
  if (damages.length > 0) {
    const { lost, by, token } = damages[0]!;
    return `Without tokens: “${lost.value}” of ${lost.by} (token ${lost.token}) was wiped out by ${by}, who came late with token ${token}. A lock alone cannot prevent that.`;
  }
  return checks
    ? 'Nothing was lost: the resource refused what came with an old token.'
    : 'Nothing was lost this time; nothing prevented it either.';
}
