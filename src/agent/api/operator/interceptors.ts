import { ORPCError } from '@orpc/server';
import { malformed } from './failure.ts';

interface Rooted<Context> {
  readonly context: Context;
  readonly request: { readonly headers: Readonly<Record<string, string | string[] | undefined>> };
}

/** What a caller says of its call beside the input, on every transport alike. */
export function callHeaders<Context, Options extends Rooted<Context> & { next(options: Options): Promise<unknown> }>(
  options: Options,
): ReturnType<Options['next']> {
  const key = options.request.headers['idempotency-key'];
  const context = typeof key === 'string' ? { ...options.context, idempotencyKey: key } : options.context;
  return options.next({ ...options, context }) as ReturnType<Options['next']>;
}

/** A request that could not even be read fails in the one form that all failures have. */
export async function readableFailures<Options extends { next(): Promise<unknown> }>(
  options: Options,
): Promise<Awaited<ReturnType<Options['next']>>> {
  try {
    return (await options.next()) as Awaited<ReturnType<Options['next']>>;
  } catch (error) {
    if (error instanceof ORPCError) throw error;
    throw malformed('the request cannot be read: look at how it is written in the description of the API');
  }
}
