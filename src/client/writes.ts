import type { handleUnaryCall } from '@grpc/grpc-js';
import type { UserServiceServer, WriteOptions as WireOptions } from '../gen/synod/v1/user.ts';
import { given, invalidArgument, list, whole } from './arguments.ts';
import type { Call, Caller } from './caller.ts';
import type { SynodError } from './errors.ts';
import { type OwnSession, ownOr } from './session.ts';
import type {
  CompareAndWriteOptions,
  DeleteOptions,
  Expected,
  KeyRange,
  PutOptions,
  Transaction,
  Value,
  WriteOptions,
  WriteResult,
} from './types.ts';
import { bytes, pathBytes, wireComparison, wireInterval, wireOperation, writeResult } from './wire.ts';

type RequestOf<M extends keyof UserServiceServer> =
  UserServiceServer[M] extends handleUnaryCall<infer Request, infer _> ? Request : never;
type BodyOf<M extends keyof UserServiceServer> = Omit<RequestOf<M>, 'options'>;

export interface PutBody extends BodyOf<'put'> {}
export interface DeleteBody extends BodyOf<'delete'> {}
export interface CompareAndWriteBody extends BodyOf<'compareAndWrite'> {}
export interface TransactBody extends BodyOf<'transact'> {}

export function putBody(key: string, value: Value, options: PutOptions): PutBody {
  const { leaseId = '', returnPrevious = false } = options;
  return { key: pathBytes(key), value: bytes(value), leaseId, returnPrevious };
}

export function deleteBody(key: string, options: DeleteOptions): DeleteBody {
  return { key: pathBytes(key), returnPrevious: options.returnPrevious ?? false };
}

export function compareAndWriteBody(
  key: string,
  expected: Expected,
  value: Value | undefined,
  options: CompareAndWriteOptions,
): CompareAndWriteBody {
  return {
    key: pathBytes(key),
    expected: wireExpected(expected),
    value: value === undefined ? undefined : bytes(value),
    leaseId: options.leaseId ?? '',
  };
}

function wireExpected(expected: Expected): NonNullable<CompareAndWriteBody['expected']> {
  const isGiven = typeof expected === 'object' && expected !== null;
  if (isGiven && 'version' in expected && !('value' in expected)) {
    return { $case: 'expectedVersion', value: whole(expected.version, 'the expected version') };
  }
  if (isGiven && 'value' in expected && !('version' in expected)) {
    return { $case: 'expectedValue', value: bytes(expected.value) };
  }
  throw invalidArgument(`what is expected is either { version } or { value }, not ${given(expected)}`);
}

export function transactBody({ compare = [], then, otherwise = [] }: Transaction): TransactBody {
  return {
    compare: list(compare, 'compare').map(wireComparison),
    then: list(then, 'then').map(wireOperation),
    otherwise: list(otherwise, 'otherwise').map(wireOperation),
  };
}

/** A session that ends this often right after it was opened is no accident. */
const SESSIONS_TRIED_MAX = 3;

/** Writes, each with its place in a session, so that a repeat after a fault never happens twice. */
export class Writer {
  readonly #caller: Caller;
  readonly #own: OwnSession;

  constructor(caller: Caller, own: OwnSession) {
    this.#caller = caller;
    this.#own = own;
  }

  async put(key: string, value: Value, options: PutOptions): Promise<WriteResult> {
    const body = putBody(key, value, options);
    return writeResult(await this.run((stub) => stub.put, body, options), body.value);
  }

  async delete(key: string, options: DeleteOptions): Promise<WriteResult> {
    return writeResult(await this.run((stub) => stub.delete, deleteBody(key, options), options));
  }

  async deleteRange(range: KeyRange, options: DeleteOptions): Promise<WriteResult> {
    const body = { ...wireInterval(range), returnPrevious: options.returnPrevious ?? false };
    return writeResult(await this.run((stub) => stub.deleteRange, body, options));
  }

  async compareAndWrite(
    key: string,
    expected: Expected,
    value: Value | undefined,
    options: CompareAndWriteOptions,
  ): Promise<WriteResult> {
    const body = compareAndWriteBody(key, expected, value, options);
    return writeResult(await this.run((stub) => stub.compareAndWrite, body, options), body.value);
  }

  async transact(transaction: Transaction, options: WriteOptions): Promise<WriteResult> {
    return writeResult(await this.run((stub) => stub.transact, transactBody(transaction), options));
  }

  async compact(floor: number, options: WriteOptions): Promise<WriteResult> {
    return writeResult(await this.run((stub) => stub.compact, { floor: whole(floor, 'floor') }, options));
  }

  /**
   * Sends one command under one place until its outcome is known.
   * @throws SynodError; its `effect` says whether the write may have happened
   */
  async run<Body extends object, Response>(
    method: Call<Body & { options: WireOptions | undefined }, Response>['method'],
    body: Body,
    options: WriteOptions,
  ): Promise<Response> {
    for (let tries = 1; ; tries++) {
      const session = await ownOr(this.#own, options.session, options);
      const place = session.takePlace();
      try {
        return await this.#caller.call({
          method,
          request: () => ({ ...body, options: place.options(options.quorum, options.fencingToken) }),
          repeatable: true,
          options,
        });
      } catch (thrown) {
        const error = thrown as SynodError;
        if (error.reason !== 'SESSION_UNKNOWN') throw error;
        session.markEnded();
        // Refused at the first try, so it certainly did not happen: it may be repeated under a new session.
        if (options.session !== undefined || error.effect === 'unknown' || tries === SESSIONS_TRIED_MAX) throw error;
      } finally {
        // Also when the outcome is unknown: whoever gave up will not repeat it, and a late copy is then refused.
        place.settle();
      }
    }
  }
}
