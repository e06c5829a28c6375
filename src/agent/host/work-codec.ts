import type { Command as WireCommand } from '../../gen/synod/v1/journal.ts';
import type { NewQueueEntry } from '../../gen/synod/v1/work.ts';
import type { WorkCommand } from '../machine/coordination-commands.ts';
import type { NewEntry } from '../machine/queue-types.ts';
import { asBuffer, fenced, keyBytes, keyOf } from './operation-codec.ts';

/** Proposals, work that is done once, and queues in their stored form, both ways and exactly. */

export type WireWork = Extract<NonNullable<WireCommand['kind']>, { readonly $case: WorkCommand['kind'] }>;

export function toWireWork(command: WorkCommand): WireWork {
  switch (command.kind) {
    case 'propose': {
      const { kind, fencingToken = 0, ...parts } = command;
      const key = keyBytes(command.key);
      const electorate = [...command.electorate];
      return { $case: kind, value: { ...parts, key, value: asBuffer(command.value), electorate, fencingToken } };
    }
    case 'vote': {
      const { kind, ...value } = command;
      return { $case: kind, value };
    }
    case 'withdrawProposal': {
      const { kind, ...value } = command;
      return { $case: kind, value };
    }
    case 'claimOnce': {
      const asksOnDeath = command.onDeath === 'ask';
      return { $case: 'claimOnce', value: { path: keyBytes(command.path), asksOnDeath, owner: command.owner } };
    }
    case 'recordOnce': {
      const { path, token, result } = command;
      return { $case: 'recordOnce', value: { path: keyBytes(path), token, result: asBuffer(result) } };
    }
    case 'abandonOnce': {
      const { path, token, why } = command;
      return { $case: 'abandonOnce', value: { path: keyBytes(path), token, why } };
    }
    case 'resolveOnce': {
      const { kind, path, result, ...parts } = command;
      return { $case: kind, value: { ...parts, path: keyBytes(path), result: asBuffer(result) } };
    }
    case 'forgetOnce':
    case 'deleteQueue':
      return { $case: command.kind, value: { path: keyBytes(command.path) } };
    case 'enqueue': {
      const { path, entries, owner } = command;
      return { $case: 'enqueue', value: { path: keyBytes(path), entries: entries.map(toWireEntry), owner } };
    }
    case 'claimEntry': {
      const { path, worker, leaseTtlMs } = command;
      return { $case: 'claimEntry', value: { path: keyBytes(path), worker, leaseTtlMs } };
    }
    case 'checkpointEntry': {
      const { path, seq, token, progress } = command;
      return { $case: 'checkpointEntry', value: { path: keyBytes(path), seq, token, progress: asBuffer(progress) } };
    }
    case 'completeEntry': {
      const { path, seq, token, result } = command;
      return { $case: 'completeEntry', value: { path: keyBytes(path), seq, token, result: asBuffer(result) } };
    }
    case 'failEntry': {
      const { path, seq, token, why, isRetried } = command;
      return { $case: 'failEntry', value: { path: keyBytes(path), seq, token, why, isRetried } };
    }
    case 'requeueEntry':
    case 'removeEntry':
      return { $case: command.kind, value: { path: keyBytes(command.path), seq: command.seq } };
  }
}

export function fromWireWork(wire: WireWork): WorkCommand {
  switch (wire.$case) {
    case 'propose': {
      const { fencingToken, ...parts } = wire.value;
      return { kind: 'propose', ...parts, key: keyOf(parts.key), ...fenced(fencingToken) };
    }
    case 'vote':
      return { kind: 'vote', ...wire.value };
    case 'withdrawProposal':
      return { kind: 'withdrawProposal', ...wire.value };
    case 'claimOnce': {
      const { path, asksOnDeath, owner } = wire.value;
      return { kind: 'claimOnce', path: keyOf(path), onDeath: asksOnDeath ? 'ask' : 'again', owner };
    }
    default:
      // Nothing differs but the form of the path.
      return { kind: wire.$case, ...wire.value, path: keyOf(wire.value.path) } as WorkCommand;
  }
}

function toWireEntry(entry: NewEntry): NewQueueEntry {
  const { payload, after, afterInBatch } = entry;
  return { ...entry, payload: asBuffer(payload), after: [...after], afterInBatch: [...afterInBatch] };
}
