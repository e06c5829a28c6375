import type { Core } from '../../src/agent/consensus/core.ts';
import type { Input, Output, ReplicaOptions } from '../../src/agent/consensus/io.ts';
import { Replica } from '../../src/agent/consensus/replica.ts';
import type { PartialPartition } from '../../src/simulation/liveness.ts';
import type { ReplicaHooks } from '../../src/simulation/replica-driver.ts';
import type { SimulatedLayer } from '../../src/simulation/run.ts';

/** A classic mistake, switched on for one run. `plant` returns what takes it out again. */
export interface PlantedBug {
  readonly name: string;
  readonly plant: () => { readonly hooks?: ReplicaHooks; readonly remove: () => void };
  /** Where the mistake is made: in the consensus, or in the hosts and machines around it. */
  readonly layer?: SimulatedLayer;
  /** The partial partition in which it shows, for mistakes that cost availability. */
  readonly partialPartition?: PartialPartition;
}

let running: Core | undefined;

/** The parts of the replica that is stepping; they keep each other private, the replica shows them to tests. */
export function core(): Core | undefined {
  return running;
}

class WatchedReplica extends Replica {
  override step(input: Input): Output[] {
    running = this.core;
    try {
      return super.step(input);
    } finally {
      running = undefined;
    }
  }
}

export const watched: ReplicaHooks = { createReplica: (options) => new WatchedReplica(options) };

/** Replaces a method or getter for one run. `make` is given the right one. */
export function patch<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  make: (original: T[K]) => T[K],
): () => void {
  const original = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  Object.defineProperty(prototype, name, { ...original, value: make(original.value as T[K]) });
  return () => {
    Object.defineProperty(prototype, name, original);
  };
}

/** A getter that answers something else. */
export function patchGetter<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  get: (this: T) => T[K],
): () => void {
  const original = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  Object.defineProperty(prototype, name, { ...original, get });
  return () => {
    Object.defineProperty(prototype, name, original);
  };
}

export function inMethods(
  name: string,
  patches: () => readonly (() => void)[],
  more: { readonly partialPartition?: PartialPartition; readonly outputs?: ReplicaHooks['outputs'] } = {},
): PlantedBug {
  return {
    name,
    partialPartition: more.partialPartition,
    plant: () => {
      const removals = patches();
      const hooks = { ...watched, outputs: more.outputs };
      return {
        hooks,
        remove: () => {
          for (const remove of removals) remove();
        },
      };
    },
  };
}

export function inHosts(name: string, patches: () => readonly (() => void)[]): PlantedBug {
  return {
    name,
    layer: 'host',
    plant: () => {
      const removals = patches();
      return {
        remove: () => {
          for (const remove of removals) remove();
        },
      };
    },
  };
}

export function inOutputs(name: string, change: (replica: Replica, output: Output) => Output): PlantedBug {
  return {
    name,
    plant: () => ({
      hooks: { outputs: (replica, all) => all.map((output) => change(replica, output)) },
      remove: () => {},
    }),
  };
}

export function atStart(name: string, change: (options: ReplicaOptions) => ReplicaOptions): PlantedBug {
  return {
    name,
    plant: () => ({ hooks: { createReplica: (options) => new Replica(change(options)) }, remove: () => {} }),
  };
}
