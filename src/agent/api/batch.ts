import type { ServerDuplexStream } from '@grpc/grpc-js';
import { type BatchOperation, BatchRequest, BatchResponse, type BatchResult } from '../../gen/synod/v1/user.ts';
import type { CellPort } from '../host/cell-port.ts';
import { AnswerRoom } from './answer-room.ts';
import { encodeMessage } from './encoding.ts';
import { invalid } from './errors.ts';
import type { FailureReporter } from './failures.ts';
import type { MethodObserver } from './ports.ts';
import { read } from './reads.ts';
import { StreamCall } from './stream-call.ts';
import { compareAndWriteCommand, deleteCommand, putCommand, transactCommand, writeAndRespond } from './writes.ts';

type BatchCall = ServerDuplexStream<Buffer, Buffer>;

/** Operations of one stream that are not answered yet; beyond it nothing more is read from the stream. */
const OPEN_OPERATIONS_MAX = 8_192;
const OPERATIONS_PER_MESSAGE_MAX = 4_096;
/** Answers of one turn of the loop leave in one message, unless it would become larger than this. */
const RESPONSE_BYTES_MAX = 1024 * 1024;

export function batchHandler(cell: CellPort, observer: MethodObserver, failures: FailureReporter) {
  return (stream: BatchCall): void => new BatchStream(cell, observer, failures, stream).start();
}

/** One `Batch` stream: operations go in as they come, answers come out as they are ready, in any order. */
class BatchStream {
  readonly #cell: CellPort;
  readonly #failures: FailureReporter;
  readonly #stream: BatchCall;
  readonly #call: StreamCall;
  #open = 0;
  readonly #room = new AnswerRoom();
  #ready: BatchResult[] = [];
  #isFlushPlanned = false;
  #hasEnded = false;

  constructor(cell: CellPort, observer: MethodObserver, failures: FailureReporter, stream: BatchCall) {
    this.#cell = cell;
    this.#failures = failures;
    this.#stream = stream;
    this.#call = new StreamCall(stream, {
      method: 'Batch',
      observer,
      failures,
      ended: () => {
        this.#ready = [];
        this.#room.close();
      },
      drained: () => this.#flush(),
      answers: this.#room,
    });
  }

  start(): void {
    this.#stream.on('data', (message: Buffer) => this.#received(message));
    this.#stream.on('end', () => {
      this.#hasEnded = true;
      this.#endWhenDone();
    });
  }

  #received(message: Buffer): void {
    if (this.#call.isOver) return;
    this.#call.observed.message('received', message, 0);
    let operations: readonly BatchOperation[];
    try {
      operations = decodeOperations(message);
    } catch (error) {
      // What it was meant to say is not known, so neither is which operations wait for an answer.
      this.#call.fail(error);
      return;
    }
    this.#open += operations.length;
    for (const operation of operations) this.#begin(operation);
    if (this.#open >= OPEN_OPERATIONS_MAX) this.#stream.pause();
  }

  #begin({ id, kind }: BatchOperation): void {
    try {
      const answer = this.#execute(kind);
      if (answer instanceof Promise) {
        answer.then(
          (result) => this.#settle({ id, kind: result }),
          (error: unknown) => this.#refuse(id, error),
        );
      } else {
        this.#settle({ id, kind: answer });
      }
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  #execute(kind: BatchOperation['kind']): BatchResult['kind'] | Promise<BatchResult['kind']> {
    switch (kind?.$case) {
      case 'put':
        return this.#write(putCommand(kind.value), kind.value);
      case 'delete':
        return this.#write(deleteCommand(kind.value), kind.value);
      case 'compareAndWrite':
        return this.#write(compareAndWriteCommand(kind.value), kind.value);
      case 'transact':
        return this.#write(transactCommand(kind.value), kind.value);
      case 'read': {
        const answer = read(this.#cell, kind.value, this.#call);
        if (answer instanceof Promise) return answer.then((value) => ({ $case: 'read', value }));
        return { $case: 'read', value: answer };
      }
      case undefined:
        throw invalid('an operation is one of put, delete, compare_and_write, transact and read');
    }
  }

  #write(command: ReturnType<typeof putCommand>, request: Pick<Parameters<typeof putCommand>[0], 'options'>) {
    const answer = writeAndRespond(this.#cell, command, request.options, this.#call);
    return answer.then((value): BatchResult['kind'] => ({ $case: 'write', value }));
  }

  #refuse(id: number, error: unknown): void {
    this.#settle({ id, kind: { $case: 'error', value: this.#failures.detailOf(error, 'Batch') } });
  }

  #settle(result: BatchResult): void {
    if (this.#call.isOver) return;
    this.#ready.push(result);
    this.#room.made(sizeOf(result));
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      this.#flush();
    });
  }

  #flush(): void {
    let from = 0;
    while (from < this.#ready.length && !this.#call.isFull) {
      const through = endOfMessage(this.#ready, from);
      const results = from === 0 && through === this.#ready.length ? this.#ready : this.#ready.slice(from, through);
      this.#call.write(encodeMessage(BatchResponse, { results }), slotOf(results.at(-1)!));
      from = through;
    }
    if (from === 0) return;
    const sent = this.#ready.slice(0, from);
    this.#ready = this.#ready.slice(from);
    this.#open -= from;
    for (const result of sent) this.#room.sent(sizeOf(result));
    if (this.#open < OPEN_OPERATIONS_MAX / 2 && this.#stream.isPaused()) this.#stream.resume();
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (this.#hasEnded && this.#open === 0) this.#call.end();
  }
}

function decodeOperations(message: Buffer): readonly BatchOperation[] {
  let operations: readonly BatchOperation[];
  try {
    ({ operations } = BatchRequest.decode(message));
  } catch (error) {
    throw invalid(`the request cannot be read as a BatchRequest: ${(error as Error).message}`);
  }
  if (operations.length <= OPERATIONS_PER_MESSAGE_MAX) return operations;
  throw invalid(`a message has at most ${OPERATIONS_PER_MESSAGE_MAX} operations, this one has ${operations.length}`);
}

function endOfMessage(results: readonly BatchResult[], from: number): number {
  let bytes = 0;
  let index = from;
  while (index < results.length) {
    bytes += sizeOf(results[index]!);
    if (index > from && bytes > RESPONSE_BYTES_MAX) break;
    index += 1;
  }
  return index;
}

/** Roughly: what can be large is counted. */
function sizeOf({ kind }: BatchResult): number {
  if (kind?.$case === 'read') return 64 + (kind.value.item?.value.length ?? 0);
  if (kind?.$case !== 'write') return 64;
  const { current, previous, results } = kind.value;
  let bytes = 64 + (current?.value.length ?? 0) + (previous?.value.length ?? 0);
  for (const result of results) {
    bytes += result.previous?.value.length ?? 0;
    for (const item of result.items) bytes += 64 + item.value.length;
  }
  return bytes;
}

function slotOf({ kind }: BatchResult): number {
  return kind?.value.slot ?? 0;
}
