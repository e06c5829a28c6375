import type { PeerMessage } from '../agent/host/ports.ts';
import type { Counters } from './counters.ts';
import type { EventQueue } from './event-queue.ts';
import type { Random } from './random.ts';

/** How links behave; changed by faults. Probabilities per message, delays in milliseconds. */
export interface LinkConditions {
  dropProbability: number;
  duplicateProbability: number;
  /** A message that takes a detour: it arrives long after later ones. */
  reorderProbability: number;
  /** An old message of this link arrives once more. */
  replayProbability: number;
  delayMinMs: number;
  delayMeanMs: number;
  detourMaxMs: number;
}

export const CALM_LINKS: Readonly<LinkConditions> = {
  dropProbability: 0,
  duplicateProbability: 0,
  reorderProbability: 0,
  replayProbability: 0,
  delayMinMs: 0.2,
  delayMeanMs: 0.3,
  detourMaxMs: 0,
};

export type Shape = 'symmetric' | 'one-way' | 'bridge' | 'chain' | 'isolate' | 'star';

const REMEMBERED = 256;

/**
 * Messages between agents. Without faults a link keeps its order, as a stream does; a fault may break every promise a
 * network could make except that it invents nothing.
 */
export class Network {
  readonly conditions: LinkConditions = { ...CALM_LINKS };
  private readonly queue: EventQueue;
  private readonly random: Random;
  private readonly counters: Counters;
  private readonly deliver: (to: string, message: PeerMessage) => void;
  private readonly blocked = new Set<string>();
  private readonly lastArrivalMs = new Map<string, number>();
  private readonly remembered: { to: string; message: PeerMessage }[] = [];
  private rememberedNext = 0;

  constructor(
    queue: EventQueue,
    random: Random,
    counters: Counters,
    deliver: (to: string, message: PeerMessage) => void,
  ) {
    this.queue = queue;
    this.random = random;
    this.counters = counters;
    this.deliver = deliver;
  }

  send(from: string, to: string, message: PeerMessage): void {
    const { conditions, random } = this;
    if (this.isBlocked(from, to)) {
      this.counters.add('message into a partition');
      return;
    }
    if (random.chance(conditions.dropProbability)) {
      this.counters.add('message dropped');
      return;
    }
    this.post(from, to, message);
    if (random.chance(conditions.duplicateProbability)) {
      this.counters.add('message duplicated');
      this.post(from, to, message);
    }
    if (random.chance(conditions.replayProbability) && this.remembered.length > 0) {
      const old = random.pick(this.remembered);
      this.counters.add('message replayed');
      this.arriveAfter(random.range(0, 50), old.to, old.message);
    }
    this.remembered[this.rememberedNext] = { to, message };
    this.rememberedNext = (this.rememberedNext + 1) % REMEMBERED;
  }

  private post(from: string, to: string, message: PeerMessage): void {
    const { conditions, random, queue } = this;
    if (random.chance(conditions.reorderProbability)) {
      this.counters.add('message on a detour');
      this.arriveAfter(random.range(conditions.delayMinMs, conditions.detourMaxMs), to, message);
      return;
    }
    const link = `${from}>${to}`;
    const arrivalMs = Math.max(
      queue.nowMs + conditions.delayMinMs + random.exponential(conditions.delayMeanMs),
      this.lastArrivalMs.get(link) ?? 0,
    );
    this.lastArrivalMs.set(link, arrivalMs);
    queue.at(arrivalMs, () => this.deliver(to, message));
  }

  private arriveAfter(delayMs: number, to: string, message: PeerMessage): void {
    this.queue.after(delayMs, () => this.deliver(to, message));
  }

  isBlocked(from: string, to: string): boolean {
    return this.blocked.size > 0 && this.blocked.has(`${from}>${to}`);
  }

  block(from: string, to: string): void {
    this.blocked.add(`${from}>${to}`);
  }

  unblock(from: string, to: string): void {
    this.blocked.delete(`${from}>${to}`);
  }

  healAll(): void {
    this.blocked.clear();
  }

  /** Cuts the links that do not belong to the shape; `agents` is taken in the order given. Returns what was cut. */
  partition(shape: Shape, agents: readonly string[]): void {
    for (const [index, from] of agents.entries()) {
      for (const [otherIndex, to] of agents.entries()) {
        if (index !== otherIndex && !connects(shape, index, otherIndex, agents.length)) this.block(from, to);
      }
    }
  }
}

/**
 * `symmetric`: two halves. `one-way`: the first half does not reach the second, but hears it. `bridge`: two halves and
 * one agent, the first, that both reach. `chain`: only neighbours. `star`: only the first with each other. `isolate`:
 * the first with nobody.
 */
function connects(shape: Shape, index: number, other: number, count: number): boolean {
  const half = Math.floor(count / 2);
  switch (shape) {
    case 'symmetric':
      return index < half === other < half;
    case 'one-way':
      return !(index < half && other >= half);
    case 'bridge':
      return index === 0 || other === 0 || index <= half === other <= half;
    case 'chain':
      return Math.abs(index - other) === 1;
    case 'star':
      return index === 0 || other === 0;
    case 'isolate':
      return index !== 0 && other !== 0;
  }
}
