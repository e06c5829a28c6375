import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { Caller } from './caller.ts';
import type { Stub } from './endpoints.ts';
import { fromService, isEndpointFault, isTransient, SynodError } from './errors.ts';
import { backoffMs, pause } from './retry.ts';

/**
 * A stream that tells how something stands. It survives the loss of connections and agents: it goes on elsewhere, with how
 * things stand there. Ends when the signal fires, or when the agent has said the last of it.
 */
export async function* resumedStream<Message extends { readonly slot: number }>(
  caller: Caller,
  open: (stub: Stub) => ClientReadableStream<Message>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message, void> {
  const { closed } = caller.pool;
  for (let failures = 0; !signal?.aborted; failures++) {
    const { address, stub, left, release } = caller.pool.forStream();
    const stream = open(stub);
    const cancel = () => stream.cancel();
    // What it says after the iteration has ended concerns nobody, and must not end the process.
    stream.on('error', () => undefined);
    signal?.addEventListener('abort', cancel, { once: true });
    closed.addEventListener('abort', cancel, { once: true });
    left.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of stream as AsyncIterable<Message>) {
        failures = 0;
        caller.saw(message.slot);
        yield message;
      }
      return;
    } catch (thrown) {
      if (signal?.aborted) return;
      closed.throwIfAborted();
      const error = thrown instanceof SynodError ? thrown : fromService(thrown as ServiceError, address);
      if (!isTransient(error)) throw error;
      if (isEndpointFault(error) && !left.aborted) caller.pool.moveOnFrom(address);
    } finally {
      signal?.removeEventListener('abort', cancel);
      closed.removeEventListener('abort', cancel);
      left.removeEventListener('abort', cancel);
      stream.cancel();
      release();
    }
    const rounds = Math.floor(failures / caller.pool.size);
    await pause(rounds === 0 ? 0 : backoffMs(rounds), signal).catch(() => undefined);
  }
}
