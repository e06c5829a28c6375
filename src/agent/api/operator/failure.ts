import { ORPCError, ValidationError } from '@orpc/server';
import type { ErrorData } from '../../../contract/index.ts';
import type { ErrorDetail } from '../../../gen/synod/v1/user.ts';
import { errorDetail, httpStatusOf, invalid } from '../errors.ts';
import { FailureReporter } from '../failures.ts';
import type { OperatorPorts } from './ports.ts';

/** A watch that ended: the viewer is told where to go on. */
export class CutOff extends Error {
  readonly resumeFrom: number;

  constructor(cause: unknown, resumeFrom: number) {
    super('the watch was cut off', { cause });
    this.resumeFrom = resumeFrom;
  }
}

/** The error codes of the contract, by HTTP meaning. */
const CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  410: 'GONE',
  429: 'TOO_MANY_REQUESTS',
  499: 'CLIENT_CLOSED_REQUEST',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
  504: 'GATEWAY_TIMEOUT',
};

/** What a viewer gets, and the gRPC status code under which the log keeps it. */
export interface Failure {
  readonly code: number;
  readonly error: ORPCError<string, ErrorData>;
}

/** Every failure of a procedure, in the one form of the contract. Bugs are reported and say nothing of their inside. */
export function failureOf(thrown: unknown, method: string, ports: OperatorPorts | undefined): Failure {
  const [cause, resumeFrom] = thrown instanceof CutOff ? [thrown.cause, thrown.resumeFrom] : [thrown, 0];
  const error = inputRefusal(cause) ?? cause;
  const detail =
    ports === undefined
      ? errorDetail(error, undefined, 0)
      : new FailureReporter(ports.api.cell, ports.api.onBug).detailOf(error, method, resumeFrom);
  return { code: detail.code, error: contractError(detail, httpStatusOf(error)) };
}

/** Something is wrong with the request before any procedure saw it. */
export function malformed(message: string): ORPCError<string, ErrorData> {
  const error = invalid(message);
  return contractError(errorDetail(error, undefined, 0), httpStatusOf(error));
}

function contractError({ code: _, message, ...data }: ErrorDetail, status: number): ORPCError<string, ErrorData> {
  const { effect } = data;
  return new ORPCError(CODES[status] ?? 'INTERNAL_SERVER_ERROR', {
    defined: true,
    status,
    message,
    data: { ...data, effect: effect as ErrorData['effect'] },
  });
}

interface Issue {
  readonly message: string;
  readonly code?: string;
  /** What kind of value it takes. */
  readonly expected?: string;
  /** One of which it takes. */
  readonly values?: readonly unknown[];
  /** Of fields that nothing knows. */
  readonly keys?: readonly string[];
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Of a union: the issues of each of its forms. */
  readonly errors?: readonly (readonly Issue[])[];
}

/** Only for input: output that does not fit the contract is a bug of ours. */
function inputRefusal(thrown: unknown): Error | undefined {
  if (!(thrown instanceof ORPCError) || thrown.code !== 'BAD_REQUEST') return undefined;
  if (!(thrown.cause instanceof ValidationError)) return undefined;
  const [issue] = thrown.cause.issues as readonly Issue[];
  return invalid(issue === undefined ? 'the request does not fit' : lineOf(issue, []));
}

/** One line for a person: which field, and what is wrong with it. */
function lineOf(issue: Issue, above: readonly string[]): string {
  const here = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const path = [...above, ...here];
  // The form that was meant is the one with the fewest mistakes.
  const [closest] = [...(issue.errors ?? [])].sort((a, b) => a.length - b.length);
  if (closest?.[0] !== undefined) return lineOf(closest[0], path);
  return mistakeIn(issue, path);
}

function mistakeIn({ code, message, expected = '', values = [], keys = [] }: Issue, path: readonly string[]): string {
  const field = path.length === 0 ? 'the request' : path.join('.');
  switch (code) {
    case 'invalid_type': {
      const kind = KINDS[expected] ?? expected;
      if (message.endsWith('received undefined')) return `${field}: missing, ${kind} is needed`;
      return `${field}: must be ${kind}`;
    }
    case 'invalid_value':
      return `${field}: must be one of ${values.join(', ')}`;
    case 'unrecognized_keys':
      return `${field}: there is no ${keys.map((key) => `"${key}"`).join(', ')} in it`;
    default:
      return `${field}: ${message}`;
  }
}

/** What the contract calls them, and what people do. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};
