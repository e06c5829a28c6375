import type { BatchOperation } from '../gen/synod/v1/user.ts';
import { checkCall, whole } from './arguments.ts';
import { BatchStream, type Pending } from './batch-stream.ts';
import type { Caller } from './caller.ts';
import { SynodError } from './errors.ts';
import { Deadline } from './retry.ts';
import { type OwnSession, ownOr, type Place } from './session.ts';
import { checkSize } from './streamed-calls.ts';
import type {
  CompareAndWriteOptions,
  DeleteOptions,
  Expected,
  PutOptions,
  ReadOptions,
  ReadResult,
  Transaction,
  Value,
  WriteOptions,
  WriteResult,
} from './types.ts';
import { pathBytes, readQuorum, readResult, writeResult } from './wire.ts';
import { compareAndWriteBody, deleteBody, putBody, transactBody } from './writes.ts';

type Kind = NonNullable<BatchOperation['kind']>;

/**
 * The same operations, many per message: calls made in one turn of the event loop travel together, and answers come as they
 * are applied, in any order. Several times the throughput of single calls, for some latency. Operations that are in flight
 * together are independent: whoever needs an order awaits.
 */
export class Batch {
  readonly #caller: Caller;
  readonly #own: OwnSession;
  readonly #stream: BatchStream;
  #nextId = 1;

  constructor(caller: Caller, own: OwnSession) {
    this.#caller = caller;
    this.#own = own;
    this.#stream = new BatchStream(caller);
  }

  async get(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    const id = this.#nextId++;
    const asked = { key: pathBytes(key), revision: whole(options.revision ?? 0, 'revision') };
    const quorum = readQuorum(options.quorum);
    const kind = (): Kind => ({
      $case: 'read',
      value: { ...asked, options: { quorum, minSlot: this.#caller.highestSlot } },
    });
    checkCall(options);
    return new Promise((resolve, reject) => {
      this.#add(
        id,
        () => ({ id, kind: kind() }),
        asked.key.length,
        options,
        reject,
        (result) => {
          if (result?.$case !== 'read') return reject(unexpected());
          this.#caller.saw(result.value.slot);
          resolve(readResult(result.value));
        },
      );
    });
  }

  async put(key: string, value: Value, options: PutOptions = {}): Promise<WriteResult> {
    const body = putBody(key, value, options);
    const sizeBytes = body.key.length + body.value.length;
    return this.#write(options, sizeBytes, (wire) => ({ $case: 'put', value: { ...body, options: wire } }), body.value);
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<WriteResult> {
    const body = deleteBody(key, options);
    return this.#write(options, body.key.length, (wire) => ({ $case: 'delete', value: { ...body, options: wire } }));
  }

  /** An undefined value deletes the key when the comparison holds. */
  async compareAndWrite(
    key: string,
    expected: Expected,
    value: Value | undefined,
    options: CompareAndWriteOptions = {},
  ): Promise<WriteResult> {
    const body = compareAndWriteBody(key, expected, value, options);
    const sizeBytes = body.key.length + (body.value?.length ?? 0) + ('value' in expected ? expected.value.length : 0);
    return this.#write(
      options,
      sizeBytes,
      (wire) => ({ $case: 'compareAndWrite', value: { ...body, options: wire } }),
      body.value,
    );
  }

  async transact(transaction: Transaction, options: WriteOptions = {}): Promise<WriteResult> {
    const body = transactBody(transaction);
    const sizeBytes = [...body.then, ...body.otherwise].reduce(
      (sum, { kind }) => sum + (kind?.$case === 'put' ? kind.value.value.length : 0) + 64,
      0,
    );
    return this.#write(options, sizeBytes, (wire) => ({ $case: 'transact', value: { ...body, options: wire } }));
  }

  /** Operations without an outcome end with CLOSED. */
  close(): void {
    this.#stream.close();
  }

  async #write(
    options: WriteOptions,
    sizeBytes: number,
    build: (wire: ReturnType<Place['options']>) => Kind,
    written?: Uint8Array,
  ): Promise<WriteResult> {
    checkCall(options);
    checkSize(sizeBytes);
    const session = await ownOr(this.#own, options.session, options);
    const place = session.takePlace();
    const id = this.#nextId++;
    try {
      // What cannot be sent is found here, and not in the message that it would share with others.
      place.options(options.quorum, options.fencingToken);
      return await new Promise((resolve, reject) => {
        const operation = () => ({ id, kind: build(place.options(options.quorum, options.fencingToken)) });
        this.#add(id, operation, sizeBytes, options, reject, (result) => {
          if (result?.$case !== 'write') return reject(unexpected());
          this.#caller.saw(result.value.slot);
          resolve(writeResult(result.value, written));
        });
      });
    } catch (error) {
      if (error instanceof SynodError && error.reason === 'SESSION_UNKNOWN') session.markEnded();
      throw error;
    } finally {
      place.settle();
    }
  }

  #add(
    id: number,
    operation: () => BatchOperation,
    sizeBytes: number,
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
    fail: (error: SynodError) => void,
    done: Pending['done'],
  ): void {
    const deadline = new Deadline(options.timeoutMs ?? this.#caller.options.timeoutMs);
    this.#stream.add({ id, operation, sizeBytes, deadline, signal: options.signal, effectUnknown: false, fail, done });
  }
}

function unexpected(): SynodError {
  return new SynodError('PROTOCOL', 'the agent answered an operation with a result of another kind', {
    effect: 'unknown',
  });
}
