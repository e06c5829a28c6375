import type { WriteOptions as WireWriteOptions } from '../gen/synod/v1/user.ts';
import { given, invalidArgument, whole } from './arguments.ts';
import type { Caller } from './caller.ts';
import { SynodError } from './errors.ts';
import type { Renewable, Renewals } from './renewals.ts';
import { Sequence, type SharedPlaces } from './sequence.ts';
import type { CallOptions, WriteQuorum } from './types.ts';
import { writeQuorum } from './wire.ts';

export interface SessionOptions extends CallOptions {
  /** The session ends when it was not renewed for this long. Default 15 s. */
  readonly ttlMs?: number;
  /** For people: who this is. */
  readonly owner?: string;
  /** For a session that other programs join: they and this one draw from it. */
  readonly places?: SharedPlaces;
}

interface Opened {
  readonly id: string;
  readonly ttlMs: number;
  /** Absent: somebody else opened it and keeps it alive. */
  readonly sentMs: number | undefined;
  readonly places: SharedPlaces | undefined;
}

export const SESSION_TTL_MS = 15_000;

/**
 * A client's replicated identity, alive while renewed, which this library does in the background. Everything it owns ends
 * with it. Writes made under it take effect exactly once.
 */
export class Session {
  readonly id: string;
  readonly ttlMs: number;
  /** Fires when the cell says that the session has ended. */
  readonly ended: AbortSignal;
  readonly #sequence: Sequence;
  readonly #end = new AbortController();
  readonly #caller: Caller;
  readonly #renewals: Renewals;
  readonly #renewable: Renewable | undefined;

  constructor(caller: Caller, renewals: Renewals, opened: Opened) {
    const { id, ttlMs, sentMs, places } = opened;
    this.id = id;
    this.#sequence = new Sequence(places);
    this.ttlMs = ttlMs;
    this.ended = this.#end.signal;
    this.#caller = caller;
    this.#renewals = renewals;
    if (sentMs === undefined) return;
    this.#renewable = renewals.keep({ kind: 'session', id, ttlMs, lost: () => this.markEnded() }, sentMs);
  }

  get isEnded(): boolean {
    return this.#end.signal.aborted;
  }

  /** This client keeps it alive, and hears when it has ended. */
  get isKept(): boolean {
    return this.#renewable !== undefined;
  }

  /**
   * How much longer it certainly lives, by this machine's monotonic clock, counted from when its opening or the last
   * acknowledged renewal was sent. 0: it may have ended.
   */
  get certainMs(): number {
    return this.isEnded || !this.#renewable ? 0 : this.#renewals.certainMs(this.#renewable);
  }

  /** Ends it now, with everything it owns. Repeatable. */
  async end(options: CallOptions = {}): Promise<void> {
    if (this.isEnded) return;
    if (this.#renewable) this.#renewals.forget(this.#renewable);
    await endSession(this.#caller, this.id, options);
    this.markEnded();
  }

  /** The cell no longer knows it. */
  markEnded(): void {
    if (this.#renewable) this.#renewals.forget(this.#renewable);
    this.#end.abort(new SynodError('SESSION_UNKNOWN', `session ${this.id} has ended`));
  }

  /** A place for one write: taken before it is first sent, the same in every repeat. */
  takePlace(): Place {
    const sequence = this.#sequence.take();
    return {
      session: this,
      settle: () => this.#sequence.settle(sequence),
      options: (quorum, fencingToken = 0) => ({
        quorum: writeQuorum(quorum),
        sessionId: this.id,
        sequence,
        ackedBelow: this.#sequence.ackedBelow(sequence),
        fencingToken: whole(fencingToken, 'fencingToken'),
        asSessionId: '',
      }),
    };
  }
}

export interface Place {
  readonly session: Session;
  /** Its outcome is known: the cell may forget the reply. */
  settle(): void;
  options(quorum: WriteQuorum | undefined, fencingToken?: number): WireWriteOptions;
}

export async function openSession(caller: Caller, renewals: Renewals, options: SessionOptions): Promise<Session> {
  const sessionId = crypto.randomUUID();
  const ttlMs = options.ttlMs ?? SESSION_TTL_MS;
  const sentMs = performance.now();
  const opened = await caller.call({
    method: (stub) => stub.openSession,
    request: () => ({ sessionId, ttlMs: whole(ttlMs, 'ttlMs'), owner: options.owner ?? '' }),
    repeatable: true,
    options,
  });
  return new Session(caller, renewals, {
    ...{ id: sessionId, ttlMs: opened.ttlMs || ttlMs, sentMs },
    places: options.places,
  });
}

/** False: there was no such session. */
export async function endSession(caller: Caller, sessionId: string, options: CallOptions): Promise<boolean> {
  const { succeeded } = await caller.call({
    method: (stub) => stub.endSession,
    request: () => ({ sessionId }),
    repeatable: true,
    options,
  });
  return succeeded;
}

/** A session that another program opened and keeps alive. */
export function joinSession(caller: Caller, renewals: Renewals, sessionId: string, places: SharedPlaces): Session {
  return new Session(caller, renewals, { id: sessionId, ttlMs: 0, sentMs: undefined, places });
}

/** The session of a client's own writes: opened by the first one, opened anew when it was lost. */
export class OwnSession {
  readonly #open: (options: CallOptions) => Promise<Session>;
  #opening: Promise<Session> | undefined;
  #session: Session | undefined;

  constructor(open: (options: CallOptions) => Promise<Session>) {
    this.#open = open;
  }

  /** The session, when there is one: saves the hot path a turn. */
  get ready(): Session | undefined {
    return this.#session?.isEnded ? undefined : this.#session;
  }

  async get(options: CallOptions): Promise<Session> {
    if (this.ready) return this.ready;
    // Whoever comes first opens it; the others wait for that.
    this.#opening ??= this.#open(options).finally(() => {
      this.#opening = undefined;
    });
    this.#session = await this.#opening;
    return this.#session;
  }

  /** Ends it when there is one; a cell that cannot be reached ends it by itself. */
  async close(): Promise<void> {
    const session = (await this.#opening?.catch(() => undefined)) ?? this.#session;
    await session?.end({ timeoutMs: 1_000 }).catch(() => undefined);
  }
}

/**
 * The session of a write: the one that was given, else the client's own.
 * @throws SynodError SESSION_UNKNOWN when it has ended; INVALID_ARGUMENT when what was given is none
 */
export async function ownOr(own: OwnSession, session: Session | undefined, options: CallOptions): Promise<Session> {
  if (session !== undefined && !(session instanceof Session)) {
    throw invalidArgument(`session is what openSession resolves to, not ${given(session)}`);
  }
  const used = session ?? own.ready ?? (await own.get(options));
  if (used.isEnded) throw new SynodError('SESSION_UNKNOWN', `session ${used.id} has ended`);
  return used;
}
