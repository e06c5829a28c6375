import { open } from 'node:fs/promises';
import { type ServerWritableStream, type ServiceError, status } from '@grpc/grpc-js';
import type { FetchSnapshotRequest, SnapshotChunk, SnapshotDescription } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import type { Ballot, Slot } from '../consensus/types.ts';
import type { Address } from './ports.ts';
import { refusal, refusalOf } from './refusals.ts';
import { connect } from './transport.ts';

/** A state file made for sending. The journal above its slot is kept until `release`, which also deletes the file. */
export interface SavedSnapshot {
  readonly path: string;
  readonly cellId: string;
  readonly slot: Slot;
  readonly sizeBytes: number;
  /** SHA-256 of the whole file. */
  readonly checksum: Uint8Array;
  /** Of this agent: at least every ballot that something in the file was chosen in. */
  readonly promised: Ballot;
  release(): void | Promise<void>;
}

/** Where an arriving state file goes. Exactly one of `finish` and `abort` is called, at the end. */
export interface SnapshotSink<Installed> {
  /** Awaited: a slow disk slows the sender down. */
  write(chunk: Uint8Array): void | Promise<void>;
  /** As many bytes arrived as were described. Verifies the checksum, makes durable, installs. */
  finish(): Promise<Installed>;
  abort(): void | Promise<void>;
}

/** Nobody may install a state without its maker's promise. */
export type DescribedSnapshot = SnapshotDescription & { readonly promised: Ballot };

export type OpenSnapshotSink<Installed> = (
  description: DescribedSnapshot,
) => SnapshotSink<Installed> | Promise<SnapshotSink<Installed>>;

/** Sends the state of this agent, to one peer at a time: each transfer pins the journal and costs a copy of the state. */
export class SnapshotSender {
  readonly #save: () => Promise<SavedSnapshot>;
  readonly #agentId: string;
  #isBusy = false;

  constructor(agentId: string, save: () => Promise<SavedSnapshot>) {
    this.#agentId = agentId;
    this.#save = save;
  }

  /** Ends the call itself, with or without an error. Resolves to the bytes sent. */
  async send(call: ServerWritableStream<FetchSnapshotRequest, SnapshotChunk>): Promise<number> {
    if (this.#isBusy) {
      call.emit('error', refusal('BUSY', 'a snapshot is being sent already; ask again', this.#agentId));
      return 0;
    }
    this.#isBusy = true;
    let saved: SavedSnapshot | undefined;
    let sentBytes = 0;
    try {
      saved = await this.#save();
      const { cellId, slot, sizeBytes, checksum, promised } = saved;
      const description = { cellId, slot, sizeBytes, checksum: Buffer.from(checksum), promised };
      await writeChunk(call, { kind: { $case: 'description', value: description } });
      const file = await open(saved.path, 'r');
      try {
        for (;;) {
          // A buffer of its own for each chunk: gRPC keeps it until it is on the wire.
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(DEFAULTS.snapshotChunkBytes));
          if (bytesRead === 0) break;
          await writeChunk(call, { kind: { $case: 'data', value: buffer.subarray(0, bytesRead) } });
          sentBytes += bytesRead;
        }
      } finally {
        await file.close();
      }
      call.end();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      if (!call.cancelled) call.emit('error', { code: status.ABORTED, details: `the snapshot was not sent: ${text}` });
    } finally {
      await saved?.release();
      this.#isBusy = false;
    }
    return sentBytes;
  }
}

/** Resolves when there is room for more; rejects when the receiver is gone or does not read for too long. */
async function writeChunk(
  call: ServerWritableStream<FetchSnapshotRequest, SnapshotChunk>,
  chunk: SnapshotChunk,
): Promise<void> {
  if (call.cancelled) throw new Error('the receiver went away');
  if (call.write(chunk)) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (work: () => void) => (): void => {
      clearTimeout(timer);
      call.removeListener('cancelled', onCancelled);
      call.removeListener('drain', onDrain);
      work();
    };
    const onCancelled = settle(() => reject(new Error('the receiver went away')));
    const onSilence = settle(() => reject(new Error('the receiver stopped reading')));
    const onDrain = settle(resolve);
    const timer = setTimeout(onSilence, DEFAULTS.snapshotSilenceMs);
    call.once('cancelled', onCancelled);
    call.once('drain', onDrain);
  });
}

export interface FetchOptions<Installed> {
  readonly address: Address;
  readonly request: FetchSnapshotRequest;
  readonly openSink: OpenSnapshotSink<Installed>;
  readonly signal: AbortSignal;
}

/**
 * Receives a state file on a connection of its own, so that megabytes never stand before a heartbeat. At most a few
 * chunks are in memory; the sender waits for the disk here.
 *
 * @throws Error saying what went wrong, or what the sink threw; unless it was finishing, it has been aborted then
 */
export async function fetchSnapshot<Installed>(options: FetchOptions<Installed>): Promise<Installed> {
  const client = connect(options.address);
  const call = client.fetchSnapshot(options.request);
  const cancel = (): void => call.cancel();
  options.signal.addEventListener('abort', cancel, { once: true });
  let sink: SnapshotSink<Installed> | undefined;
  let isSilent = false;
  // Cancelling makes gRPC report an error to nobody in particular, when the loop below has ended already.
  call.on('error', () => {});
  let silence: NodeJS.Timeout;
  const expectWithin = (durationMs: number): void => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      isSilent = true;
      call.cancel();
    }, durationMs);
  };
  expectWithin(DEFAULTS.snapshotPrepareMs);
  try {
    options.signal.throwIfAborted();
    let description: SnapshotDescription | undefined;
    let receivedBytes = 0;
    for await (const { kind } of call as AsyncIterable<SnapshotChunk>) {
      expectWithin(DEFAULTS.snapshotSilenceMs);
      if (kind?.$case === 'description' && description === undefined) {
        description = kind.value;
        if (description.cellId !== options.request.cellId) {
          throw new Error(`the snapshot is of cell ${description.cellId}, not of ${options.request.cellId}`);
        }
        const { promised } = description;
        if (promised === undefined) throw new Error('the snapshot does not say what its maker has promised');
        sink = await options.openSink({ ...description, promised });
      } else if (kind?.$case === 'data' && description !== undefined && sink !== undefined) {
        receivedBytes += kind.value.length;
        if (receivedBytes > description.sizeBytes) throw new Error('the snapshot is longer than its description says');
        await sink.write(kind.value);
      } else {
        throw new Error('the snapshot does not begin with one description');
      }
    }
    if (description === undefined || sink === undefined) throw new Error('the snapshot is empty');
    if (receivedBytes < description.sizeBytes) {
      throw new Error(`the snapshot ended after ${receivedBytes} of ${description.sizeBytes} bytes`);
    }
    clearTimeout(silence!);
    const finishing = sink;
    sink = undefined;
    return await finishing.finish();
  } catch (error) {
    await sink?.abort();
    if (isSilent) throw new Error('the sender of the snapshot was silent for too long');
    // A failure of the disk keeps its type: the owner of the sink knows which of them must end the agent.
    throw isServiceError(error) ? new Error(refusalOf(error).text) : error;
  } finally {
    clearTimeout(silence!);
    options.signal.removeEventListener('abort', cancel);
    call.cancel();
    client.close();
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'metadata' in error && 'code' in error;
}
