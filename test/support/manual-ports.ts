import type { Base } from '../../src/agent/consensus/io.ts';
import type { AgentId } from '../../src/agent/consensus/types.ts';
import type { HostPorts, PeerMessage } from '../../src/agent/host/ports.ts';
import type { StateStore } from '../../src/agent/machine/store.ts';

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly work: () => void;
  isCancelled: boolean;
}

/** A clock that stands still until a test moves it, and everything that was put off until later. */
export class ManualClock {
  nowMs = 1_000;
  #events: Event[] = [];
  #order = 0;

  after(delayMs: number, work: () => void): () => void {
    this.#order += 1;
    const event: Event = { atMs: this.nowMs + delayMs, order: this.#order, work, isCancelled: false };
    this.#events.push(event);
    return () => {
      event.isCancelled = true;
    };
  }

  /** Runs everything that falls due until then, in order of time. */
  run(durationMs: number): void {
    const untilMs = this.nowMs + durationMs;
    for (;;) {
      let next: Event | undefined;
      for (const event of this.#events) {
        if (event.atMs > untilMs || event.isCancelled) continue;
        if (next === undefined || event.atMs < next.atMs || (event.atMs === next.atMs && event.order < next.order)) {
          next = event;
        }
      }
      if (next === undefined) break;
      this.#events.splice(this.#events.indexOf(next), 1);
      this.#events = this.#events.filter((event) => !event.isCancelled);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.work();
    }
    this.nowMs = untilMs;
  }

  /** Runs until the condition holds, at most so long. */
  runUntil(condition: () => boolean, limitMs = 20_000): void {
    const untilMs = this.nowMs + limitMs;
    while (!condition()) {
      if (this.nowMs >= untilMs) throw new Error('the condition did not come true in time');
      this.run(1);
    }
  }
}

export interface ManualPortsOptions {
  readonly clock: ManualClock;
  readonly seed?: number;
  readonly send?: (to: AgentId, message: PeerMessage) => void;
  readonly fetchSnapshot?: (
    from: AgentId,
    then: (installed: { store: StateStore; base: Base } | undefined) => void,
  ) => void;
}

/** Ports on a manual clock. `soon` comes in the same millisecond, after what is under way. */
export function manualPorts(options: ManualPortsOptions): HostPorts {
  const { clock } = options;
  let state = options.seed ?? 1;
  return {
    nowMs: () => clock.nowMs,
    wallMs: () => 1_700_000_000_000 + clock.nowMs,
    random: () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x80000000;
    },
    soon: (work) => {
      clock.after(0, work);
    },
    after: (delayMs, work) => clock.after(delayMs, work),
    send: options.send ?? (() => {}),
    afterSends: (work) => {
      clock.after(0, work);
    },
    fetchSnapshot: options.fetchSnapshot ?? ((_from, then) => clock.after(1, () => then(undefined))),
  };
}
