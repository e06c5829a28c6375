import type { Deadline } from '@grpc/grpc-js';

/** For calls without a deadline of their own: long enough for an election, short enough not to pile up. */
const DEFAULT_TIMEOUT_MS = 10_000;
/** A wait that no client has asked to be longer ends by itself, whatever deadline was given. */
const TIMEOUT_MS_MAX = 10 * 60_000;
/** The agent gives up a little earlier than the client, so that its answer says what became of the data. */
const MARGIN_SHARE = 0.1;
const MARGIN_MS_MAX = 50;

export function callTimeoutMs(deadline: Deadline): number {
  const leftMs = remainingMs(deadline);
  if (leftMs === Number.POSITIVE_INFINITY) return DEFAULT_TIMEOUT_MS;
  return Math.min(Math.max(leftMs - Math.min(leftMs * MARGIN_SHARE, MARGIN_MS_MAX), 1), TIMEOUT_MS_MAX);
}

/** Infinity without a deadline. */
export function remainingMs(deadline: Deadline): number {
  return (typeof deadline === 'number' ? deadline : deadline.getTime()) - Date.now();
}
