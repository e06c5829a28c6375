import type { ProposalFate } from '../consensus/io.ts';
import type { AgentId } from '../consensus/types.ts';
import type { Request } from '../machine/commands.ts';
import { type Bundles, mustBeAlone } from './bundles.ts';
import type { HostContext } from './host-context.ts';
import type { PendingWrite, Unit } from './pending-write.ts';
import { sizeOf } from './request-size.ts';

interface ForwardedCall {
  readonly writes: readonly PendingWrite[];
  readonly sentMs: number;
}

/** Passes the writes of a follower or learner on to the leader, and takes those of others when this agent leads. */
export class Forwards {
  #context: HostContext;
  #bundles: Bundles;
  /** Sent and not answered with a fate. */
  #outstanding = new Map<string, ForwardedCall>();
  /** Calls of others by when they came, the oldest first. */
  #receivedMs = new Map<string, number>();

  constructor(context: HostContext, bundles: Bundles) {
    this.#context = context;
    this.#bundles = bundles;
  }

  get isWaiting(): boolean {
    return this.#outstanding.size > 0;
  }

  /** Packs the writes into as few calls as may be on their way at once. Returns those that have to wait. */
  send(writes: readonly PendingWrite[], leader: AgentId): readonly PendingWrite[] {
    const { forwardsInFlightMax, bundleMaxRequests, consensus } = this.#context.config;
    const bundleMaxBytes = Math.min(this.#context.config.bundleMaxBytes, consensus.acceptMaxBytes);
    const nowMs = this.#context.ports.nowMs();
    let next = 0;
    while (next < writes.length && this.#outstanding.size < forwardsInFlightMax) {
      const packed: PendingWrite[] = [];
      let sizeBytes = 0;
      for (; next < writes.length; next += 1) {
        const write = writes[next] as PendingWrite;
        const alone = mustBeAlone(write.command);
        if (packed.length > 0 && (alone || sizeBytes + write.sizeBytes > bundleMaxBytes)) break;
        if (packed.length >= bundleMaxRequests) break;
        packed.push(write);
        sizeBytes += write.sizeBytes;
        if (alone) {
          next += 1;
          break;
        }
      }
      this.#forward(packed, leader, nowMs);
    }
    return next === 0 ? writes : writes.slice(next);
  }

  #forward(writes: readonly PendingWrite[], leader: AgentId, nowMs: number): void {
    const callId = this.#context.nextCallId();
    for (const write of writes) {
      write.state = 'sent';
      write.callId = callId;
      write.sends += 1;
      write.sentMs = nowMs;
    }
    this.#outstanding.set(callId, { writes, sentMs: nowMs });
    this.#context.send(leader, { kind: 'forward', callId, requests: writes.map((write) => write.request) });
    this.#context.watchDeadlines();
  }

  /** The leader says what it did with a call. Answers to calls given up since mean nothing. */
  answered(callId: string, fate: 'proposed' | 'notLeader' | 'busy'): void {
    const call = this.#outstanding.get(callId);
    if (call === undefined) return;
    this.#outstanding.delete(callId);
    this.#settle(call, callId, fate);
    this.#context.wake();
  }

  /** Whoever leads now has not seen these calls, as far as this agent knows. */
  giveUp(): void {
    const calls = [...this.#outstanding];
    this.#outstanding.clear();
    for (const [callId, call] of calls) this.#settle(call, callId, 'lost');
  }

  sweep(nowMs: number): void {
    for (const [callId, call] of this.#outstanding) {
      if (nowMs - call.sentMs < this.#context.config.retryMs) continue;
      this.#outstanding.delete(callId);
      this.#settle(call, callId, 'lost');
    }
  }

  /**
   * A follower's call, on the agent that it takes for the leader. A copy that the network made gets no answer of its own:
   * a refusal of it would be taken for one of the call, whose requests may have been proposed.
   */
  received(from: AgentId, callId: string, requests: readonly Request[]): void {
    if (this.#isCopy(callId)) return;
    if (this.#context.replica.role !== 'leader') {
      this.#reply(from, callId, 'notLeader');
      return;
    }
    let sizeBytes = 0;
    for (const request of requests) sizeBytes += sizeOf(request.command, request.asSessionId);
    // Whoever packed this counts otherwise; in an entry of this size it would stop the cell.
    if (requests.length > 1 && sizeBytes > this.#context.config.consensus.acceptMaxBytes) {
      this.#reply(from, callId, 'busy');
      return;
    }
    const unit: Unit = {
      requests,
      sizeBytes,
      isWanted: true,
      // Whoever forwarded it asks the voters itself.
      isAwaitedByAll: false,
      queuedMs: this.#context.ports.nowMs(),
      markSent: () => {},
      fate: (fate) => {
        // After 'proposed' the follower learns of a lost leadership from its own replica.
        if (fate !== 'lost') this.#reply(from, callId, fate);
      },
    };
    if (this.#bundles.add(unit)) this.#context.wake();
    else this.#reply(from, callId, 'busy');
  }

  /** Ids are remembered for twice as long as the sender waits for an answer: later ones mean nothing to it. */
  #isCopy(callId: string): boolean {
    const nowMs = this.#context.ports.nowMs();
    for (const [id, receivedMs] of this.#receivedMs) {
      if (nowMs - receivedMs < 2 * this.#context.config.retryMs) break;
      this.#receivedMs.delete(id);
    }
    if (this.#receivedMs.has(callId)) return true;
    this.#receivedMs.set(callId, nowMs);
    return false;
  }

  #settle(call: ForwardedCall, callId: string, fate: ProposalFate): void {
    for (const write of call.writes) if (write.callId === callId) write.fate(fate);
  }

  #reply(to: AgentId, callId: string, fate: 'proposed' | 'notLeader' | 'busy'): void {
    this.#context.send(to, { kind: 'forwardReply', callId, fate, leader: this.#context.replica.leader });
  }
}
