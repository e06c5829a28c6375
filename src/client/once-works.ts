import type { OnceEnd as WireEnd, OnceWork as WireWork } from '../gen/synod/v1/once.ts';
import type { ClientParts } from './parts.ts';
import { resumedStream } from './resumed-stream.ts';
import type { CallOptions, ReadQuorum, Value, WriteOptions } from './types.ts';
import { bytes, pathBytes, readOptions } from './wire.ts';

/** How a claim ended. */
export type OnceEnd = Readonly<WireEnd>;

/** How work that is done once stands. */
export interface OnceState extends Omit<WireWork, 'path' | 'state' | 'asksOnDeath' | 'ended'> {
  readonly path: string;
  /** `open`: it can be claimed. `unknown`: who claimed it died, and a person has to say what became of it. */
  readonly state: 'open' | 'claimed' | 'done' | 'unknown' | (string & {});
  readonly onDeath: 'again' | 'ask';
  /** How the last claim ended. */
  readonly ended: OnceEnd | undefined;
}

export interface ListOnceOptions extends CallOptions {
  readonly prefix?: string;
  /** Default: any. */
  readonly state?: 'open' | 'claimed' | 'done' | 'unknown';
  /** Continue behind this path. */
  readonly after?: string;
  /** Default 1 000. */
  readonly limit?: number;
  readonly quorum?: ReadQuorum;
}

export interface OnceWorkPage {
  /** By path. */
  readonly works: readonly OnceState[];
  readonly more: boolean;
  readonly slot: number;
}

export interface ResolveOnceOptions extends WriteOptions {
  /** Whether the work was done. */
  readonly isDone: boolean;
  /** Of work that was done. */
  readonly result?: Value;
  /** Who says so, for the record. */
  readonly by: string;
  readonly why?: string;
}

/** Work that is done once, as people look after it. */
export class OnceWorks {
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  async list(options: ListOnceOptions = {}): Promise<OnceWorkPage> {
    const { caller } = this.#parts;
    const { prefix = '', state = '', after = '', limit = 0, quorum } = options;
    const { works, more, slot } = await caller.read({
      method: (stub) => stub.listOnce,
      request: () => ({
        ...{ prefix: pathBytes(prefix), state, after: pathBytes(after), limit },
        options: readOptions(quorum, caller.highestSlot),
      }),
      options,
    });
    return { works: works.map(onceState), more, slot };
  }

  /** Both undefined: nobody has claimed it, or it was forgotten. A result is there once it is done. */
  async read(
    path: string,
    options: CallOptions & { readonly quorum?: ReadQuorum } = {},
  ): Promise<{ readonly work: OnceState | undefined; readonly result: Uint8Array | undefined }> {
    const { caller } = this.#parts;
    const { work, result } = await caller.read({
      method: (stub) => stub.readOnce,
      request: () => ({ path: pathBytes(path), options: readOptions(options.quorum, caller.highestSlot) }),
      options,
    });
    return { work: work && onceState(work), result };
  }

  /** How it stands, now and whenever that changes, for as long as somebody iterates. Undefined: nothing is known of it. */
  async *watch(
    path: string,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<OnceState | undefined, void> {
    const { caller } = this.#parts;
    const request = { path: pathBytes(path) };
    let told = '';
    const watched = resumedStream(
      caller,
      (stub) => stub.watchOnce({ ...request, minSlot: caller.highestSlot }),
      options.signal,
    );
    for await (const { work } of watched) {
      const state = work && onceState(work);
      const news = JSON.stringify(state ?? null);
      // A stream that was resumed elsewhere begins with how things stand, which may be known already.
      if (news === told) continue;
      told = news;
      yield state;
    }
  }

  /**
   * A person says what became of unknown work: done, with a result, or not done, so that it can be claimed anew.
   * @throws SynodError ONCE_SETTLED when nobody needs to say that
   */
  async resolve(path: string, { isDone, result = '', by, why = '', ...options }: ResolveOnceOptions): Promise<void> {
    const body = { path: pathBytes(path), isDone, result: bytes(result), by, why };
    await this.#parts.writer.run((stub) => stub.resolveOnce, body, options);
  }

  /**
   * Nothing is remembered any more: the work can be done again.
   * @throws SynodError ONCE_CLAIMED while somebody does it
   */
  async forget(path: string, options: WriteOptions = {}): Promise<void> {
    await this.#parts.writer.run((stub) => stub.forgetOnce, { path: pathBytes(path) }, options);
  }
}

function onceState({ path, asksOnDeath, ended, ...work }: WireWork): OnceState {
  return { ...work, path: path.toString('utf8'), onDeath: asksOnDeath ? 'ask' : 'again', ended };
}
