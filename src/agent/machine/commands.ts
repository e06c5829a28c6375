import type { CoordinationCommand } from './coordination-commands.ts';
import type { Key } from './store.ts';

/** What clients and the leader ask of the machine. The stored form is `proto/synod/v1/journal.proto`. */
export type Command =
  | PutCommand
  | DeleteCommand
  | DeleteRangeCommand
  | CompareAndWriteCommand
  | TransactCommand
  | CoordinationCommand
  | { readonly kind: 'compact'; readonly floor: number }
  | { readonly kind: 'openSession'; readonly sessionId: string; readonly ttlMs: number; readonly owner: string }
  | { readonly kind: 'endSession'; readonly sessionId: string }
  | { readonly kind: 'grantLease'; readonly leaseId: string; readonly ttlMs: number }
  | { readonly kind: 'revokeLease'; readonly leaseId: string }
  | { readonly kind: 'fireTimer'; readonly timerId: string; readonly generation: number }
  | {
      readonly kind: 'setParticipant';
      readonly agentId: string;
      readonly name: string;
      readonly grpcAddress: string;
      readonly httpAddress: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly version: string;
    }
  | { readonly kind: 'pinRole'; readonly agentId: string; readonly pin: 'none' | 'voter' | 'learner' };

/**
 * With a fencing token, a write happens only while its session holds a lock that was granted with this token: what a
 * holder sent before it lost the lock is refused, also when it has acquired the lock again. Absent or 0: no such check.
 */
export interface Fenced {
  readonly fencingToken?: number;
}

export interface PutCommand extends Fenced {
  readonly kind: 'put';
  readonly key: Key;
  readonly value: Uint8Array;
  readonly leaseId: string;
  readonly returnPrevious: boolean;
}

export interface DeleteCommand extends Fenced {
  readonly kind: 'delete';
  readonly key: Key;
  readonly returnPrevious: boolean;
}

export interface DeleteRangeCommand extends Fenced {
  readonly kind: 'deleteRange';
  readonly start: Key;
  readonly end: Key;
  readonly returnPrevious: boolean;
}

export interface CompareAndWriteCommand extends Fenced {
  readonly kind: 'compareAndWrite';
  readonly key: Key;
  readonly expected:
    | { readonly kind: 'value'; readonly value: Uint8Array }
    | { readonly kind: 'version'; readonly version: number };
  /** Absent: delete the key. */
  readonly value: Uint8Array | undefined;
  readonly leaseId: string;
}

export interface Comparison {
  readonly start: Key;
  /** Exclusive; empty: only `start`. */
  readonly end: Key;
  /** `lockToken`: `start` is a lock; the fencing token of its holder, 0 while nobody holds it, is compared with `number`. */
  readonly target: 'value' | 'version' | 'createRevision' | 'modRevision' | 'lease' | 'lockToken';
  readonly operator: 'equal' | 'notEqual' | 'less' | 'greater';
  readonly value: Uint8Array;
  readonly number: number;
  readonly leaseId: string;
}

export interface ReadOperation {
  readonly kind: 'read';
  readonly start: Key;
  readonly end: Key;
  /** 0: no limit beyond the machine's own. */
  readonly limit: number;
  readonly keysOnly: boolean;
  readonly countOnly: boolean;
}

export type Operation = PutCommand | DeleteCommand | DeleteRangeCommand | ReadOperation;

export interface TransactCommand extends Fenced {
  readonly kind: 'transact';
  readonly compare: readonly Comparison[];
  readonly then: readonly Operation[];
  readonly otherwise: readonly Operation[];
}

/** A command with the place in a session that makes it happen once. */
export interface Request {
  /** Empty only for `openSession`, `fireTimer`, `setParticipant`, `pinRole`, `endSession`: idempotent by themselves. */
  readonly sessionId: string;
  readonly sequence: number;
  readonly ackedBelow: number;
  readonly digest: number;
  readonly command: Command;
  /** The session in whose name it is done; absent: the one of its place. */
  readonly asSessionId?: string;
}
