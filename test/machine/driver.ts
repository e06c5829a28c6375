import type { Applicable } from '../../src/agent/machine/applicable.ts';
import type { Command, Comparison, Operation, PutCommand, Request } from '../../src/agent/machine/commands.ts';
import { Machine, type MachineOptions } from '../../src/agent/machine/machine.ts';
import { MemoryStateStore } from '../../src/agent/machine/memory-store.ts';
import type { Applied, Refusal, Result, RevisionEvent, WriteResult } from '../../src/agent/machine/results.ts';

export const SESSION = 'session-1';
const ERA = '{"round":1,"agentId":"agent-1"}';

/** A machine with an open session, driven one command per slot. Remembers every event it told. */
export class Driver {
  readonly machine: Machine;
  readonly store: MemoryStateStore;
  readonly events: RevisionEvent[] = [];
  sequence = 0;

  constructor(options: MachineOptions = {}, store = new MemoryStateStore()) {
    this.store = store;
    this.machine = new Machine(store, options);
    if (this.machine.appliedSlot === 0) this.sessionless(openSession(SESSION));
  }

  apply(entry: Applicable): Applied {
    const applied = this.machine.apply({ slot: this.machine.appliedSlot + 1, era: ERA }, entry);
    this.events.push(...applied.events);
    return applied;
  }

  request(request: Request, stampMs = 1_000): Result {
    return this.apply({ kind: 'command', stampMs, requests: [request] }).outcomes[0]!.result;
  }

  sessionless(command: Command): Result {
    return this.request({ sessionId: '', sequence: 0, ackedBelow: 0, digest: 0, command });
  }

  /** In the driver's session, which acknowledges everything before. */
  do(command: Command): Result {
    this.sequence += 1;
    const { sequence } = this;
    return this.request({ sessionId: SESSION, sequence, ackedBelow: sequence, digest: sequence, command });
  }

  /** The same, of a command that must be executed. */
  write(command: Command): WriteResult {
    const result = this.do(command);
    if (result.kind === 'refused') throw new Error(`${result.reason}: ${result.message}`);
    return result;
  }

  /** The same, of a command that must be refused. */
  refusal(command: Command): Refusal {
    const result = this.do(command);
    if (result.kind !== 'refused') throw new Error('it was not refused');
    return result;
  }

  configure(...agentIds: string[]): Applied {
    const participants = agentIds.map((agentId) => ({ agentId, role: 'voter' }));
    const configuration = JSON.stringify({ epoch: this.machine.appliedSlot + 1, participants });
    return this.apply({ kind: 'configuration', stampMs: 1_000, configuration });
  }

  text(key: string, revision = 0): string | undefined {
    const record = this.machine.get('user', key, revision);
    return record && textOf(record.value);
  }

  system(key: string): unknown {
    const record = this.machine.get('system', `/_internal/${key}`);
    return record && JSON.parse(textOf(record.value));
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

export function put(key: string, value = 'v', parts: Partial<PutCommand> = {}): PutCommand {
  return { kind: 'put', key, value: bytes(value), leaseId: '', returnPrevious: false, ...parts };
}

export function remove(key: string, returnPrevious = false): Command & Operation {
  return { kind: 'delete', key, returnPrevious };
}

export function removeRange(start: string, end: string, returnPrevious = false): Command & Operation {
  return { kind: 'deleteRange', start, end, returnPrevious };
}

export function read(start: string, end = '', parts: Partial<Extract<Operation, { kind: 'read' }>> = {}): Operation {
  return { kind: 'read', start, end, limit: 0, keysOnly: false, countOnly: false, ...parts };
}

export function compare(start: string, parts: Partial<Comparison>): Comparison {
  const nothing = { end: '', target: 'version', operator: 'equal', value: bytes(''), number: 0, leaseId: '' } as const;
  return { start, ...nothing, ...parts };
}

export function transact(compare: Comparison[], then: Operation[], otherwise: Operation[] = []): Command {
  return { kind: 'transact', compare, then, otherwise };
}

export function compareAndWrite(key: string, expected: string | number, value: string | undefined): Command {
  return {
    kind: 'compareAndWrite',
    key,
    expected:
      typeof expected === 'number' ? { kind: 'version', version: expected } : { kind: 'value', value: bytes(expected) },
    value: value === undefined ? undefined : bytes(value),
    leaseId: '',
  };
}

export function openSession(sessionId: string, ttlMs = 10_000): Command {
  return { kind: 'openSession', sessionId, ttlMs, owner: 'a test' };
}

export function grantLease(leaseId: string, ttlMs = 10_000): Command {
  return { kind: 'grantLease', leaseId, ttlMs };
}

export function fireTimer(timerId: string, generation: number): Command {
  return { kind: 'fireTimer', timerId, generation };
}
