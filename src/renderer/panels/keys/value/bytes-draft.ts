import type { Bytes } from '../../../../contract/index.ts';
import { encodeText, textOf, wireOf } from '../bytes.ts';
import { formatHex, parseHex } from '../hex.ts';

/** Bytes as they are being typed. */
export interface BytesDraft {
  readonly form: 'text' | 'hex';
  readonly text: string;
}

export const NO_DRAFT: BytesDraft = { form: 'text', text: '' };

/** Why these are no bytes; empty: they are. */
export function draftProblem({ form, text }: BytesDraft): string {
  if (form === 'text') return '';
  const parsed = parseHex(text);
  return typeof parsed === 'string' ? parsed : '';
}

/** What was typed, as the contract carries it; undefined: these are no bytes. */
export function draftBytes({ form, text }: BytesDraft): Bytes | undefined {
  if (form === 'text') return { text };
  const parsed = parseHex(text);
  return typeof parsed === 'string' ? undefined : wireOf(parsed);
}

/** The same bytes in the other form, as far as they can be written so; else what was typed stays, to be typed over. */
export function inForm(draft: BytesDraft, form: BytesDraft['form']): BytesDraft {
  if (form === draft.form) return draft;
  if (form === 'hex') return { form, text: formatHex(encodeText(draft.text)) };
  const parsed = parseHex(draft.text);
  const text = typeof parsed === 'string' ? undefined : textOf(parsed);
  return text === undefined ? { ...draft, form } : { form, text };
}
