import type { TimerCountdown } from './cell-port.ts';
import { type Deadline, DeadlineHeap } from './deadline-heap.ts';

/** A timer entry of the system keyspace. */
export interface Timer {
  readonly timerId: string;
  readonly ttlMs: number;
  /** Changes with every new start of the timer; an end proposed for an older one has no effect. */
  readonly generation: number;
}

interface Running extends Timer {
  deadlineMs: number;
  /** Its end is proposed: it is never renewed any more. */
  isEnding: boolean;
  /** When the heap looks at it next; the deadline may have moved since. */
  queuedMs: number;
}

/**
 * A leader waits this much longer than the TTL before it proposes an end: the clocks of client and leader may run at
 * different speeds, and nothing may end early.
 */
const GRACE_FACTOR = 1.25;

/** Places in the heap that nothing stands for any more are given up when there are more of them than this, and timers. */
const STALE_MAX = 1_024;

/**
 * The monotonic deadlines of one leadership. They exist only from the moment at which the leader has applied its own no-op
 * and knows every timer, when each of them gets its full TTL again, until the leadership ends.
 */
export class TimerBook {
  #running: Map<string, Running> | undefined;
  #heap = new DeadlineHeap();
  /** Infinity until every timer is known. */
  #beganMs = Infinity;

  /** From here on it follows what starts and ends; what was there before is read little by little and handed to `load`. */
  begin(): void {
    this.end();
    this.#running = new Map();
  }

  get isFollowing(): boolean {
    return this.#running !== undefined;
  }

  get isRunning(): boolean {
    return this.#running !== undefined && this.#beganMs !== Infinity;
  }

  /** As they stand now: one that is known already was seen to start since `begin`. */
  load(timers: Iterable<Timer>, nowMs: number): void {
    for (const timer of timers) if (!this.#running?.has(timer.timerId)) this.started(timer, nowMs);
  }

  /** Every timer is known. */
  complete(nowMs: number): void {
    this.#beganMs = nowMs;
  }

  end(): void {
    this.#running = undefined;
    this.#beganMs = Infinity;
    this.#heap.clear();
  }

  /** The entry was written: a new timer, or an old one with a new TTL. */
  started(timer: Timer, nowMs: number): void {
    if (this.#running === undefined) return;
    const deadlineMs = nowMs + timer.ttlMs * GRACE_FACTOR;
    this.#running.set(timer.timerId, { ...timer, deadlineMs, isEnding: false, queuedMs: deadlineMs });
    this.#heap.push(deadlineMs, timer.timerId);
    this.#dropStale(this.#running);
  }

  /** The entry was deleted. */
  ended(timerId: string): void {
    if (this.#running?.delete(timerId)) this.#dropStale(this.#running);
  }

  /** A renewal was received: its acknowledgement follows later, or never. */
  restart(timerId: string, nowMs: number): void {
    const timer = this.#running?.get(timerId);
    if (timer !== undefined && !timer.isEnding) timer.deadlineMs = nowMs + timer.ttlMs * GRACE_FACTOR;
  }

  /** The TTL when a renewal of this timer may be acknowledged now; otherwise it has ended or is about to. */
  renewable(timerId: string): number | undefined {
    const timer = this.#running?.get(timerId);
    return timer === undefined || timer.isEnding ? undefined : timer.ttlMs;
  }

  /** What is left of those that run, for people; undefined when nothing is counted here. */
  countdowns(timerIds: readonly string[], nowMs: number): TimerCountdown[] | undefined {
    if (!this.isRunning) return undefined;
    return timerIds.flatMap((timerId) => {
      const timer = this.#running?.get(timerId);
      if (timer === undefined) return [];
      const remainingMs = timer.isEnding ? 0 : Math.max(0, Math.round(this.#deadlineOf(timer) - nowMs));
      return [{ timerId, remainingMs, ttlMs: timer.ttlMs }];
    });
  }

  /** Nobody could renew it while timers were being loaded. */
  #deadlineOf({ deadlineMs, ttlMs }: Running): number {
    return Math.max(deadlineMs, this.#beganMs + ttlMs * GRACE_FACTOR);
  }

  /** Places in the heap; for tests. */
  get queued(): number {
    return this.#heap.size;
  }

  get nextMs(): number {
    return this.#heap.earliestMs;
  }

  /** Timers whose time is over; from here on they count as ending. At most `limit` at a time. */
  takeDue(nowMs: number, limit: number): Timer[] {
    const due: Timer[] = [];
    while (due.length < limit && this.#heap.earliestMs <= nowMs) {
      const queuedMs = this.#heap.earliestMs;
      const timer = this.#running?.get(this.#heap.pop() as string);
      // Deleted, or started anew with a place of its own in the heap.
      if (timer === undefined || timer.isEnding || timer.queuedMs !== queuedMs) continue;
      const deadlineMs = this.#deadlineOf(timer);
      if (deadlineMs > nowMs) {
        timer.queuedMs = deadlineMs;
        this.#heap.push(deadlineMs, timer.timerId);
        continue;
      }
      timer.isEnding = true;
      due.push(timer);
    }
    return due;
  }

  /** What ended early keeps its place in the heap, which may be a year away. */
  #dropStale(running: ReadonlyMap<string, Running>): void {
    if (this.#heap.size <= 2 * running.size + STALE_MAX) return;
    const deadlines: Deadline[] = [];
    for (const { queuedMs, timerId, isEnding } of running.values()) {
      if (!isEnding) deadlines.push({ atMs: queuedMs, id: timerId });
    }
    this.#heap.replace(deadlines);
  }
}
