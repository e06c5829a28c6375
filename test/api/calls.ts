import type { ServiceError } from '@grpc/grpc-js';
import { PutRequest, type WriteResponse } from '../../src/gen/synod/v1/user.ts';
import { type Answer, ask, type ServedApi } from '../support/served-api.ts';

export const bytes = (value: string): Buffer => Buffer.from(value, 'utf8');
export const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');

/** The answer, which must not be a refusal. */
export function must<T>(answer: Answer<T>): T {
  if (!answer.ok) throw answer.error;
  return answer.value;
}

/** The refusal, which must not be an answer. */
export function refused(answer: Answer<unknown>): ServiceError {
  if (answer.ok) throw new Error(`answered: ${JSON.stringify(answer.value)}`);
  return answer.error;
}

export async function put(served: ServedApi, key: string | Buffer, value: string | Buffer): Promise<WriteResponse> {
  const request = PutRequest.fromPartial({ key: Buffer.from(key), value: Buffer.from(value) });
  return must(await ask(served.client, served.client.put, request));
}

/** Resolves when the condition holds; the runner's own limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
