import type { AgentId } from '../consensus/types.ts';

/** New round trips count for a quarter, so that one slow answer does not jump out of a table. */
const NEW_WEIGHT = 0.25;

interface Heard {
  heardMs: number;
  roundTripMs: number | undefined;
}

/**
 * When each peer was last heard, on any stream in either direction, and how long a keep-alive takes there and back.
 * Time in which this process did not run is nobody's silence: whoever wakes from a pause has heard everyone "just now"
 * as far as it can tell, and must not report its whole cell as silent.
 */
export class Hearing {
  readonly #nowMs: () => number;
  readonly #tickMs: number;
  readonly #peers = new Map<AgentId, Heard>();
  readonly #timer: NodeJS.Timeout;
  #tickedMs: number;

  constructor(nowMs: () => number, tickMs: number) {
    this.#nowMs = nowMs;
    this.#tickMs = tickMs;
    this.#tickedMs = nowMs();
    this.#timer = setInterval(() => this.tick(), tickMs);
    this.#timer.unref();
  }

  /** Called every `tickMs`; a much longer gap means that this process was paused. */
  tick(): void {
    const now = this.#nowMs();
    const pausedMs = now - this.#tickedMs - this.#tickMs;
    this.#tickedMs = now;
    if (pausedMs < 2 * this.#tickMs) return;
    for (const peer of this.#peers.values()) peer.heardMs = Math.min(now, peer.heardMs + pausedMs);
  }

  /** Whoever is not watched is nobody whose silence anyone would ask for. */
  hear(peer: AgentId, roundTripMs?: number): void {
    const known = this.#peers.get(peer);
    if (known === undefined) return;
    known.heardMs = this.#nowMs();
    if (roundTripMs === undefined) return;
    known.roundTripMs =
      known.roundTripMs === undefined
        ? roundTripMs
        : known.roundTripMs + (roundTripMs - known.roundTripMs) * NEW_WEIGHT;
  }

  /** The link is down: an old round trip would look like a living one. */
  lost(peer: AgentId): void {
    const known = this.#peers.get(peer);
    if (known !== undefined) known.roundTripMs = undefined;
  }

  /** Begins to count the silence of those not heard yet, and forgets who left. */
  watch(participants: ReadonlySet<AgentId>): void {
    for (const peer of this.#peers.keys()) if (!participants.has(peer)) this.#peers.delete(peer);
    for (const peer of participants) {
      if (!this.#peers.has(peer)) this.#peers.set(peer, { heardMs: this.#nowMs(), roundTripMs: undefined });
    }
  }

  heard(): { agentId: AgentId; silentMs: number }[] {
    const now = this.#nowMs();
    return [...this.#peers].map(([agentId, { heardMs }]) => ({ agentId, silentMs: Math.max(0, now - heardMs) }));
  }

  /** Milliseconds; undefined until a keep-alive came back, and while the link is down. */
  roundTripMs(peer: AgentId): number | undefined {
    return this.#peers.get(peer)?.roundTripMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
