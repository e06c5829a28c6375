import { given, invalidArgument } from './arguments.ts';
import { Batch } from './batch.ts';
import { Caller } from './caller.ts';
import { Coordination } from './coordination.ts';
import { grantLease, type JoinLeaseOptions, joinLease, type Lease, type LeaseOptions } from './lease.ts';
import {
  type ChangeMembersOptions,
  changeMembers,
  type MembersOptions,
  members,
  type StatusOptions,
  shutdown,
  status,
} from './membership.ts';
import type { ClientParts } from './parts.ts';
import { get, history, level, list, scan } from './reads.ts';
import { Renewals } from './renewals.ts';
import type { SharedPlaces } from './sequence.ts';
import { endSession, joinSession, OwnSession, openSession, type Session, type SessionOptions } from './session.ts';
import { type SnapshotDescription, saveSnapshot } from './snapshot.ts';
import type {
  CallOptions,
  CompareAndWriteOptions,
  DeleteOptions,
  Expected,
  History,
  HistoryOptions,
  Item,
  KeyRange,
  Level,
  ListOptions,
  MemberAction,
  MemberChange,
  Members,
  Page,
  PutOptions,
  ReadOptions,
  ReadResult,
  Status,
  Transaction,
  Value,
  WatchOptions,
  WriteOptions,
  WriteResult,
} from './types.ts';
import { Watch } from './watch.ts';
import { Writer } from './writes.ts';

export interface ClientOptions {
  /** `host:port` of one or more agents of the cell. The next one is asked when one fails. Default `127.0.0.1:50101`. */
  readonly endpoints?: readonly string[];
  /** For every call that says nothing else, repeats included. Default 10 s. */
  readonly timeoutMs?: number;
  /** With several endpoints: how long one of them may stay silent before another is asked. Default 3 s. */
  readonly attemptMs?: number;
  /** Fail early when no endpoint could be reached at all for this long. Default: as `timeoutMs`. */
  readonly unreachableAfterMs?: number;
  /** The session of this client's own writes. */
  readonly session?: SessionOptions;
}

export const DEFAULT_ENDPOINT = '127.0.0.1:50101';

/**
 * A client of a cell. Nothing is sent before the first call. Every method throws `SynodError` and nothing else.
 *
 * Writes happen exactly once, also when they are repeated after a fault: they carry a place in a session that the first
 * write opens. Reads never go back: every answer's slot is remembered and sent along.
 */
export class SynodClient extends Coordination {
  readonly #caller: Caller;
  readonly #renewals: Renewals;
  readonly #own: OwnSession;
  readonly #writer: Writer;
  #batch: Batch | undefined;

  constructor(options: ClientOptions = {}) {
    const parts = partsOf(options);
    super(parts);
    this.#caller = parts.caller;
    this.#renewals = parts.renewals;
    this.#own = parts.own;
    this.#writer = parts.writer;
  }

  /** As they were understood: `host:port` each. */
  get endpoints(): readonly string[] {
    return this.#caller.pool.addresses;
  }

  /** The highest slot any answer reflected. */
  get highestSlot(): number {
    return this.#caller.highestSlot;
  }

  get(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    return get(this.#caller, key, options);
  }

  /** One page of the keys with a prefix, or in a range. */
  list(range: KeyRange, options: ListOptions = {}): Promise<Page> {
    return list(this.#caller, range, options);
  }

  /** All keys of a range as of one revision; the generator returns that revision. */
  scan(range: KeyRange, options: ListOptions = {}): AsyncGenerator<Item, number> {
    return scan(this.#caller, range, options);
  }

  /** The children of a path, as in a directory. */
  level(path: string, options: ListOptions = {}): Promise<Level> {
    return level(this.#caller, path, options);
  }

  history(key: string, options: HistoryOptions = {}): Promise<History> {
    return history(this.#caller, key, options);
  }

  put(key: string, value: Value, options: PutOptions = {}): Promise<WriteResult> {
    return this.#writer.put(key, value, options);
  }

  /** Without such a key it succeeds and `deleted` is 0. */
  delete(key: string, options: DeleteOptions = {}): Promise<WriteResult> {
    return this.#writer.delete(key, options);
  }

  deleteRange(range: KeyRange, options: DeleteOptions = {}): Promise<WriteResult> {
    return this.#writer.deleteRange(range, options);
  }

  /** Writes only if the key is as expected: look at `succeeded`. An undefined value deletes it then. */
  compareAndWrite(
    key: string,
    expected: Expected,
    value: Value | undefined,
    options: CompareAndWriteOptions = {},
  ): Promise<WriteResult> {
    return this.#writer.compareAndWrite(key, expected, value, options);
  }

  /** Compares, then does one part or the other, at once. */
  transact(transaction: Transaction, options: WriteOptions = {}): Promise<WriteResult> {
    return this.#writer.transact(transaction, options);
  }

  /** The same operations over one stream, many per message. */
  get batch(): Batch {
    this.#batch ??= new Batch(this.#caller, this.#own);
    return this.#batch;
  }

  watch(range: KeyRange, options: WatchOptions = {}): Watch {
    return new Watch(this.#caller, range, options);
  }

  /** Forgets every superseded revision below `floor`. */
  compact(floor: number, options: WriteOptions = {}): Promise<WriteResult> {
    return this.#writer.compact(floor, options);
  }

  openSession(options: SessionOptions = {}): Promise<Session> {
    return openSession(this.#caller, this.#renewals, options);
  }

  /**
   * A session that another program opened and keeps alive, to write in it too: what a program holds a lock for may be done
   * by another one. `ended` fires only when a write of this client was refused for it. Both draw from the same `places`.
   */
  joinSession(sessionId: string, places: SharedPlaces): Session {
    return joinSession(this.#caller, this.#renewals, sessionId, places);
  }

  /** Ends a session of anybody, with everything it owns. False: there was none. */
  endSession(sessionId: string, options: CallOptions = {}): Promise<boolean> {
    return endSession(this.#caller, sessionId, options);
  }

  grantLease(options: LeaseOptions): Promise<Lease> {
    return grantLease(this.#writer, this.#renewals, options);
  }

  /** A lease that another program was granted, to renew it too, or to revoke it. */
  joinLease(leaseId: string, options: JoinLeaseOptions = {}): Promise<Lease> {
    return joinLease({ caller: this.#caller, writer: this.#writer, renewals: this.#renewals }, leaseId, options);
  }

  members(options: MembersOptions = {}): Promise<Members> {
    return members(this.#caller, options);
  }

  /** `agents` by short name or id. */
  changeMembers(
    action: MemberAction,
    agents: readonly string[],
    options: ChangeMembersOptions = {},
  ): Promise<MemberChange> {
    return changeMembers(this.#caller, action, agents, options);
  }

  /** Of the asked agent itself, not of the cell. */
  status(options: StatusOptions = {}): Promise<Status> {
    return status(this.#caller, options);
  }

  /** Copies the state of the asked agent. */
  saveSnapshot(take: (chunk: Uint8Array) => Promise<void>, signal?: AbortSignal): Promise<SnapshotDescription> {
    return saveSnapshot(this.#caller, take, signal);
  }

  /** Asks an agent to hand over and exit; resolves to its name. */
  shutdown(reason: string, options: StatusOptions = {}): Promise<string> {
    return shutdown(this.#caller, reason, options);
  }

  /** Ends this client's own session and closes its connections. */
  async close(): Promise<void> {
    this.#batch?.close();
    await this.#own.close();
    this.#renewals.close();
    this.#caller.pool.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function partsOf(options: ClientOptions): ClientParts {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const caller = new Caller({
    endpoints: options.endpoints ?? [DEFAULT_ENDPOINT],
    timeoutMs,
    attemptMs: options.attemptMs ?? 3_000,
    unreachableAfterMs: options.unreachableAfterMs ?? timeoutMs,
  });
  const renewals = new Renewals(caller);
  const own = new OwnSession(() => openSession(caller, renewals, options.session ?? {}));
  return { caller, renewals, own, writer: new Writer(caller, own) };
}

/** A client of the cell that these agents belong to. */
export function connect(options: ClientOptions = {}): SynodClient {
  if (typeof options !== 'object' || options === null) {
    throw invalidArgument(`connect takes { endpoints: ['HOST:PORT'] }, not ${given(options)}`);
  }
  return new SynodClient(options);
}
