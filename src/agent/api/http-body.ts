import type { IncomingMessage } from 'node:http';
import { LIMITS } from '../machine/limits.ts';

/** What an HTTP request is refused with before anything has looked into it. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** A request of the largest size in base64, and room for the names around it. */
export const BODY_BYTES_MAX = Math.ceil((LIMITS.requestBytesMax * 4) / 3) + 64 * 1024;

/**
 * The JSON of a request; undefined without a body. Takes no more into memory than a request may have.
 *
 * @throws HttpRefusal
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw tooLarge(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) throw tooLarge(request);
    chunks.push(chunk as Buffer);
  }
  if (bytes === 0) return undefined;
  // Other types are what a form of a foreign page could send without asking.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new HttpRefusal(415, 'INVALID_ARGUMENT', 'a request with a body is JSON: say content-type: application/json');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw new HttpRefusal(400, 'INVALID_ARGUMENT', `the body of the request is not JSON: ${(error as Error).message}`);
  }
}

/** What is still on its way is thrown away, so that the answer gets through. */
function tooLarge(request: IncomingMessage): HttpRefusal {
  request.resume();
  const { requestBytesMax } = LIMITS;
  return new HttpRefusal(
    413,
    'INVALID_ARGUMENT',
    `a request has at most ${requestBytesMax} bytes; the body of this one has more than ${BODY_BYTES_MAX}`,
  );
}
