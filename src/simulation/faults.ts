import { CALM_DISK } from './disk.ts';
import { CALM_LINKS, type Shape } from './network.ts';
import type { AnyProcess } from './process.ts';
import type { Random } from './random.ts';
import type { FaultChoice } from './settings.ts';
import type { World } from './world.ts';

const SHAPES: readonly Shape[] = ['symmetric', 'one-way', 'bridge', 'chain', 'isolate', 'star'];

/** What the schedule of faults needs to know of a cell. */
export interface FaultTarget {
  readonly world: World;
  leaderId(): string | undefined;
  /** Many proposals at once to one agent. */
  burst(agentId: string): void;
  /** Whether this disk may be lost for ever: a majority of every configuration in play remains. */
  isExpendable(agentId: string): boolean;
}

/** Draws one fault after the other from the seed, and ends each after a while. */
export class Faults {
  readonly #target: FaultTarget;
  readonly #world: World;
  readonly #random: Random;
  readonly #meanMs: number;
  readonly #kinds: readonly { readonly weight: number; readonly start: () => void }[];
  #isOver = false;
  #partition = 0;
  #weather = 0;

  constructor(target: FaultTarget, choice: FaultChoice, meanMs: number) {
    this.#target = target;
    this.#world = target.world;
    this.#random = target.world.random.split('faults');
    this.#meanMs = meanMs;
    const kinds: [boolean, number, () => void][] = [
      [choice.crashes, 6, () => this.#crashAtBoundary()],
      [choice.crashes, 3, () => this.#crashNow()],
      [choice.crashes, 0.5, () => this.#crashAll()],
      [choice.pauses, 3, () => this.#pause()],
      [choice.partitions, 5, () => this.#cut()],
      [choice.partitions, 1, () => this.#flap()],
      [choice.partitions, 1, () => this.#strand()],
      [choice.messages, 4, () => this.#badWeather()],
      [choice.clocks, 2, () => this.#disturbClock()],
      [choice.disks, 2, () => this.#slowDisk()],
      [choice.disks, 1, () => this.#failDisk()],
      [choice.disks, 0.8, () => this.#loseDisk()],
    ];
    this.#kinds = kinds.filter(([isChosen]) => isChosen).map(([, weight, start]) => ({ weight, start }));
  }

  start(): void {
    if (this.#kinds.length === 0) return;
    this.#world.queue.after(this.#random.exponential(this.#meanMs), () => {
      if (this.#isOver) return;
      const weights = this.#kinds.map(({ weight }) => weight);
      this.#kinds[this.#random.weighted(weights)]?.start();
      this.start();
    });
  }

  /** Everything is repaired; lost disks stay lost. */
  end(): void {
    this.#isOver = true;
    this.#world.network.healAll();
    Object.assign(this.#world.network.conditions, CALM_LINKS);
    for (const process of this.#processes) {
      Object.assign(process.storage.conditions, CALM_DISK);
      process.crashAfterBoundaries = 0;
      process.resume();
      process.boot();
    }
  }

  get #processes(): AnyProcess[] {
    return [...this.#world.processes.values()];
  }

  #anybody(): AnyProcess {
    const leaderId = this.#target.leaderId();
    const leader = leaderId === undefined ? undefined : this.#world.processes.get(leaderId);
    return leader !== undefined && this.#random.chance(0.4) ? leader : this.#random.pick(this.#processes);
  }

  #later(lowMs: number, highMs: number, work: () => void): void {
    this.#world.queue.after(this.#random.range(lowMs, highMs), () => {
      if (!this.#isOver) work();
    });
  }

  #note(what: string, where: string): void {
    this.#world.counters.add(`fault: ${what}`);
    this.#world.trace.add(this.#world.queue.nowMs, '--', what, where);
  }

  #crashAtBoundary(): void {
    const process = this.#anybody();
    this.#note('crash at a boundary', process.agentId);
    process.crashAfterBoundaries = this.#random.between(1, 25);
    this.#later(20, 1_500, () => process.boot());
    this.#later(1_500, 3_000, () => process.boot());
  }

  #crashNow(): void {
    const process = this.#anybody();
    process.crash('at any time');
    this.#later(1, 2_000, () => process.boot());
  }

  #crashAll(): void {
    this.#note('crash of all', 'everywhere');
    for (const process of this.#processes) {
      process.crash('with all others');
      this.#later(1, 800, () => process.boot());
    }
  }

  #pause(): void {
    const process = this.#anybody();
    process.pause();
    const isLong = this.#random.chance(0.2);
    this.#later(isLong ? 1_000 : 100, isLong ? 8_000 : 1_000, () => process.resume());
  }

  #cut(): void {
    const { network } = this.#world;
    const shape = this.#random.pick(SHAPES);
    const agents = this.#random.shuffled([...this.#world.processes.keys()]);
    const leaderId = this.#target.leaderId();
    // Interesting positions: the leader in the middle, or alone.
    if (leaderId !== undefined && this.#random.chance(0.4)) agents.sort((one) => (one === leaderId ? -1 : 0));
    this.#note(`partition ${shape}`, agents.join(' '));
    network.healAll();
    network.partition(shape, agents);
    this.#partition += 1;
    const partition = this.#partition;
    this.#later(50, 2_500, () => {
      if (partition !== this.#partition) return;
      this.#note('partition heals', 'everywhere');
      network.healAll();
    });
  }

  /**
   * A leader is left alone with proposals that only it has, its successor is cut off as soon as it leads: whoever comes
   * then finds entries of the first one behind the no-op of the second.
   */
  #strand(): void {
    const { network, processes } = this.#world;
    const first = this.#target.leaderId();
    if (first === undefined) return;
    const isolate = (agentId: string): void => {
      network.healAll();
      network.partition('isolate', [agentId, ...[...processes.keys()].filter((other) => other !== agentId)]);
    };
    this.#note('leader stranded', first);
    this.#partition += 1;
    isolate(first);
    this.#target.burst(first);
    const watch = (left: number): void => {
      const second = this.#target.leaderId();
      if (second !== undefined && second !== first) this.#later(0, 8, () => isolate(second));
      else if (left > 0) this.#later(1, 3, () => watch(left - 1));
    };
    watch(600);
    const partition = this.#partition;
    this.#later(1_500, 3_000, () => {
      if (partition === this.#partition) network.healAll();
    });
  }

  /** One link goes up and down. */
  #flap(): void {
    const { network } = this.#world;
    const [one, other] = this.#random.shuffled([...this.#world.processes.keys()]) as [string, string];
    this.#note('link flaps', `${one} ${other}`);
    const toggle = (left: number): void => {
      if (left % 2 === 0) {
        network.unblock(one, other);
        network.unblock(other, one);
      } else {
        network.block(one, other);
        if (this.#random.chance(0.5)) network.block(other, one);
      }
      if (left > 0) this.#later(10, 300, () => toggle(left - 1));
    };
    toggle(9);
  }

  #badWeather(): void {
    const random = this.#random;
    const conditions = {
      dropProbability: random.chance(0.6) ? random.range(0, 0.3) : 0,
      duplicateProbability: random.chance(0.5) ? random.range(0, 0.2) : 0,
      reorderProbability: random.chance(0.5) ? random.range(0, 0.3) : 0,
      replayProbability: random.chance(0.5) ? random.range(0, 0.1) : 0,
      delayMinMs: 0.2,
      delayMeanMs: random.pick([0.3, 2, 20, 80]),
      detourMaxMs: random.pick([20, 300, 2_000]),
    };
    this.#note('bad weather', 'everywhere');
    Object.assign(this.#world.network.conditions, conditions);
    this.#weather += 1;
    const weather = this.#weather;
    this.#later(100, 3_000, () => {
      if (weather === this.#weather) Object.assign(this.#world.network.conditions, CALM_LINKS);
    });
  }

  #disturbClock(): void {
    const process = this.#anybody();
    this.#note('clock', process.agentId);
    if (this.#random.chance(0.5)) process.drift(this.#random.range(0.9, 1.1));
    else process.jumpWall(this.#random.range(-3_600_000, 3_600_000));
  }

  #slowDisk(): void {
    const process = this.#anybody();
    this.#note('slow disk', process.agentId);
    process.storage.conditions.fsyncMinMs = this.#random.chance(0.3)
      ? this.#random.range(1_000, 10_000)
      : this.#random.range(5, 500);
    this.#later(200, 4_000, () => {
      process.storage.conditions.fsyncMinMs = CALM_DISK.fsyncMinMs;
    });
  }

  /** The next fsync reports an error: the agent must stop, and recovers at its next start. */
  #failDisk(): void {
    const process = this.#anybody();
    this.#note('failing fsync', process.agentId);
    process.storage.conditions.failNextFsync = true;
    this.#later(100, 1_500, () => process.boot());
    this.#later(1_500, 4_000, () => {
      process.storage.conditions.failNextFsync = false;
      process.boot();
    });
  }

  /** Deleted, or shorter than it was: either way this agent never votes again. */
  #loseDisk(): void {
    const process = this.#anybody();
    if (process.state === 'lost' || !this.#target.isExpendable(process.agentId)) return;
    if (this.#random.chance(0.5)) {
      this.#note('disk deleted', process.agentId);
      process.lose('its disk is gone');
      return;
    }
    this.#note('log torn', process.agentId);
    process.crash('and its log is torn');
    if (process.storage.tear(this.#random.between(1, 20))) process.boot();
    else process.lose('nothing of it is left');
  }
}
