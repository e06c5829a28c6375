import { encodeText, textOf, textOfBeginning } from '../bytes.ts';
import { jsonProblem } from '../json-format.ts';
import type { Draft, Snapshot } from './editor-machine.ts';

export type ValueForm = 'text' | 'json' | 'hex';

/** Above this a value is not looked at as JSON unless a person asks. */
const GUESSED_CHARS_MAX = 256 * 1024;

/** What a value opens as: bytes that are no text as hex, what reads as an object or list as JSON, the rest as text. */
export function formOf({ bytes, isComplete }: Pick<Snapshot, 'bytes' | 'isComplete'>): ValueForm {
  const text = isComplete ? textOf(bytes) : textOfBeginning(bytes);
  if (text === undefined) return 'hex';
  const looksLikeJson = /^\s*[[{]/.test(text) && isComplete && text.length <= GUESSED_CHARS_MAX;
  return looksLikeJson && jsonProblem(text) === '' ? 'json' : 'text';
}

/** The text of a value, or of its beginning; undefined: it is none. */
export function shownText({ bytes, isComplete }: Pick<Snapshot, 'bytes' | 'isComplete'>): string | undefined {
  return isComplete ? textOf(bytes) : textOfBeginning(bytes);
}

export function textDraft(text: { toString(): string }): Draft {
  return { read: () => encodeText(text.toString()), problem: '' };
}
