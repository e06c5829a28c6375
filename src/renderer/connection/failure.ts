import { ORPCError } from '@orpc/client';
import type { ErrorData } from '../../contract/index.ts';

/** A failure as it is told to a person. */
export interface Failure {
  /** One line: what happened, to what, what to do. */
  readonly message: string;
  readonly reason: string;
  readonly effect: ErrorData['effect'];
  readonly data: ErrorData | undefined;
}

/** Something that the page itself did not do, with what to do instead. Nothing was changed. */
export class Refusal extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

const EFFECTS: Readonly<Record<ErrorData['effect'], string>> = {
  done: 'It was done.',
  not_done: 'Nothing was changed.',
  unknown: 'Whether it was done is not known: look before you repeat it.',
};

/** What became of the data, in words. */
export function effectText(effect: ErrorData['effect']): string {
  return EFFECTS[effect];
}

/** Messages of the agents are lines of a log or a terminal, which have no full stop: here another sentence follows. */
export function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof ORPCError) {
    const data = isErrorData(error.data) ? error.data : undefined;
    return {
      message: error.message,
      reason: data?.reason ?? error.code,
      effect: data?.effect ?? (error.status < 500 ? 'not_done' : 'unknown'),
      data,
    };
  }
  if (error instanceof Refusal) {
    return { message: error.message, reason: error.reason, effect: 'not_done', data: undefined };
  }
  // fetch says no more than that it failed.
  const message =
    error instanceof TypeError
      ? 'The agent did not answer: the connection was lost. It is tried again by itself.'
      : error instanceof Error
        ? error.message
        : String(error);
  return { message, reason: 'NO_ANSWER', effect: 'unknown', data: undefined };
}

function isErrorData(data: unknown): data is ErrorData {
  return typeof data === 'object' && data !== null && 'reason' in data && 'effect' in data;
}
