import { createHash } from 'node:crypto';
import type { ServiceError } from '@grpc/grpc-js';
import type { SaveSnapshotResponse } from '../gen/synod/v1/user.ts';
import type { Caller } from './caller.ts';
import { fromService, SynodError } from './errors.ts';

export interface SnapshotDescription {
  readonly cellId: string;
  readonly slot: number;
  readonly sizeBytes: number;
  /** Of the whole file, SHA-256 in hexadecimal. */
  readonly checksum: string;
}

/**
 * Copies the state of the asked agent, chunk by chunk.
 * @throws SynodError SNAPSHOT_DAMAGED when what came is not what was described
 */
export async function saveSnapshot(
  caller: Caller,
  take: (chunk: Uint8Array) => Promise<void>,
  signal?: AbortSignal,
): Promise<SnapshotDescription> {
  const endpoint = caller.pool.current();
  const call = endpoint.stub.saveSnapshot({});
  const cancel = () => call.cancel();
  call.on('error', () => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  const hash = createHash('sha256');
  let first: SaveSnapshotResponse | undefined;
  let sizeBytes = 0;
  try {
    for await (const chunk of call as AsyncIterable<SaveSnapshotResponse>) {
      first ??= chunk;
      hash.update(chunk.data);
      sizeBytes += chunk.data.length;
      await take(chunk.data);
    }
  } catch (thrown) {
    if (signal?.aborted) throw new SynodError('CANCELLED', 'the call was cancelled');
    if ((thrown as ServiceError).metadata === undefined) throw thrown;
    throw fromService(thrown as ServiceError, endpoint.address);
  } finally {
    signal?.removeEventListener('abort', cancel);
    call.cancel();
  }
  const checksum = hash.digest('hex');
  if (first === undefined || first.sizeBytes !== sizeBytes || first.checksum.toString('hex') !== checksum) {
    throw new SynodError(
      'SNAPSHOT_DAMAGED',
      `the snapshot from ${endpoint.address} arrived incomplete or damaged: try again`,
    );
  }
  return { cellId: first.cellId, slot: first.slot, sizeBytes, checksum };
}
