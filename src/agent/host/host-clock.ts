import { SWEEP_MS } from './host-context.ts';
import type { HostPorts } from './ports.ts';

export interface HostClockWork {
  turn(): void;
  tick(nowMs: number): void;
  /** Returns true while anything has a deadline. */
  sweep(nowMs: number): boolean;
  duties(): void;
}

/** When a host does what: turns as soon as there is work, ticks when the replica asks, deadlines and duties by the clock. */
export class HostClock {
  #ports: HostPorts;
  #work: HostClockWork;
  #dutiesMs: number;
  #isTurnDue = false;
  #isStopped = false;
  #tickMs = Infinity;
  #cancelTick: () => void = () => {};
  #cancelSweep: (() => void) | undefined;
  #cancelDuties: () => void = () => {};

  constructor(ports: HostPorts, work: HostClockWork, dutiesMs: number) {
    this.#ports = ports;
    this.#work = work;
    this.#dutiesMs = dutiesMs;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  start(): void {
    this.#scheduleDuties();
    this.wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTick();
    this.#cancelSweep?.();
    this.#cancelDuties();
  }

  wake(): void {
    if (this.#isTurnDue || this.#isStopped) return;
    this.#isTurnDue = true;
    this.#ports.soon(() => {
      this.#isTurnDue = false;
      if (!this.#isStopped) this.#work.turn();
    });
  }

  /** Keeps one timer for the next tick. One that comes early does no harm, so it is only moved forward. */
  tickAt(dueMs: number): void {
    if (dueMs >= this.#tickMs) return;
    this.#cancelTick();
    this.#tickMs = dueMs;
    this.#cancelTick = this.#ports.after(Math.max(0, dueMs - this.#ports.nowMs()), () => {
      this.#tickMs = Infinity;
      if (!this.#isStopped) this.#work.tick(this.#ports.nowMs());
    });
  }

  watchDeadlines(): void {
    if (this.#cancelSweep !== undefined || this.#isStopped) return;
    this.#cancelSweep = this.#ports.after(SWEEP_MS, () => {
      this.#cancelSweep = undefined;
      if (this.#isStopped) return;
      const isMoreToWatch = this.#work.sweep(this.#ports.nowMs());
      this.wake();
      if (isMoreToWatch) this.watchDeadlines();
    });
  }

  #scheduleDuties(): void {
    this.#cancelDuties = this.#ports.after(this.#dutiesMs, () => {
      if (this.#isStopped) return;
      this.#work.duties();
      this.wake();
      this.#scheduleDuties();
    });
  }
}
