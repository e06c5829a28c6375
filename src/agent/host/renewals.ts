import type { AgentId } from '../consensus/types.ts';
import { type Answer, done, failed, type Then } from './answer.ts';
import type { AppliedWaits } from './applied-waits.ts';
import { CellError } from './cell-port.ts';
import type { HostContext } from './host-context.ts';
import { LeaderQueue } from './leader-queue.ts';
import type { RenewItem, RenewOutcome } from './messages.ts';
import type { ReadRounds } from './read-rounds.ts';
import type { TimerBook } from './timers.ts';

interface Call {
  readonly items: readonly RenewItem[];
  readonly receivedMs: number;
  readonly deadlineMs: number;
  then: Then<readonly RenewOutcome[]> | undefined;
}

/** Of one forwarded call: it and its answer stay far below what a link carries. */
const ITEMS_PER_CALL_MAX = 10_000;

/**
 * Renewals of sessions and leases. They are not journaled: the leader acknowledges one only when a heartbeat round that
 * started after it was received proves that it still leads, and only if it has not proposed the end meanwhile.
 */
export class Renewals {
  #context: HostContext;
  #rounds: ReadRounds;
  #timers: TimerBook;
  #appliedWaits: AppliedWaits;
  #open = new Set<Call>();
  readonly #queue: LeaderQueue<Call>;

  constructor(context: HostContext, parts: { rounds: ReadRounds; timers: TimerBook; appliedWaits: AppliedWaits }) {
    this.#context = context;
    this.#queue = new LeaderQueue(context);
    this.#rounds = parts.rounds;
    this.#timers = parts.timers;
    this.#appliedWaits = parts.appliedWaits;
  }

  get isWaiting(): boolean {
    return this.#open.size > 0 || !this.#queue.isEmpty;
  }

  /** A client's renewal. Held while there is no leader; what it was worth then counts from its first sending. */
  renew(items: readonly RenewItem[], then: Then<readonly RenewOutcome[]>): void {
    if (items.length <= ITEMS_PER_CALL_MAX) this.#add(items, then);
    else this.#addInParts(items, then);
    this.#context.wake();
    this.#context.watchDeadlines();
  }

  #addInParts(items: readonly RenewItem[], then: Then<readonly RenewOutcome[]>): void {
    const outcomes: (readonly RenewOutcome[])[] = [];
    let failure: Answer<never> | undefined;
    let open = Math.ceil(items.length / ITEMS_PER_CALL_MAX);
    for (let part = 0; part * ITEMS_PER_CALL_MAX < items.length; part += 1) {
      this.#add(items.slice(part * ITEMS_PER_CALL_MAX, (part + 1) * ITEMS_PER_CALL_MAX), (answer) => {
        open -= 1;
        if (answer.ok) outcomes[part] = answer.value;
        else failure = answer;
        if (open === 0) then(failure ?? done(outcomes.flat()));
      });
    }
  }

  #add(items: readonly RenewItem[], then: Then<readonly RenewOutcome[]>): void {
    const receivedMs = this.#context.ports.nowMs();
    const call: Call = { items, receivedMs, deadlineMs: receivedMs + this.#context.config.writeWaitMs, then };
    this.#open.add(call);
    this.#queue.add(call);
  }

  /** Ends a turn: all renewals of it go to the leader in one call, or as few as they fit into. */
  flush(): void {
    const { leader } = this.#queue;
    const nowMs = this.#context.ports.nowMs();
    if (leader === undefined) return;
    if (leader === this.#context.agentId) {
      if (!this.#timers.isRunning) return;
      const calls = this.#queue.take();
      this.#confirm(itemsOf(calls, nowMs), (outcomes) => this.#settle(calls, outcomes));
      return;
    }
    while (this.#queue.canPassOn) {
      const calls = this.#takeSome();
      if (calls.length === 0) return;
      this.#context.send(leader, { kind: 'renew', callId: this.#queue.passOn(calls), items: itemsOf(calls, nowMs) });
    }
  }

  /** Another agent passes renewals on. */
  received(from: AgentId, callId: string, items: readonly RenewItem[]): void {
    this.#confirm(items, (outcomes) =>
      this.#context.send(from, { kind: 'renewReply', callId, ok: outcomes !== undefined, outcomes: outcomes ?? [] }),
    );
  }

  answered(callId: string, ok: boolean, outcomes: readonly RenewOutcome[]): void {
    const calls = this.#queue.answered(callId);
    if (calls === undefined) return;
    this.#settle(calls, ok ? outcomes : undefined);
    this.#context.wake();
  }

  repeatSent(): void {
    this.#queue.repeatSent();
  }

  sweep(nowMs: number): void {
    this.#queue.sweep(nowMs);
    for (const call of this.#open) {
      if (nowMs < call.deadlineMs) continue;
      const message = 'no leader acknowledged the renewal: a majority of the voters does not answer';
      this.#answer(call, failed(new CellError('NO_MAJORITY', message, { effect: 'unknown' })));
    }
    this.#queue.forgetAnswered();
  }

  failAll(): void {
    for (const call of [...this.#open]) {
      this.#answer(call, failed(new CellError('SHUTTING_DOWN', 'this agent is shutting down', { effect: 'unknown' })));
    }
    this.#queue.clear();
  }

  /** Undefined: this agent does not lead, or its leadership ended on the way; nothing is known of the items. */
  #confirm(items: readonly RenewItem[], then: (outcomes: readonly RenewOutcome[] | undefined) => void): void {
    if (!this.#timers.isRunning) {
      then(undefined);
      return;
    }
    const ballot = this.#context.replica.ballot;
    const nowMs = this.#context.ports.nowMs();
    for (const { timerId } of items) this.#timers.restart(timerId, nowMs);
    this.#rounds.ask((slot) => {
      if (slot === undefined) {
        then(undefined);
        return;
      }
      // What was granted before the round must be known here: a session opened through another agent a moment ago.
      const acknowledge = () => {
        const { replica } = this.#context;
        const sameLeadership = this.#timers.isRunning && replica.ballot.round === ballot.round;
        then(sameLeadership ? items.map((item) => this.#outcome(item)) : undefined);
      };
      if (this.#context.applied >= slot) acknowledge();
      else this.#appliedWaits.add(slot, acknowledge);
    });
  }

  #outcome({ timerId }: RenewItem): RenewOutcome {
    const ttlMs = this.#timers.renewable(timerId);
    return { timerId, renewed: ttlMs !== undefined, ttlMs: ttlMs ?? 0 };
  }

  /** At least one, then as many as fit into one call together. */
  #takeSome(): Call[] {
    let items = 0;
    return this.#queue.take((call, taken) => {
      items += call.items.length;
      return taken === 0 || items <= ITEMS_PER_CALL_MAX;
    });
  }

  #settle(calls: readonly Call[], outcomes: readonly RenewOutcome[] | undefined): void {
    if (outcomes === undefined) {
      this.#queue.again(calls);
      return;
    }
    const byId = new Map(outcomes.map((outcome) => [outcome.timerId, outcome]));
    for (const call of calls) {
      const own = call.items.map(({ timerId }) => byId.get(timerId) ?? { timerId, renewed: false, ttlMs: 0 });
      this.#answer(call, done(own));
    }
  }

  #answer(call: Call, answer: Parameters<Then<readonly RenewOutcome[]>>[0]): void {
    const then = call.then;
    if (then === undefined) return;
    call.then = undefined;
    this.#open.delete(call);
    then(answer);
  }
}

/** The age counts from the client's first sending, however long the renewal was held here. */
function itemsOf(calls: readonly Call[], nowMs: number): RenewItem[] {
  return calls.flatMap(({ items, receivedMs }) =>
    items.map(({ timerId, ageMs }) => ({ timerId, ageMs: Math.ceil(ageMs + nowMs - receivedMs) })),
  );
}
