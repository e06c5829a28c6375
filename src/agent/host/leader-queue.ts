import type { AgentId } from '../consensus/types.ts';
import type { HostContext } from './host-context.ts';

/** More questions than that are not on their way to the leader at once: what comes meanwhile shares the next one. */
const IN_FLIGHT_MAX = 4;

interface PassedOn<T> {
  readonly items: readonly T[];
  readonly sentMs: number;
}

/**
 * What waits for an answer of the leader, and what was passed on to it. It is asked again when the answer does not come, and
 * when another one leads. An item whose `then` is undefined has been answered, and is left out.
 */
export class LeaderQueue<T extends { readonly then: unknown }> {
  readonly #context: HostContext;
  #waiting: T[] = [];
  /** By call id. */
  #passedOn = new Map<string, PassedOn<T>>();
  #pauseUntilMs = 0;

  constructor(context: HostContext) {
    this.#context = context;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(item: T): void {
    this.#waiting.push(item);
  }

  /** Who can be asked now; undefined: nobody. */
  get leader(): AgentId | undefined {
    return this.isEmpty || this.#context.ports.nowMs() < this.#pauseUntilMs ? undefined : this.#context.replica.leader;
  }

  get canPassOn(): boolean {
    return !this.isEmpty && this.#passedOn.size < IN_FLIGHT_MAX;
  }

  /** What still waits, in its order, as far as it fits. */
  take(fits: (item: T, taken: number) => boolean = () => true): T[] {
    const taken: T[] = [];
    let next = 0;
    for (; next < this.#waiting.length; next += 1) {
      const item = this.#waiting[next] as T;
      if (item.then === undefined) continue;
      if (!fits(item, taken.length)) break;
      taken.push(item);
    }
    this.#waiting.splice(0, next);
    return taken;
  }

  /** Returns the call id under which the leader is asked. */
  passOn(items: readonly T[]): string {
    const callId = this.#context.nextCallId();
    this.#passedOn.set(callId, { items, sentMs: this.#context.ports.nowMs() });
    return callId;
  }

  /** Undefined: nobody waits for this answer any more. */
  answered(callId: string): readonly T[] | undefined {
    const items = this.#passedOn.get(callId)?.items;
    this.#passedOn.delete(callId);
    return items;
  }

  /** Whoever was asked does not lead: they wait for who does, who is not known yet. */
  again(items: readonly T[]): void {
    this.#pauseUntilMs = this.#context.ports.nowMs() + this.#context.config.consensus.heartbeatMs / 2;
    for (const item of items) this.#waiting.push(item);
    this.#context.watchDeadlines();
  }

  /** Another ballot leads: whoever was asked may never answer. */
  repeatSent(): void {
    this.#pauseUntilMs = 0;
    for (const { items } of this.#passedOn.values()) this.#waiting.push(...items);
    this.#passedOn.clear();
    if (!this.isEmpty) this.#context.wake();
  }

  /** What was not answered for too long is asked again. */
  sweep(nowMs: number): void {
    for (const [callId, { items, sentMs }] of this.#passedOn) {
      if (nowMs - sentMs < this.#context.config.retryMs) continue;
      this.#passedOn.delete(callId);
      this.#waiting.push(...items);
    }
  }

  forgetAnswered(): void {
    if (!this.isEmpty) this.#waiting = this.#waiting.filter(({ then }) => then !== undefined);
  }

  clear(): void {
    this.#waiting = [];
    this.#passedOn.clear();
  }
}
