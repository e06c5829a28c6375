import { given, invalidArgument } from './arguments.ts';
import type { Caller } from './caller.ts';
import type { CallOptions, ReadQuorum, WriteOptions } from './types.ts';
import { pathBytes, readOptions } from './wire.ts';
import type { Writer } from './writes.ts';

/** A key that holds a decimal whole number of 64 bits. An absent key counts as 0. */
export class Counter {
  readonly key: string;
  readonly #writer: Writer;

  constructor(writer: Writer, key: string) {
    this.key = key;
    this.#writer = writer;
  }

  /**
   * Adds once, also when it is repeated after a fault; negative to subtract. Resolves to the sum.
   * @throws SynodError NOT_A_NUMBER when something else stands there, OVERFLOW when the sum needs more than 64 bits
   */
  async add(by: number, options: WriteOptions = {}): Promise<bigint> {
    if (!Number.isSafeInteger(by)) throw invalidArgument(`what is added is a whole number, not ${given(by)}`);
    const { value } = await this.#writer.run((stub) => stub.increment, { key: pathBytes(this.key), by }, options);
    return BigInt(value);
  }
}

/** What the cell may have of something; 0: as many as anybody wants. */
export interface Limit {
  readonly name: string;
  readonly limit: number;
  readonly defaultLimit: number;
  /** Who changed it, and when; empty and 0: nobody. */
  readonly by: string;
  readonly atMs: number;
}

export async function listLimits(
  caller: Caller,
  options: CallOptions & { readonly quorum?: ReadQuorum },
): Promise<readonly Limit[]> {
  const { limits } = await caller.read({
    method: (stub) => stub.listLimits,
    request: () => ({ options: readOptions(options.quorum, caller.highestSlot) }),
    options,
  });
  return limits;
}

export interface SetLimitOptions extends WriteOptions {
  /** Who does this, for the record. */
  readonly by: string;
}

export async function setLimit(writer: Writer, name: string, limit: number, options: SetLimitOptions): Promise<void> {
  await writer.run((stub) => stub.setLimit, { name, limit, by: options.by }, options);
}
