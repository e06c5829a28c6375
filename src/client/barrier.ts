import {
  type BarrierBreak,
  type BarrierMember,
  type BarrierRelease,
  type BarrierResponse,
  type Barrier as WireBarrier,
  BarrierState as WireState,
} from '../gen/synod/v1/barriers.ts';
import { checkWait, list } from './arguments.ts';
import type { Caller } from './caller.ts';
import { insist } from './claiming.ts';
import { isTransient, SynodError } from './errors.ts';
import type { ClientParts } from './parts.ts';
import { Patience } from './patience.ts';
import { resumedStream } from './resumed-stream.ts';
import type { Session } from './session.ts';
import type { CallOptions, ReadQuorum, WriteOptions } from './types.ts';
import { pathBytes, readOptions } from './wire.ts';

export type { BarrierBreak, BarrierMember, BarrierRelease } from '../gen/synod/v1/barriers.ts';

/** How a barrier stands. */
export interface BarrierState extends Omit<WireBarrier, 'path' | 'next' | 'released' | 'broken' | 'members'> {
  readonly path: string;
  /** The barrier that each release of this one arms; empty: none. */
  readonly next: string;
  /** Of the last generation that was released. */
  readonly released: BarrierRelease | undefined;
  readonly broken: BarrierBreak | undefined;
  readonly members: readonly BarrierMember[];
}

/** How it stands with one generation. */
export interface Generation {
  readonly state: 'standing' | 'released' | 'broken' | 'deleted';
  readonly generation: number;
  readonly members: number;
  readonly arrived: number;
  /** How many arrivals release it. */
  readonly required: number;
}

export interface CreateBarrierOptions {
  /** Absent: all members. `percent`: of the members at every evaluation, rounded up. */
  readonly threshold?: { readonly count: number } | { readonly percent: number };
  /** Sessions that take part from the beginning, by id. */
  readonly members?: readonly string[];
  /** Whoever arrives takes part, for that generation. Only with a count. */
  readonly isOpen?: boolean;
  /** What the end of a member's session does. Default: `break`. */
  readonly onDeath?: 'break' | 'shrink';
  /** From the first arrival of a generation. Default: it waits for ever. */
  readonly timeoutMs?: number;
  /** Default: `break`. */
  readonly onTimeout?: 'break' | 'release';
  /** The barrier that each release of this one arms. */
  readonly next?: string;
  /** False: it is released only once another barrier has armed it. */
  readonly isArmed?: boolean;
  readonly owner?: string;
}

export interface AwaitOptions extends CallOptions {
  /** How long to wait for the release, beyond what the requests take. Default: as long as it takes. */
  readonly timeoutMs?: number;
}

/** Holds its members until enough of them have arrived; then releases them together, once per generation. */
export class Barrier {
  readonly path: string;
  readonly #parts: ClientParts;
  readonly #session: Session | undefined;

  constructor(parts: ClientParts, path: string, session: Session | undefined) {
    this.path = path;
    this.#parts = parts;
    this.#session = session;
  }

  create(barrier: CreateBarrierOptions = {}, options: WriteOptions = {}): Promise<Generation> {
    const { threshold, members = [], isOpen = false, onDeath = 'break', timeoutMs = 0, onTimeout = 'break' } = barrier;
    const { next = '', isArmed = true, owner = '' } = barrier;
    const body = {
      path: pathBytes(this.path),
      threshold: threshold && wireThreshold(threshold),
      ...{ members: [...list(members, 'members')], isOpen, timeoutMs, owner },
      breaksOnDeath: onDeath === 'break',
      releasesOnTimeout: onTimeout === 'release',
      next: pathBytes(next),
      startsUnarmed: !isArmed,
    };
    return this.#answer(this.#parts.writer.run((stub) => stub.createBarrier, body, this.#own(options)));
  }

  /**
   * Arrives, and waits for the release.
   * @throws SynodError BARRIER_BROKEN; BARRIER_UNKNOWN when it was deleted; BARRIER_STANDING when time is up, and CANCELLED:
   * then the session leaves the barrier, because its arrival must not release others who count with it. When time is up, the
   * cell decides whether that or the release came first
   */
  async await(options: AwaitOptions = {}): Promise<Generation> {
    checkWait(options);
    const { writer } = this.#parts;
    const { signal } = options;
    const call = this.#own<WriteOptions>(signal ? { signal } : {});
    const session = call.session ?? (await this.#parts.own.get(call));
    const path = pathBytes(this.path);
    const leave = () => void insist(session, () => writer.run((stub) => stub.leaveBarrier, { path }, { session }));
    const arrived = await this.#answer(
      writer.run((stub) => stub.awaitBarrier, { path, waitMs: 0 }, { ...call, session }),
    ).catch((error: SynodError) => {
      // It may have arrived all the same.
      if (error.effect === 'unknown') leave();
      throw error;
    });
    if (arrived.state !== 'standing') return this.#through(arrived);
    const now = await this.#whenOver(session, arrived, options);
    if (now !== undefined) return this.#through(now);
    if (session.isEnded) throw session.ended.reason;
    if (signal?.aborted) {
      leave();
      throw new SynodError('CANCELLED', `the wait at the barrier ${this.path} was cancelled`);
    }
    const first = await this.#left(session, arrived, leave);
    if (first !== undefined) return this.#through(first);
    throw new SynodError('BARRIER_STANDING', `the barrier ${this.path} was not released in time`);
  }

  /** Takes part no longer; an arrival is withdrawn. */
  leave(options: CallOptions = {}): Promise<Generation> {
    const path = pathBytes(this.path);
    return this.#answer(this.#parts.writer.run((stub) => stub.leaveBarrier, { path }, this.#own(options)));
  }

  /** Sessions, by id; added before others are removed. */
  changeMembers(
    change: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
    options: WriteOptions = {},
  ): Promise<Generation> {
    const body = {
      path: pathBytes(this.path),
      add: [...list(change.add ?? [], 'add')],
      remove: [...list(change.remove ?? [], 'remove')],
    };
    return this.#answer(this.#parts.writer.run((stub) => stub.changeBarrierMembers, body, this.#own(options)));
  }

  /** Whoever waits is told, and nobody arrives any more until it is reset. */
  break(options: WriteOptions & { readonly by?: string; readonly why?: string } = {}): Promise<Generation> {
    const { by = '', why = '' } = options;
    const body = { path: pathBytes(this.path), by, why };
    return this.#answer(this.#parts.writer.run((stub) => stub.breakBarrier, body, this.#own(options)));
  }

  /** Makes a broken barrier stand again, in a new generation. */
  reset(options: WriteOptions = {}): Promise<Generation> {
    const path = pathBytes(this.path);
    return this.#answer(this.#parts.writer.run((stub) => stub.resetBarrier, { path }, this.#own(options)));
  }

  delete(options: WriteOptions = {}): Promise<Generation> {
    const path = pathBytes(this.path);
    return this.#answer(this.#parts.writer.run((stub) => stub.deleteBarrier, { path }, this.#own(options)));
  }

  /** How it stands, now and whenever that changes, for as long as somebody iterates. Undefined: there is none. */
  async *watch(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<BarrierState | undefined, void> {
    let told = '';
    for await (const { barrier } of this.#watched(options.signal)) {
      const state = barrier && barrierState(barrier);
      const news = JSON.stringify(state ?? null);
      // A stream that was resumed elsewhere begins with how things stand, which may be known already.
      if (news === told) continue;
      told = news;
      yield state;
    }
  }

  #own<Options extends WriteOptions>(options: Options): Options {
    const session = options.session ?? this.#session;
    return session === undefined ? options : { ...options, session };
  }

  #watched(signal: AbortSignal | undefined) {
    const { caller } = this.#parts;
    const path = pathBytes(this.path);
    return resumedStream(caller, (stub) => stub.watchBarrier({ path, minSlot: caller.highestSlot }), signal);
  }

  async #answer(answer: Promise<BarrierResponse>): Promise<Generation> {
    const { state, generation, members, arrived, required } = await answer;
    return { state: STATES[state] ?? 'standing', generation, members, arrived, required };
  }

  #through(now: Generation): Generation {
    if (now.state === 'released') return now;
    if (now.state === 'deleted') throw new SynodError('BARRIER_UNKNOWN', `the barrier ${this.path} was deleted`);
    throw new SynodError('BARRIER_BROKEN', `the barrier ${this.path} was broken`);
  }

  /** Undefined: time was up, or it was cancelled. */
  async #whenOver(
    session: Session,
    arrived: Generation,
    { timeoutMs = Number.POSITIVE_INFINITY, signal }: AwaitOptions,
  ): Promise<Generation | undefined> {
    using patience = new Patience(timeoutMs, session.ended, signal);
    let number: number | undefined;
    for await (const { barrier } of this.#watched(patience.signal)) {
      number ??= barrier?.number;
      if (barrier?.number !== number) return { ...arrived, state: 'deleted' };
      const over = this.#over(barrier, arrived);
      if (over !== undefined) return over;
    }
    return undefined;
  }

  /** How the generation of an arrival ended. Undefined: it stands. */
  #over(barrier: WireBarrier | undefined, arrived: Generation): Generation | undefined {
    if (barrier === undefined) return { ...arrived, state: 'deleted' };
    const { released, broken, generation } = barrier;
    if (broken?.generation === arrived.generation) throw brokenError(this.path, broken);
    if (generation === arrived.generation) return undefined;
    const isLast = released?.generation === arrived.generation;
    const counts = isLast ? { arrived: released.arrived, required: released.required } : {};
    return { ...arrived, ...counts, state: 'released' };
  }

  /** Withdraws an arrival whose time is up. Told is what came before that: the generation is over all the same. */
  async #left(session: Session, arrived: Generation, leaveLater: () => void): Promise<Generation | undefined> {
    const path = pathBytes(this.path);
    try {
      const left = await this.#parts.writer.run((stub) => stub.leaveBarrier, { path }, { session });
      // Also when a release came first: a lasting member has left the generation after it, and must be told that it has.
      if (left.state !== WireState.BROKEN) return undefined;
    } catch (thrown) {
      const error = thrown as SynodError;
      if (isTransient(error) || error.effect === 'unknown') leaveLater();
      if (!OVER.has(error.reason)) throw error;
    }
    for await (const { barrier } of this.#watched(session.ended)) return this.#over(barrier, arrived);
    throw session.ended.reason;
  }
}

/** What a session that would leave is told when it takes part no longer. */
const OVER: ReadonlySet<string> = new Set(['NOT_A_MEMBER', 'BARRIER_UNKNOWN', 'BARRIER_BROKEN']);

const STATES: Readonly<Record<number, Generation['state']>> = {
  [WireState.STANDING]: 'standing',
  [WireState.RELEASED]: 'released',
  [WireState.BROKEN]: 'broken',
  [WireState.DELETED]: 'deleted',
};

function wireThreshold(threshold: NonNullable<CreateBarrierOptions['threshold']>) {
  return 'count' in threshold
    ? ({ $case: 'count', value: threshold.count } as const)
    : ({ $case: 'percent', value: threshold.percent } as const);
}

function brokenError(path: string, { kind, by, why }: BarrierBreak): SynodError {
  const how = { asked: `by ${by}`, death: `by the end of session ${by}`, timeout: 'by its timeout' }[kind] ?? kind;
  return new SynodError('BARRIER_BROKEN', `the barrier ${path} was broken ${how}${why === '' ? '' : `: ${why}`}`);
}

function barrierState({ path, next, released, broken, ...barrier }: WireBarrier): BarrierState {
  return { ...barrier, path: path.toString('utf8'), next: next.toString('utf8'), released, broken };
}

export interface ListBarriersOptions extends CallOptions {
  readonly prefix?: string;
  readonly quorum?: ReadQuorum;
}

export async function listBarriers(
  caller: Caller,
  options: ListBarriersOptions,
): Promise<{ readonly barriers: readonly BarrierState[]; readonly slot: number }> {
  const { prefix = '', quorum } = options;
  const { barriers, slot } = await caller.read({
    method: (stub) => stub.listBarriers,
    request: () => ({ prefix: pathBytes(prefix), options: readOptions(quorum, caller.highestSlot) }),
    options,
  });
  return { barriers: barriers.map(barrierState), slot };
}
