import type { WorkCommand } from '../machine/coordination-commands.ts';
import type { CoordinationPart } from './coordination-parts.ts';

/** What a command of proposals, once and queues says: parts are only added, at the end. A token is added by the digest. */
export function workParts(command: WorkCommand): readonly CoordinationPart[] {
  switch (command.kind) {
    case 'propose': {
      const { key, value, quorumPerTenThousand, electorate, timeoutMs, isOnlyIfUnchanged, owner, why } = command;
      return [key, value, quorumPerTenThousand, electorate, timeoutMs, isOnlyIfUnchanged, owner, why];
    }
    case 'vote':
      return [command.proposal, command.voter, command.isFor];
    case 'withdrawProposal':
      return [command.proposal, command.by, command.why];
    case 'claimOnce':
      return [command.path, command.onDeath, command.owner];
    case 'recordOnce':
      return [command.path, command.token, command.result];
    case 'abandonOnce':
      return [command.path, command.token, command.why];
    case 'resolveOnce':
      return [command.path, command.isDone, command.result, command.by, command.why];
    case 'forgetOnce':
    case 'deleteQueue':
      return [command.path];
    case 'enqueue':
      return [command.path, command.owner, command.entries.map(partsOfEntry)];
    case 'claimEntry':
      return [command.path, command.worker, command.leaseTtlMs];
    case 'checkpointEntry':
      return [command.path, command.seq, command.token, command.progress];
    case 'completeEntry':
      return [command.path, command.seq, command.token, command.result];
    case 'failEntry':
      return [command.path, command.seq, command.token, command.why, command.isRetried];
    case 'requeueEntry':
    case 'removeEntry':
      return [command.path, command.seq];
  }
}

function partsOfEntry(entry: Extract<WorkCommand, { readonly kind: 'enqueue' }>['entries'][number]) {
  const { payload, after, afterInBatch, assignee, maxAttempts, backoffMs, backoffMaxMs } = entry;
  return [payload, after, afterInBatch, assignee, maxAttempts, backoffMs, backoffMaxMs];
}
