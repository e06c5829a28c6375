import type { Command } from '../../src/agent/machine/commands.ts';
import type {
  AcquireLockCommand,
  BarrierThreshold,
  CreateBarrierCommand,
} from '../../src/agent/machine/coordination-commands.ts';
import {
  BARRIERS,
  ELECTIONS,
  type LimitName,
  LOCK_CLAIMS,
  LOCKS,
  type LockClaimRecord,
  recordIdOf,
} from '../../src/agent/machine/coordination-records.ts';
import type { BarrierOutcome, ElectionOutcome, LockOutcome } from '../../src/agent/machine/coordination-results.ts';
import type { MachineOptions } from '../../src/agent/machine/machine.ts';
import type { Refusal, Result, WriteResult } from '../../src/agent/machine/results.ts';
import { TIMERS } from '../../src/agent/machine/system-records.ts';
import { Driver, fireTimer, openSession } from './driver.ts';

/** A machine with several sessions, driven one command per slot or several in one. */
export class Sessions extends Driver {
  readonly #sequences = new Map<string, number>();

  constructor(names: readonly string[], options: MachineOptions = {}) {
    super(options);
    for (const name of names) this.sessionless(openSession(name));
  }

  /** Several commands of several sessions in one slot. */
  together(...requests: readonly (readonly [string, Command])[]): Result[] {
    return this.apply({
      kind: 'command',
      stampMs: 1_000,
      requests: requests.map(([sessionId, command]) => {
        const sequence = (this.#sequences.get(sessionId) ?? 0) + 1;
        this.#sequences.set(sessionId, sequence);
        return { sessionId, sequence, ackedBelow: sequence, digest: sequence, command };
      }),
    }).outcomes.map(({ result }) => result);
  }

  as(sessionId: string, command: Command): Result {
    return this.together([sessionId, command])[0]!;
  }

  /** Of a command that must be executed. */
  by(sessionId: string, command: Command): WriteResult {
    const result = this.as(sessionId, command);
    if (result.kind === 'refused') throw new Error(`${result.reason}: ${result.message}`);
    return result;
  }

  /** Of a command that must be refused. */
  refused(sessionId: string, command: Command): Refusal {
    const result = this.as(sessionId, command);
    if (result.kind !== 'refused') throw new Error(`it was not refused: ${JSON.stringify(result)}`);
    return result;
  }

  locks(sessionId: string, command: Command): LockOutcome {
    return this.by(sessionId, command).outcome as LockOutcome;
  }

  election(sessionId: string, command: Command): ElectionOutcome {
    return this.by(sessionId, command).outcome as ElectionOutcome;
  }

  barrier(sessionId: string, command: Command): BarrierOutcome {
    return this.by(sessionId, command).outcome as BarrierOutcome;
  }

  end(sessionId: string): void {
    this.sessionless({ kind: 'endSession', sessionId });
  }

  /** Fires a timer as the leader's clock would. False: there is no such timer. */
  fire(timerId: string): boolean {
    const timer = TIMERS.read(this.machine, timerId);
    if (timer === undefined) return false;
    this.sessionless(fireTimer(timerId, timer.generation));
    return true;
  }

  lockAt(path: string) {
    return LOCKS.read(this.machine, recordIdOf(path));
  }

  electionAt(path: string) {
    return ELECTIONS.read(this.machine, recordIdOf(path));
  }

  barrierAt(path: string) {
    return BARRIERS.read(this.machine, recordIdOf(path));
  }

  claims(): LockClaimRecord[] {
    return LOCK_CLAIMS.list(this.machine)
      .map(({ value }) => value)
      .sort((a, b) => a.ticket - b.ticket);
  }

  claimOf(ticket: number): LockClaimRecord | undefined {
    return LOCK_CLAIMS.read(this.machine, String(ticket));
  }
}

export function acquire(path: string, parts: Partial<AcquireLockCommand> = {}): AcquireLockCommand {
  const plain = { wait: true, leaseTtlMs: 0, adaptive: false, lockDelayMs: 0, owner: '' };
  return { kind: 'acquireLock', path, ...plain, ...parts };
}

export function release(path: string, ticket = 0): Command {
  return { kind: 'releaseLock', path, ticket };
}

export function cancel(path: string, ticket = 0): Command {
  return { kind: 'cancelLock', path, ticket };
}

export function forceRelease(path: string): Command {
  return { kind: 'forceReleaseLock', path, by: 'Ada', why: 'it hangs' };
}

export function campaign(path: string, value = ''): Command {
  return { kind: 'campaign', path, value, owner: '' };
}

export function resign(path: string): Command {
  return { kind: 'resign', path };
}

export function barrier(
  path: string,
  threshold: BarrierThreshold,
  members: readonly string[] = [],
  parts: Partial<CreateBarrierCommand> = {},
): CreateBarrierCommand {
  const plain = {
    isOpen: false,
    onDeath: 'shrink',
    timeoutMs: 0,
    onTimeout: 'break',
    next: '',
    isArmed: true,
  } as const;
  return { kind: 'createBarrier', path, threshold, members, owner: '', ...plain, ...parts };
}

export function arrive(path: string): Command {
  return { kind: 'arriveAtBarrier', path };
}

export function setLimit(name: LimitName, limit: number): Command {
  return { kind: 'setLimit', name, limit, by: 'Ada' };
}
