import type { Base, Delivered } from '../consensus/io.ts';
import type { Slot } from '../consensus/types.ts';
import type { Applicable } from '../machine/applicable.ts';
import type { Request } from '../machine/commands.ts';
import type { Machine } from '../machine/machine.ts';
import type { RequestOutcome, RevisionEvent } from '../machine/results.ts';
import type { StateStore } from '../machine/store.ts';
import { decodeBundle } from './bundle-codec.ts';
import type { HostConfig } from './host-config.ts';
import type { HostObserver } from './observer.ts';
import type { HostPorts } from './ports.ts';

export interface ApplierHooks {
  outcome(request: Request, outcome: RequestOutcome): void;
  events(events: readonly RevisionEvent[]): void;
  /** After a run: everything up to here has been executed. */
  applied(slot: Slot): void;
}

const NO_REQUESTS: readonly Request[] = [];

/** Requests in a turn, whatever the clock says: in a simulation it stands still meanwhile. */
const TURN_REQUESTS_MAX = 2_048;

/**
 * Executes what was chosen, in order and in portions: a long backlog never keeps ticks and heartbeats waiting. The state
 * reaches the disk now and then, as one transaction; what is lost of it by a crash is executed again from the journal.
 */
export class Applier {
  #machine: Machine;
  #ports: HostPorts;
  #config: HostConfig;
  #observer: HostObserver;
  #hooks: ApplierHooks;
  #backlog: Delivered[] = [];
  #flushedSlot: Slot;
  #unflushedSinceMs: number | undefined;

  constructor(options: {
    machine: Machine;
    ports: HostPorts;
    config: HostConfig;
    observer: HostObserver;
    hooks: ApplierHooks;
  }) {
    this.#machine = options.machine;
    this.#ports = options.ports;
    this.#config = options.config;
    this.#observer = options.observer;
    this.#hooks = options.hooks;
    this.#flushedSlot = options.machine.appliedSlot;
  }

  push(entries: readonly Delivered[]): void {
    for (const delivered of entries) this.#backlog.push(delivered);
  }

  /** Returns true while there is more to do. */
  run(): boolean {
    if (this.#backlog.length === 0) return false;
    const startedMs = this.#ports.nowMs();
    let requests = 0;
    let next = 0;
    while (next < this.#backlog.length) {
      requests += this.#apply(this.#backlog[next] as Delivered);
      next += 1;
      if (requests >= TURN_REQUESTS_MAX || this.#ports.nowMs() - startedMs >= this.#config.applyTurnMs) break;
    }
    this.#backlog.splice(0, next);
    const { appliedSlot } = this.#machine;
    this.#observer.applied(appliedSlot, next, requests, this.#ports.nowMs() - startedMs);
    this.#unflushedSinceMs ??= startedMs;
    if (appliedSlot - this.#flushedSlot >= this.#config.stateFlushSlots) this.flush();
    this.#hooks.applied(appliedSlot);
    return this.#backlog.length > 0;
  }

  /** Flushes when the oldest unflushed slot is old enough. */
  tick(nowMs: number): void {
    if (this.#unflushedSinceMs !== undefined && nowMs - this.#unflushedSinceMs >= this.#config.stateFlushMs)
      this.flush();
  }

  flush(): void {
    if (this.#unflushedSinceMs === undefined) return;
    const startedMs = this.#ports.nowMs();
    this.#machine.store.flush();
    this.#flushedSlot = this.#machine.appliedSlot;
    this.#unflushedSinceMs = undefined;
    this.#observer.flushed(this.#ports.nowMs() - startedMs);
  }

  /** A snapshot took the place of the state; entries that it covers are not executed. */
  adopt(store: StateStore, base: Base): void {
    this.#machine.adopt(store);
    this.#flushedSlot = base.slot;
    this.#unflushedSinceMs = undefined;
    this.#backlog = this.#backlog.filter(({ slot }) => slot > base.slot);
  }

  #apply(delivered: Delivered): number {
    const { slot, entry, era, isVoid } = delivered;
    const requests = entry.kind === 'command' && !isVoid ? decodeBundle(entry.payload) : NO_REQUESTS;
    const applied = this.#machine.apply({ slot, era: eraText(era) }, applicable(delivered, requests));
    for (let index = 0; index < requests.length; index += 1) {
      this.#hooks.outcome(requests[index] as Request, applied.outcomes[index] as RequestOutcome);
    }
    if (applied.events.length > 0) this.#hooks.events(applied.events);
    return requests.length;
  }
}

function applicable({ entry, isVoid }: Delivered, requests: readonly Request[]): Applicable {
  const { stampMs } = entry;
  if (isVoid) return { kind: 'void', stampMs };
  switch (entry.kind) {
    case 'noop':
      return { kind: 'noop', stampMs };
    case 'configuration':
      return { kind: 'configuration', stampMs, configuration: new TextDecoder().decode(entry.payload) };
    case 'command':
      return { kind: 'command', stampMs, requests };
  }
}

/** Canonical: it is part of the state that agents compare. */
function eraText({ round, agentId }: Delivered['era']): string {
  return JSON.stringify({ round, agentId });
}
