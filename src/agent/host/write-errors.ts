import type { Command } from '../machine/commands.ts';
import type { Refusal } from '../machine/results.ts';
import { CellError } from './cell-port.ts';
import type { PendingWrite } from './pending-write.ts';

/** Time is up for a write that was never sent to anyone. */
export function unsentError(blockedBy: PendingWrite['blockedBy'], hasLeader: boolean): CellError {
  if (blockedBy === 'room')
    return new CellError('OVERLOADED', 'the cell takes no more writes now; try again in a moment');
  if (!hasLeader) {
    return new CellError('NO_MAJORITY', 'there is no leader: a majority of the voters does not answer');
  }
  if (blockedBy === 'session') return new CellError('NO_SESSION', 'this agent has no session with the cell yet');
  return new CellError('NO_MAJORITY', 'the leader does not take writes: a majority of the voters does not answer');
}

/** The machine refused the command. An earlier copy of a repeated one may have been carried out. */
export function refusalError(refusal: Refusal, write: Pick<PendingWrite, 'isOwn' | 'sends'>): CellError {
  if (refusal.reason === 'ACTOR_UNKNOWN') {
    return new CellError('SESSION_UNKNOWN', refusal.message, { slot: refusal.slot });
  }
  const lostRecord = refusal.reason === 'SESSION_UNKNOWN' || refusal.reason === 'SEQUENCE_FORGOTTEN';
  if (lostRecord && write.isOwn) {
    return unknownError('the session of this agent ended while the write was on its way');
  }
  if (refusal.reason === 'LIMIT_EXCEEDED' && refusal.limit === undefined && write.isOwn) {
    // Its replies are those of everybody who brings no session: this caller can only wait for them.
    return new CellError('OVERLOADED', 'too many large answers are on their way; try again in a moment', {
      slot: refusal.slot,
    });
  }
  return new CellError(refusal.reason, refusal.message, {
    effect: lostRecord && write.sends > 1 ? 'unknown' : 'not_done',
    floor: refusal.floor,
    holder: refusal.holder,
    heldSinceMs: refusal.heldSinceMs,
    limit: refusal.limit,
    slot: refusal.slot,
  });
}

/** What belongs to whoever asks: under the agent's own session it would belong to everybody who brings none. */
const PERSONAL: ReadonlySet<Command['kind']> = new Set([
  'acquireLock',
  'releaseLock',
  'cancelLock',
  'widenLock',
  'campaign',
  'proclaim',
  'resign',
  'arriveAtBarrier',
  'leaveBarrier',
  'claimOnce',
  'recordOnce',
  'abandonOnce',
  'claimEntry',
  'checkpointEntry',
  'completeEntry',
  'failEntry',
]);

/** In nobody's name it would be done in that of the agent's own session. */
function isPersonal(command: Command): boolean {
  if (command.kind === 'vote') return command.voter === '';
  if (command.kind === 'withdrawProposal') return command.by === '';
  return PERSONAL.has(command.kind);
}

/** Why the command cannot come without a session. */
export function sessionNeeded(command: Command): CellError | undefined {
  const isFenced = 'fencingToken' in command && (command.fencingToken ?? 0) !== 0;
  if (!isFenced && !isPersonal(command)) return undefined;
  const what = isFenced ? 'a fencing token' : `a ${command.kind}`;
  return new CellError('INVALID_ARGUMENT', `${what} belongs to a session: open one, and send it with the request`);
}

/** It was sent, and nobody here can tell what became of it. */
export function unknownError(message: string): CellError {
  return new CellError('OUTCOME_UNKNOWN', message, { effect: 'unknown' });
}
