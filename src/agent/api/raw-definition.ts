import type { ServiceDefinition } from '@grpc/grpc-js';

interface GeneratedMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/**
 * A service with messages as bytes. Decoding is done by the handlers, so that garbage gets a precise answer, and the
 * log keeps the bytes instead of making them again.
 */
export function rawDefinition(service: Readonly<Record<string, GeneratedMethod>>): ServiceDefinition {
  const same = (bytes: Buffer): Buffer => bytes;
  const raw = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same };
  return Object.fromEntries(
    Object.entries(service).map(([name, { path, requestStream, responseStream }]) => [
      name,
      { path, requestStream, responseStream, ...raw },
    ]),
  );
}
