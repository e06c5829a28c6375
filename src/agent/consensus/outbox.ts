import type { Output, Writes } from './io.ts';
import type { Message } from './messages.ts';
import type { AgentId, Ballot, JournalEntry, Slot, Token } from './types.ts';

interface Address {
  readonly group: number;
  readonly cellId: string;
  readonly agentId: AgentId;
  readonly epoch: () => number;
}

/**
 * Collects the outputs of one step. All writes of a step are one transaction with one token; messages name the token
 * that must be durable before they leave, so the order of durability is data and not the order of calls.
 */
export class Outbox {
  lastToken: Token = 0;
  durableToken: Token = 0;
  #address: Address;
  #outputs: Output[] = [];
  #promised: Ballot | undefined;
  #entries: JournalEntry[] = [];
  #chosenThrough: Slot | undefined;
  #isWriting = false;
  /** Tokens not durable yet, with when they were made. */
  #waiting: { token: Token; sinceMs: number }[] = [];

  constructor(address: Address) {
    this.#address = address;
  }

  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** Adds to the transaction of this step. Returns the token that says when it is durable. */
  write(writes: Writes, nowMs: number): Token {
    if (!this.#isWriting) {
      this.#isWriting = true;
      this.lastToken += 1;
      this.#waiting.push({ token: this.lastToken, sinceMs: nowMs });
    }
    if (writes.promised) this.#promised = writes.promised;
    if (writes.entries) for (const entry of writes.entries) this.#entries.push(entry);
    if (writes.chosenThrough !== undefined) this.#chosenThrough = writes.chosenThrough;
    return this.lastToken;
  }

  /** The token that covers everything written so far; undefined when all of it is durable already. */
  barrier(): Token | undefined {
    return this.lastToken > this.durableToken ? this.lastToken : undefined;
  }

  persisted(token: Token): void {
    this.durableToken = Math.max(this.durableToken, token);
    while (this.#waiting.length > 0 && (this.#waiting[0]?.token ?? 0) <= this.durableToken) this.#waiting.shift();
  }

  /** Since when the oldest write waits for the disk; undefined when none does. */
  get waitingSinceMs(): number | undefined {
    return this.#waiting[0]?.sinceMs;
  }

  send(to: AgentId, message: Message, after?: Token): void {
    const { group, cellId, agentId, epoch } = this.#address;
    const envelope = { group, cellId, from: agentId, to, epoch: epoch(), message };
    this.#outputs.push(after === undefined ? { kind: 'send', envelope } : { kind: 'send', envelope, after });
  }

  emit(output: Output): void {
    this.#outputs.push(output);
  }

  /** The outputs of the step, the transaction first. */
  take(): Output[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    if (!this.#isWriting) return outputs;
    const writes: { promised?: Ballot; entries?: readonly JournalEntry[]; chosenThrough?: Slot } = {};
    if (this.#promised) writes.promised = this.#promised;
    if (this.#entries.length > 0) writes.entries = this.#entries;
    if (this.#chosenThrough !== undefined) writes.chosenThrough = this.#chosenThrough;
    this.#promised = undefined;
    this.#entries = [];
    this.#chosenThrough = undefined;
    this.#isWriting = false;
    return [{ kind: 'persist', token: this.lastToken, writes }, ...outputs];
  }
}
