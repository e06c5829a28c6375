import { type BytesDraft, draftBytes, draftProblem, NO_DRAFT } from '../../keys/value/bytes-draft.ts';
import type { NewEntry } from '../entry-actions.ts';

/** One entry as it is being typed. */
export interface EntryDraft {
  readonly id: number;
  readonly payload: BytesDraft;
  /** `3, A`: numbers of entries of the queue, letters of entries of this dialog. */
  readonly after: string;
  readonly assignee: string;
}

/** What holds for all entries of one step. */
export interface RetryDraft {
  readonly maxAttempts: string;
  readonly backoffSeconds: string;
  readonly backoffMaxSeconds: string;
}

export const USUAL_RETRY: RetryDraft = { maxAttempts: '5', backoffSeconds: '1', backoffMaxSeconds: '60' };

/** At most so many are added in one step; the cell says the same. */
export const ENTRIES_MAX = 128;

export function newDraft(id: number, after: readonly number[] = []): EntryDraft {
  return { id, payload: NO_DRAFT, after: after.join(', '), assignee: '' };
}

/** `A`, `B`, ... `Z`, `AA`, ... */
export function letterOf(place: number): string {
  const last = String.fromCharCode(65 + (place % 26));
  return place < 26 ? last : letterOf(Math.floor(place / 26) - 1) + last;
}

export type After =
  | { readonly kind: 'after'; readonly after: number[]; readonly afterInBatch: number[] }
  | { readonly kind: 'problem'; readonly problem: string };

/** What must be done first, from what a person wrote. */
export function parseAfter(text: string, count: number): After {
  const after: number[] = [];
  const afterInBatch: number[] = [];
  const letters = Array.from({ length: count }, (_, place) => letterOf(place));
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const place = letters.indexOf(word.toUpperCase());
    if (/^[1-9]\d*$/.test(word)) after.push(Number(word));
    else if (place >= 0) afterInBatch.push(place);
    else {
      const known = count === 1 ? '' : `, or letters from A to ${letters.at(-1)}`;
      return { kind: 'problem', problem: `"${word}" names no entry: write numbers of entries${known}.` };
    }
  }
  return { kind: 'after', after, afterInBatch };
}

/** Why these cannot be added; empty: they can. */
export function draftsProblem(drafts: readonly EntryDraft[], retry: RetryDraft): string {
  for (const [place, { payload, after }] of drafts.entries()) {
    const parsed = parseAfter(after, drafts.length);
    const problem = draftProblem(payload) || (parsed.kind === 'problem' ? parsed.problem : '');
    if (problem !== '') return drafts.length === 1 ? problem : `${letterOf(place)}: ${problem}`;
  }
  return retryProblem(retry);
}

export function retryProblem({ maxAttempts, backoffSeconds, backoffMaxSeconds }: RetryDraft): string {
  if (!/^\d+$/.test(maxAttempts)) return 'The number of attempts is a whole number; 0: any number.';
  return [backoffSeconds, backoffMaxSeconds].every(isSeconds) ? '' : 'How long it waits is a number of seconds.';
}

function isSeconds(text: string): boolean {
  return text.trim() !== '' && Number(text) >= 0 && Number.isFinite(Number(text));
}

/** As the contract takes them; only of what has no problem. */
export function entriesOf(drafts: readonly EntryDraft[], retry: RetryDraft): NewEntry[] {
  return drafts.map(({ payload, after, assignee }) => {
    const parsed = parseAfter(after, drafts.length);
    const bytes = draftBytes(payload);
    if (parsed.kind === 'problem' || bytes === undefined) throw new Error('entries with a problem are not added');
    return {
      payload: bytes,
      after: parsed.after,
      afterInBatch: parsed.afterInBatch,
      assignee: assignee.trim(),
      maxAttempts: Number(retry.maxAttempts),
      backoffMs: Math.round(Number(retry.backoffSeconds) * 1_000),
      backoffMaxMs: Math.round(Number(retry.backoffMaxSeconds) * 1_000),
    };
  });
}
