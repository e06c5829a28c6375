import type { ServerWritableStream } from '@grpc/grpc-js';
import { SaveSnapshotResponse } from '../../gen/synod/v1/user.ts';
import { asBuffer, encodeMessage } from './encoding.ts';
import type { FailureReporter } from './failures.ts';
import type { MethodObserver, SnapshotFile, SnapshotPort } from './ports.ts';
import { StreamCall } from './stream-call.ts';

type SaveCall = ServerWritableStream<Buffer, Buffer>;

export function saveSnapshotHandler(snapshots: SnapshotPort, observer: MethodObserver, failures: FailureReporter) {
  return (stream: SaveCall): void => {
    let wake = (): void => undefined;
    const call = new StreamCall(stream, {
      method: 'SaveSnapshot',
      observer,
      failures,
      ended: () => wake(),
      drained: () => wake(),
    });
    const room = (): Promise<void> | undefined => {
      if (!call.isFull || call.isOver) return undefined;
      return new Promise((resolve) => {
        wake = resolve;
      });
    };
    send(snapshots, call, room).catch((error: unknown) => call.fail(error));
  };
}

async function send(snapshots: SnapshotPort, call: StreamCall, room: () => Promise<void> | undefined): Promise<void> {
  const file = await snapshots.open();
  try {
    let isFirst = true;
    for await (const chunk of file.chunks) {
      if (call.isOver) return;
      call.write(encode(file, asBuffer(chunk), isFirst), isFirst ? file.slot : 0);
      isFirst = false;
      await room();
    }
    // An empty state still has a description.
    if (isFirst) call.write(encode(file, Buffer.alloc(0), true), file.slot);
    call.end();
  } finally {
    await file.close();
  }
}

function encode(file: SnapshotFile, data: Buffer, isFirst: boolean): Buffer {
  const described = isFirst
    ? { slot: file.slot, sizeBytes: file.sizeBytes, checksum: asBuffer(file.checksum), cellId: file.cellId }
    : { slot: 0, sizeBytes: 0, checksum: Buffer.alloc(0), cellId: '' };
  return encodeMessage(SaveSnapshotResponse, { data, ...described });
}
