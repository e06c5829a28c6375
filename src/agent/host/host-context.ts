import type { Input } from '../consensus/io.ts';
import type { Replica } from '../consensus/replica.ts';
import type { AgentId, Slot } from '../consensus/types.ts';
import type { HostConfig } from './host-config.ts';
import type { HostMessage } from './messages.ts';
import type { HostObserver } from './observer.ts';
import type { HostPorts } from './ports.ts';

/** What the parts of a host share. The parts know each other only through `GroupHost`, which wires them. */
export interface HostContext {
  readonly agentId: AgentId;
  readonly config: HostConfig;
  readonly ports: HostPorts;
  readonly observer: HostObserver;
  readonly replica: Replica;
  /** Steps the replica and executes what comes out, after everything that is already being executed. */
  feed(input: Input): void;
  send(to: AgentId, message: HostMessage): void;
  /** Unique per boot and agent: contains the boot nonce, so that a late answer never meets a reused id. */
  nextCallId(): string;
  /** Asks for a turn: what was queued in this one is then packed, committed and applied together. */
  wake(): void;
  /** Asks for a sweep of deadlines soon. */
  watchDeadlines(): void;
  /** Everything up to this slot has been executed here. */
  readonly applied: Slot;
  /** Leader, and its own no-op is chosen. */
  readonly isReadyLeader: boolean;
}

/** Deadlines are checked this often while anything waits; answers of failures are late by at most this. */
export const SWEEP_MS = 25;
