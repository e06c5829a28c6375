import type { AgentId, Slot } from '../consensus/types.ts';
import type { HostContext } from './host-context.ts';

type ThenSlot = (slot: Slot | undefined) => void;

/**
 * The leader's side of linearizable reads: everybody that asks in one turn, whether a client here, another agent or a
 * renewal, shares one read of the replica, whose heartbeat round starts after all of them were received.
 */
export class ReadRounds {
  #context: HostContext;
  #asked: ThenSlot[] = [];
  #rounds = new Map<string, readonly ThenSlot[]>();

  constructor(context: HostContext) {
    this.#context = context;
  }

  /** Calls back with the slot to wait for, or undefined when this agent does not lead (any more). */
  ask(then: ThenSlot): void {
    this.#asked.push(then);
    this.#context.wake();
  }

  /** Another agent asks. */
  received(from: AgentId, callId: string): void {
    this.ask((slot) =>
      this.#context.send(from, { kind: 'readIndexReply', callId, ok: slot !== undefined, slot: slot ?? 0 }),
    );
  }

  flush(): void {
    if (this.#asked.length === 0) return;
    const asked = this.#asked;
    this.#asked = [];
    if (!this.#context.isReadyLeader) {
      for (const then of asked) then(undefined);
      return;
    }
    const readId = this.#context.nextCallId();
    this.#rounds.set(readId, asked);
    this.#context.feed({ kind: 'read', readId });
  }

  ready(readId: string, slot: Slot): void {
    this.#end(readId, slot);
  }

  failed(readId: string): void {
    this.#end(readId, undefined);
  }

  /** Leadership ended. */
  fail(): void {
    for (const readId of [...this.#rounds.keys()]) this.#end(readId, undefined);
  }

  clear(): void {
    this.#asked = [];
    this.#rounds.clear();
  }

  #end(readId: string, slot: Slot | undefined): void {
    const round = this.#rounds.get(readId);
    if (round === undefined) return;
    this.#rounds.delete(readId);
    for (const then of round) then(slot);
  }
}
