import type { Applicable, ApplyContext } from './applicable.ts';
import type { Request } from './commands.ts';
import { compactSystem } from './compaction.ts';
import { actorRefusal, admit, replyTo } from './exactly-once.ts';
import { execute, isIdempotent } from './families.ts';
import { refused } from './family.ts';
import { MachineInvariantError } from './invariant.ts';
import { applyConfiguration } from './participants.ts';
import { ReplyWindows } from './reply-window.ts';
import type { Applied, Refusal, RequestOutcome, Result, RevisionEvent } from './results.ts';
import { StateHash } from './state-hash.ts';
import type { Key, KeyChange, KeyRecord, LevelChild, RangeQuery, Space, StateMeta, StateStore } from './store.ts';
import { WriteView } from './write-view.ts';

export interface MachineOptions {
  /**
   * Every byte of every value counts in the state hash, not only a sample of long ones. The same on all agents of a
   * cell, because they compare their hashes.
   */
  readonly hashesWholeValues?: boolean;
}

const NO_OUTCOMES: readonly RequestOutcome[] = [];

/**
 * The replicated state machine: executes what was chosen, slot by slot, the same on every agent. Only dispatches; each
 * family of commands has a file of its own. It knows no clock: what must end in time is ended by a command.
 */
export class Machine {
  readonly #options: MachineOptions;
  #store!: StateStore;
  #meta!: StateMeta;
  #view!: WriteView;
  #windows!: ReplyWindows;
  #hash!: StateHash;

  /** The store may already hold state: the machine continues after its applied slot. */
  constructor(store: StateStore, options: MachineOptions = {}) {
    this.#options = options;
    this.adopt(store);
  }

  /** Continues from another state, after a snapshot was installed. */
  adopt(store: StateStore): void {
    this.#store = store;
    this.#meta = store.readMeta();
    this.#view = new WriteView(store, this.#meta);
    this.#windows = new ReplyWindows(store);
    this.#hash = new StateHash(this.#meta.stateHash, this.#options.hashesWholeValues ?? false);
  }

  /**
   * Executes the entry chosen for the next slot. Commands of whatever content never make it throw: what cannot be done
   * is refused, alike on every agent.
   * @throws MachineInvariantError when the state contradicts itself; the agent must stop.
   */
  apply(context: ApplyContext, entry: Applicable): Applied {
    const { slot } = context;
    const meta = this.#meta;
    if (slot !== meta.appliedSlot + 1) {
      throw new MachineInvariantError(`slot ${slot} was delivered after slot ${meta.appliedSlot} was applied`);
    }
    meta.appliedSlot = slot;
    meta.era = context.era;
    this.#hash.number(slot);
    this.#hash.string(entry.kind);
    const events: RevisionEvent[] = [];
    let outcomes = NO_OUTCOMES;
    if (entry.kind !== 'void') {
      // Proposers' clocks disagree; the stamps of the journal never go back.
      meta.lastStampMs = Math.max(meta.lastStampMs, entry.stampMs);
      this.#view.slot = slot;
      this.#view.stampMs = meta.lastStampMs;
    }
    if (entry.kind === 'command') {
      outcomes = entry.requests.map((request) => this.#outcome(request, events));
    } else if (entry.kind === 'configuration') {
      applyConfiguration(this.#view, entry.configuration);
      meta.configuration = entry.configuration;
      meta.configurationSlot = slot;
      this.#commit(events);
    }
    compactSystem(this.#store, meta);
    meta.stateHash = this.#hash.text;
    this.#store.writeMeta(meta);
    return { slot, outcomes, events };
  }

  /** The answer to a command at its place in a session; undefined when nothing was executed there, or it is forgotten. */
  storedReply(sessionId: string, sequence: number, digest: number): Result | undefined {
    const window = this.#windows.open(sessionId);
    const stored = window && this.#windows.read(window, sequence);
    return stored && replyTo({ sessionId, sequence, digest }, stored);
  }

  #outcome(request: Request, events: RevisionEvent[]): RequestOutcome {
    const { sessionId, sequence } = request;
    this.#view.sessionId = request.asSessionId ?? sessionId;
    const answered = sessionId === '' ? this.#withoutSession(request, events) : this.#inSession(request, events);
    const result = this.#inSlot(answered);
    this.#hash.number(sequence);
    this.#hash.number(result.kind === 'refused' ? 0 : result.succeeded ? 1 : 2);
    return { sessionId, sequence, result };
  }

  #withoutSession({ command }: Request, events: RevisionEvent[]): Result {
    if (isIdempotent(command)) return this.#execute(command, events);
    return refused('INVALID_ARGUMENT', `a ${command.kind} needs a session, so that it takes effect once`);
  }

  #inSession(request: Request, events: RevisionEvent[]): Result {
    const admission = admit(this.#windows, request);
    if (admission.kind === 'answer') return admission.result;
    const { window } = admission;
    this.#windows.trim(window, request.ackedBelow);
    const result = this.#inSlot(actorRefusal(this.#store, request) ?? this.#execute(request.command, events));
    // A command may end the session it came in: then there is no window to keep its answer in.
    if (this.#windows.open(window.sessionId) === window) {
      this.#windows.write(window, request.sequence, request.digest, result);
    }
    return result;
  }

  #execute(command: Request['command'], events: RevisionEvent[]): Result {
    const result = this.#inSlot(execute(this.#view, command));
    if (result.kind === 'refused') this.#view.discard();
    else this.#commit(events);
    return result;
  }

  /** Every answer carries its slot; a refusal that was stored has that of then. */
  #inSlot(result: Result): Result {
    if (result.kind === 'written' || result.slot !== undefined) return result;
    return { ...result, slot: this.#meta.appliedSlot };
  }

  #commit(events: RevisionEvent[]): void {
    for (const sessionId of this.#view.endedSessions) this.#windows.forget(sessionId);
    for (const event of this.#view.commit()) {
      this.#hash.number(event.revision);
      for (const change of event.changes) this.#hash.change(change);
      events.push(event);
    }
  }

  get store(): StateStore {
    return this.#store;
  }

  get appliedSlot(): number {
    return this.#meta.appliedSlot;
  }

  /** A copy. */
  get meta(): StateMeta {
    return { ...this.#meta };
  }

  get stateHash(): string {
    return this.#meta.stateHash;
  }

  revision(space: Space): number {
    return space === 'user' ? this.#meta.userRevision : this.#meta.systemRevision;
  }

  floor(space: Space): number {
    return space === 'user' ? this.#meta.userFloor : this.#meta.systemFloor;
  }

  /** Why nothing can be read as of this revision; 0 stands for now, which always can. */
  revisionRefusal(space: Space, revision: number): Refusal | undefined {
    const floor = this.floor(space);
    if (revision === 0) return undefined;
    if (revision < floor) {
      return refused('COMPACTED', `revision ${revision} is forgotten: history begins at ${floor}`, { floor });
    }
    if (revision <= this.revision(space)) return undefined;
    const message = `revision ${revision} is not there yet: the newest is ${this.revision(space)}`;
    return refused('FUTURE_REVISION', message, { floor });
  }

  /** As of a revision that has no `revisionRefusal`; 0 or absent: now. */
  get(space: Space, key: Key, revision = 0): KeyRecord | undefined {
    return revision === 0 ? this.#store.get(space, key) : this.#store.getAt(space, key, revision);
  }

  range(space: Space, query: RangeQuery): KeyRecord[] {
    return this.#store.range(space, query);
  }

  count(space: Space, start: Key, end: Key, revision = 0): number {
    return this.#store.count(space, start, end, revision);
  }

  level(space: Space, path: Key, after: string, limit: number): LevelChild[] {
    return this.#store.level(space, path, after, limit);
  }

  history(space: Space, key: Key, beforeRevision: number, limit: number): KeyChange[] {
    return this.#store.history(space, key, beforeRevision, limit);
  }

  plainKeys(start: Key, end: Key, limit: number): Key[] {
    return this.#store.plainKeys(start, end, limit);
  }
}
