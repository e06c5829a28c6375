import type { Base } from '../consensus/io.ts';
import type { Envelope } from '../consensus/messages.ts';
import type { AgentId } from '../consensus/types.ts';
import type { StateStore } from '../machine/store.ts';
import type { HostMessage } from './messages.ts';

/**
 * What a host needs from the world. Production and simulation give it different ones; the host itself has no timers, no
 * promises and no randomness of its own, so that a simulated run is exact.
 */
export interface HostPorts {
  /** Monotonic milliseconds, fractions allowed. */
  nowMs(): number;
  /** Wall clock milliseconds; for stamps that people read. */
  wallMs(): number;
  random(): number;
  /** Runs `work` soon, after what is already queued: `setImmediate` in production. */
  soon(work: () => void): void;
  /** Runs `work` once, not before `delayMs`; the returned function cancels it. */
  after(delayMs: number, work: () => void): () => void;
  /** Best effort, ordered per receiver while a connection lasts, never blocking. */
  send(to: AgentId, message: PeerMessage): void;
  /** Runs `work` once what was sent is on its way: the disks of the peers need not wait for this agent's. */
  afterSends(work: () => void): void;
  /**
   * Fetches the state of `from` and makes it this agent's own (verified, durable, old journal entries dropped). Calls
   * back with the new store, or undefined when it failed or was not above the applied slot; the host then asks again.
   * The host goes on applying meanwhile, so nothing may come between the comparison with the applied slot and the call.
   */
  fetchSnapshot(from: AgentId, then: (installed: { store: StateStore; base: Base } | undefined) => void): void;
}

/** One body on a peer stream. */
export type PeerMessage =
  | { readonly kind: 'consensus'; readonly envelope: Envelope }
  | {
      readonly kind: 'host';
      readonly group: number;
      readonly cellId: string;
      readonly from: AgentId;
      readonly to: AgentId;
      readonly epoch: number;
      readonly message: HostMessage;
    };
