import type { EntryParts, ProposalFate } from '../consensus/io.ts';
import type { Command, Request } from '../machine/commands.ts';
import { encodeBundle } from './bundle-codec.ts';
import type { HostContext } from './host-context.ts';
import type { Unit } from './pending-write.ts';

/**
 * The end of a session frees what it holds, and whoever is next in line is granted it in that slot. A grant's token is
 * its slot, so two such commands must never share an entry.
 */
export function mustBeAlone(command: Command): boolean {
  return command.kind === 'endSession' || (command.kind === 'fireTimer' && command.timerId.startsWith('session/'));
}

/** A busy pipeline is tried again after so long when nothing else happens. */
const STALL_MS = 5;

/**
 * The leader's queue of requests, local and forwarded. Everything that arrives in one turn shares an entry; a few entries
 * are on their way at once, and what arrives meanwhile gathers in the next one.
 */
export class Bundles {
  #context: HostContext;
  #queue: Unit[] = [];
  #queuedRequests = 0;
  #queuedBytes = 0;
  #inFlight = new Map<string, readonly Unit[]>();
  #stalledUntilMs = 0;
  /** A configuration change waits for the pipeline to drain: nothing new is proposed. */
  isHeld = false;

  constructor(context: HostContext) {
    this.#context = context;
  }

  /** False: no room, the unit was not taken. */
  add(unit: Unit): boolean {
    const { queuedRequestsMax, queuedBytesMax } = this.#context.config;
    if (this.#queuedRequests >= queuedRequestsMax || this.#queuedBytes >= queuedBytesMax) return false;
    this.#queue.push(unit);
    this.#count(unit, 1);
    return true;
  }

  /** Requests that no entry has taken yet. */
  get queued(): number {
    return this.#queuedRequests;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  /** Proposes what the pipeline takes. Called once per turn while this agent is a ready leader. */
  flush(): void {
    if (this.isHeld || this.#queue.length === 0) return;
    const nowMs = this.#context.ports.nowMs();
    if (nowMs < this.#stalledUntilMs) {
      this.#context.watchDeadlines();
      return;
    }
    const { pipelineEntries, consensus } = this.#context.config;
    const entries: EntryParts[] = [];
    while (this.#queue.length > 0) {
      const limit = this.#isBundleFull() ? consensus.inFlightBatchesMax : pipelineEntries;
      if (this.#inFlight.size >= limit) break;
      const units = this.#take();
      if (units.length === 0) continue;
      const requestId = this.#context.nextCallId();
      const payload = this.#encode(units);
      this.#inFlight.set(requestId, units);
      for (const unit of units) unit.markSent(true);
      const stampMs = Math.floor(this.#context.ports.wallMs());
      entries.push({ kind: 'command', stampMs, requestId, payload });
    }
    if (entries.length > 0) this.#context.feed({ kind: 'propose', entries });
  }

  /** True when the entry was one of these. */
  fate(requestId: string, fate: ProposalFate): boolean {
    const units = this.#inFlight.get(requestId);
    if (units === undefined) return false;
    if (fate !== 'proposed') this.#inFlight.delete(requestId);
    if (fate === 'busy') {
      for (const unit of units) unit.markSent(false);
      this.#giveBack(units);
      this.#stalledUntilMs = this.#context.ports.nowMs() + STALL_MS;
      this.#context.watchDeadlines();
      return true;
    }
    for (const unit of units) unit.fate(fate);
    return true;
  }

  /** Somebody here waits until every voter has applied a write of the entry. */
  isAwaitedByAll(requestId: string): boolean {
    return this.#inFlight.get(requestId)?.some((unit) => unit.isAwaitedByAll) ?? false;
  }

  /** The entry came back chosen: there is room for another one. */
  delivered(requestId: string): void {
    if (!this.#inFlight.delete(requestId)) return;
    this.#stalledUntilMs = 0;
  }

  /** Leadership ended. What was proposed may still be chosen; what only waited was not. */
  fail(): void {
    const queue = this.#queue;
    const inFlight = [...this.#inFlight.values()];
    this.#queue = [];
    this.#queuedRequests = 0;
    this.#queuedBytes = 0;
    this.#inFlight.clear();
    this.#stalledUntilMs = 0;
    this.isHeld = false;
    for (const units of inFlight) for (const unit of units) unit.fate('lost');
    for (const unit of queue) unit.fate('notLeader');
  }

  /** Units that waited too long for room are refused. */
  sweep(nowMs: number): void {
    const oldest = this.#queue[0];
    if (oldest === undefined || nowMs - oldest.queuedMs < this.#context.config.writeWaitMs) return;
    const refused: Unit[] = [];
    this.#queue = this.#queue.filter((unit) => {
      if (nowMs - unit.queuedMs < this.#context.config.writeWaitMs) return true;
      refused.push(unit);
      return false;
    });
    for (const unit of refused) {
      this.#count(unit, -1);
      unit.fate('busy');
    }
  }

  #isBundleFull(): boolean {
    const { bundleMaxBytes, bundleMaxRequests } = this.#context.config;
    return this.#queuedBytes >= bundleMaxBytes || this.#queuedRequests >= bundleMaxRequests;
  }

  #take(): Unit[] {
    const { bundleMaxBytes, bundleMaxRequests } = this.#context.config;
    const units: Unit[] = [];
    let sizeBytes = 0;
    let requests = 0;
    let taken = 0;
    for (const unit of this.#queue) {
      const alone = isAlone(unit.requests);
      if (units.length > 0 && (alone || sizeBytes + unit.sizeBytes > bundleMaxBytes)) break;
      if (units.length > 0 && requests + unit.requests.length > bundleMaxRequests) break;
      taken += 1;
      this.#count(unit, -1);
      if (!unit.isWanted) continue;
      units.push(unit);
      sizeBytes += unit.sizeBytes;
      requests += unit.requests.length;
      if (alone) break;
    }
    this.#queue.splice(0, taken);
    return units;
  }

  /** Whatever the sizes said: an entry larger than an `Accept` is carried by no link. What is too much waits for the next. */
  #encode(units: Unit[]): Uint8Array {
    for (;;) {
      const requests = units.length === 1 ? (units[0] as Unit).requests : units.flatMap((unit) => unit.requests);
      const payload = encodeBundle(requests);
      if (payload.length <= this.#context.config.consensus.acceptMaxBytes || units.length === 1) return payload;
      this.#giveBack(units.splice(Math.ceil(units.length / 2)));
    }
  }

  #giveBack(units: readonly Unit[]): void {
    this.#queue.unshift(...units);
    for (const unit of units) this.#count(unit, 1);
  }

  #count(unit: Unit, sign: 1 | -1): void {
    this.#queuedRequests += sign * unit.requests.length;
    this.#queuedBytes += sign * unit.sizeBytes;
  }
}

function isAlone(requests: readonly Request[]): boolean {
  const only = requests[0];
  return requests.length === 1 && only !== undefined && mustBeAlone(only.command);
}
