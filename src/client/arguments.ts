import { types } from 'node:util';
import { SynodError } from './errors.ts';

/** What a program hands over is looked at before it is sent: who writes without types is told in one line, too. */

export function invalidArgument(message: string, cause?: unknown): SynodError {
  return new SynodError('INVALID_ARGUMENT', message, cause === undefined ? {} : { cause });
}

/** What was given instead, as a person would say it. */
export function given(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return 'a list';
      return value.constructor === undefined || value.constructor === Object
        ? 'an object'
        : `an object of ${value.constructor.name}`;
    default:
      return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
  }
}

/** Text as UTF-8. Half a character would become another one without a word. */
export function textBytes(text: string, what: string): Buffer {
  if (!text.isWellFormed()) throw invalidArgument(`${what} has half a character in it: ${given(text)}`);
  return Buffer.from(text, 'utf8');
}

export function isBytes(value: unknown): value is Uint8Array {
  return types.isUint8Array(value);
}

/** A number as the wire can carry it. */
export function whole(value: number, what: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidArgument(`${what} is a whole number from 0, not ${given(value)}`);
}

export function list<T>(value: readonly T[], what: string): readonly T[] {
  if (Array.isArray(value)) return value;
  throw invalidArgument(`${what} is a list, not ${given(value)}`);
}

/** @throws SynodError when it is none of the words */
export function oneOf<const Word extends string>(word: Word, words: readonly Word[], what: string): Word {
  if (words.includes(word)) return word;
  throw invalidArgument(`${what} is ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not ${given(word)}`);
}

interface Waiting {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Of a call, which takes some time in any case. */
export function checkCall({ timeoutMs, signal }: Waiting): void {
  if (timeoutMs !== undefined) positive(timeoutMs, 'timeoutMs');
  checkSignal(signal);
}

/** Of a wait, which may be none at all. */
export function checkWait({ timeoutMs = 0, signal }: Waiting): void {
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    throw invalidArgument(`timeoutMs is a number of milliseconds from 0, not ${given(timeoutMs)}`);
  }
  checkSignal(signal);
}

/** Milliseconds; as long as it takes is `Infinity`. */
export function positive(value: number, what: string): number {
  if (typeof value === 'number' && value > 0) return value;
  throw invalidArgument(`${what} is a number of milliseconds above 0, not ${given(value)}`);
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw invalidArgument(`signal is an AbortSignal, not ${given(signal)}`);
}
