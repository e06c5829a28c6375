import type { Command } from '../../src/agent/machine/commands.ts';
import { recordIdOf } from '../../src/agent/machine/coordination-records.ts';
import { ONCE, type OnceOutcome } from '../../src/agent/machine/once-types.ts';
import { PROPOSALS, type ProposalOutcome, type ProposeCommand } from '../../src/agent/machine/proposal-types.ts';
import {
  entryIdOf,
  type NewEntry,
  QUEUE_ENTRIES,
  QUEUES,
  type QueueOutcome,
} from '../../src/agent/machine/queue-types.ts';
import { Sessions } from './coordination-driver.ts';
import { bytes } from './driver.ts';

/** Sessions that vote, do work once, and take entries from queues. */
export class Workers extends Sessions {
  /** Of the claim that a test is about. */
  timer = '';

  proposal(sessionId: string, command: Command): ProposalOutcome {
    return this.by(sessionId, command).outcome as ProposalOutcome;
  }

  once(sessionId: string, command: Command): OnceOutcome {
    return this.by(sessionId, command).outcome as OnceOutcome;
  }

  queue(sessionId: string, command: Command): QueueOutcome {
    return this.by(sessionId, command).outcome as QueueOutcome;
  }

  proposalAt(number: number) {
    return PROPOSALS.read(this.machine, String(number));
  }

  onceAt(path: string) {
    return ONCE.read(this.machine, recordIdOf(path));
  }

  queueAt(path: string) {
    return QUEUES.read(this.machine, recordIdOf(path));
  }

  entryAt(path: string, seq: number) {
    return QUEUE_ENTRIES.read(this.machine, entryIdOf(this.queueAt(path)!.number, seq));
  }

  /** Everything that the machine keeps, and of each refusal that it changed nothing of that. */
  unchangedBy(sessionId: string, command: Command) {
    const before = this.#everything();
    const refusal = this.refused(sessionId, command);
    if (this.#everything() !== before) throw new Error(`${refusal.reason} changed something`);
    return refusal;
  }

  /** Counts from now on how the machine reads its store. */
  countReads() {
    const reads = { gets: 0, ranges: 0, plainKeys: 0, plainLimits: [] as number[] };
    const { store } = this;
    const [get, range, plainKeys] = [store.get.bind(store), store.range.bind(store), store.plainKeys.bind(store)];
    store.get = (space, key) => {
      reads.gets += 1;
      return get(space, key);
    };
    store.range = (space, query) => {
      reads.ranges += 1;
      return range(space, query);
    };
    store.plainKeys = (start, end, limit) => {
      // What is kept of a session is another matter.
      if (start.startsWith('/_internal/queue-index/')) {
        reads.plainKeys += 1;
        if (!start.includes('/dependents/')) reads.plainLimits.push(limit);
      }
      return plainKeys(start, end, limit);
    };
    return reads;
  }

  #everything(): string {
    const all = { start: '\0', end: '\xff', limit: 0 };
    const records = (['user', 'system'] as const).map((space) => this.machine.range(space, all));
    const plain = this.store
      .rangePlain('/', '0', 0)
      // The reply of the refusal itself is kept.
      .filter(({ key }) => !key.startsWith('/_internal/replies/'));
    return JSON.stringify([records, plain]);
  }
}

export function propose(key: string, value = 'v', parts: Partial<ProposeCommand> = {}): ProposeCommand {
  const rules = { quorumPerTenThousand: 5_100, electorate: ['a', 'b', 'c'], timeoutMs: 5_000 };
  const people = { isOnlyIfUnchanged: false, owner: '', why: '' };
  return { kind: 'propose', key, value: bytes(value), ...rules, ...people, ...parts };
}

export function vote(proposal: number, voter: string, isFor = true): Command {
  return { kind: 'vote', proposal, voter, isFor };
}

export function claimOnce(path: string, onDeath: 'again' | 'ask' = 'again'): Command {
  return { kind: 'claimOnce', path, onDeath, owner: '' };
}

export function recordOnce(path: string, token: number, result = 'r'): Command {
  return { kind: 'recordOnce', path, token, result: bytes(result) };
}

export function entry(payload = 'p', parts: Partial<NewEntry> = {}): NewEntry {
  const plain = { after: [], afterInBatch: [], assignee: '', maxAttempts: 0, backoffMs: 0, backoffMaxMs: 0 };
  return { payload: bytes(payload), ...plain, ...parts };
}

export function enqueue(path: string, ...entries: readonly NewEntry[]): Command {
  return { kind: 'enqueue', path, entries, owner: '' };
}

export function claimEntry(path: string, worker = '', leaseTtlMs = 0): Command {
  return { kind: 'claimEntry', path, worker, leaseTtlMs };
}

export function checkpoint(path: string, seq: number, token: number, progress: string): Command {
  return { kind: 'checkpointEntry', path, seq, token, progress: bytes(progress) };
}

export function complete(path: string, seq: number, token: number, result = ''): Command {
  return { kind: 'completeEntry', path, seq, token, result: bytes(result) };
}

export function fail(path: string, seq: number, token: number, isRetried = true): Command {
  return { kind: 'failEntry', path, seq, token, why: 'it broke', isRetried };
}
