import type { LockEndView, LockView } from '../../../contract/index.ts';
import { durationText } from '../../ui/numbers.ts';

/** How the hold before came to its end, without the slot. */
export function endText(ended: LockEndView, nameOf: (sessionId: string, owner: string) => string): string {
  const who = nameOf(ended.sessionId, ended.owner);
  switch (ended.kind) {
    case 'released':
      return `${who} released it`;
    case 'expired':
      return `The lease of ${who} was over: nobody renewed it`;
    case 'sessionEnded':
      return ended.owner === '' && who.startsWith('session ') ? `The ${who} ended` : `The session of ${who} ended`;
    case 'forced':
      return `${ended.by} took it from ${who}${ended.why === '' ? '' : `: ${ended.why}`}`;
  }
}

/** What the state of a lock means, in a sentence. */
export function stateText({ state, queue, lockDelayMs }: LockView): string {
  switch (state) {
    case 'free':
      return 'Nobody holds it and nobody waits for it.';
    case 'queued':
      return 'Nobody holds it: who is first in line waits for another lock as well.';
    case 'held':
      return queue.length === 0
        ? 'One session holds it; nobody waits.'
        : `One session holds it; ${waitText(queue.length)}.`;
    case 'delayed':
      return `Its holder was lost, and nobody gets it until its delay of ${durationText(lockDelayMs)} is over.`;
  }
}

function waitText(count: number): string {
  return count === 1 ? '1 waits' : `${count} wait`;
}
