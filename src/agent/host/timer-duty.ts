import type { Command, Request } from '../machine/commands.ts';
import { prefixEnd } from '../machine/keys.ts';
import type { Machine } from '../machine/machine.ts';
import type { RevisionEvent } from '../machine/results.ts';
import type { Key, KeyRecord } from '../machine/store.ts';
import { TIMERS } from '../machine/system-records.ts';
import type { Bundles } from './bundles.ts';
import { digestOf } from './digest.ts';
import type { HostContext } from './host-context.ts';
import type { Unit } from './pending-write.ts';
import { sizeOf } from './request-size.ts';
import type { Timer, TimerBook } from './timers.ts';

/** Ends proposed in one go; the rest follows in the next turns. */
const DUE_MAX = 256;
/** A new leader reads the timers in portions, each in a turn of its own: there may be hundreds of thousands. */
const LOADED_PER_TURN = 512;
/** Timers that are due together share a look at the clock. */
const PAUSE_MIN_MS = 20;

const TIMERS_START = TIMERS.keyOf('');
const TIMERS_END = prefixEnd(TIMERS_START);

function timerOf(record: KeyRecord): Timer {
  return { timerId: TIMERS.idOf(record.key) as string, ...TIMERS.decode(record) };
}

/** A leader's duty: follows the timer entries of the state, and proposes the ends that are due. */
export class TimerDuty {
  #context: HostContext;
  #book: TimerBook;
  #bundles: Bundles;
  #machine: Machine;
  #readySlot: number | undefined;
  /** Timers from this key on are not loaded yet. */
  #loadFrom: Key = '';
  #cancel: (() => void) | undefined;
  #scheduledMs = Infinity;
  /** Due, but the pipeline had no room. */
  #unsent: Timer[] = [];

  constructor(context: HostContext, parts: { book: TimerBook; bundles: Bundles; machine: Machine }) {
    this.#context = context;
    this.#book = parts.book;
    this.#bundles = parts.bundles;
    this.#machine = parts.machine;
  }

  /** The own no-op of this leadership is chosen in this slot; deadlines start when it is applied. */
  leaderReady(slot: number): void {
    this.#readySlot = slot;
    this.applied(this.#context.applied);
  }

  leadershipEnded(): void {
    this.#readySlot = undefined;
    this.#unsent = [];
    this.#book.end();
    this.#cancel?.();
    this.#cancel = undefined;
    this.#scheduledMs = Infinity;
  }

  /** Called for every applied entry. */
  observe(events: readonly RevisionEvent[]): void {
    if (!this.#book.isFollowing) return;
    for (const event of events) {
      if (event.space !== 'system') continue;
      for (const change of event.changes) {
        const timerId = TIMERS.idOf(change.key);
        if (timerId === undefined) continue;
        if (change.kind === 'delete') this.#book.ended(timerId);
        else this.#book.started(timerOf(change), this.#context.ports.nowMs());
      }
    }
  }

  /** After a run of the applier. */
  applied(slot: number): void {
    if (this.#readySlot === undefined) return;
    if (!this.#book.isFollowing && slot >= this.#readySlot) {
      this.#book.begin();
      this.#loadFrom = TIMERS_START;
      this.#context.wake();
    }
    this.#schedule();
  }

  /** Once per turn, between runs of the applier. Returns true while there is more to load. */
  load(): boolean {
    if (!this.#book.isFollowing || this.#book.isRunning) return false;
    const nowMs = this.#context.ports.nowMs();
    const query = { start: this.#loadFrom, end: TIMERS_END, limit: LOADED_PER_TURN };
    const records = this.#machine.range('system', query);
    this.#book.load(records.map(timerOf), nowMs);
    const last = records.at(-1);
    if (last !== undefined && records.length === LOADED_PER_TURN) {
      this.#loadFrom = `${last.key}\0`;
      return true;
    }
    this.#book.complete(nowMs);
    this.#schedule();
    this.#context.wake();
    return false;
  }

  #schedule(): void {
    const nowMs = this.#context.ports.nowMs();
    const nextMs = this.#unsent.length > 0 ? nowMs : this.#book.nextMs;
    if (!this.#book.isRunning || nextMs === Infinity) return;
    const atMs = Math.max(nextMs, nowMs + PAUSE_MIN_MS);
    if (atMs >= this.#scheduledMs) return;
    this.#cancel?.();
    this.#scheduledMs = atMs;
    this.#cancel = this.#context.ports.after(atMs - nowMs, () => this.#fire());
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#scheduledMs = Infinity;
    const due = [...this.#unsent, ...this.#book.takeDue(this.#context.ports.nowMs(), DUE_MAX)];
    this.#unsent = [];
    for (const timer of due) if (!this.#bundles.add(this.#unit(timer))) this.#unsent.push(timer);
    this.#schedule();
    this.#context.wake();
  }

  #unit(timer: Timer): Unit {
    const { timerId, generation } = timer;
    const command: Command = { kind: 'fireTimer', timerId, generation };
    const request: Request = { sessionId: '', sequence: 0, ackedBelow: 0, digest: digestOf(command), command };
    return {
      requests: [request],
      sizeBytes: sizeOf(command),
      isWanted: true,
      isAwaitedByAll: false,
      queuedMs: this.#context.ports.nowMs(),
      markSent: () => {},
      fate: (fate) => {
        // Lost with the leadership: the next leader judges by its own clock. It is never repeated elsewhere.
        if (fate !== 'busy' || !this.#book.isRunning) return;
        this.#unsent.push(timer);
        this.#schedule();
      },
    };
  }
}
