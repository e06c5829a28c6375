import type { KeyItem } from '../../../contract/index.ts';
import { bytesOf, textOf, textOfBeginning } from './bytes.ts';

const CHARS_MAX = 160;
const BYTES_MAX = 24;

/** The beginning of a value in one line, for lists. */
export function glimpseOf({ value, truncated }: Pick<KeyItem, 'value' | 'truncated'>): string {
  const bytes = bytesOf(value);
  const text = truncated ? textOfBeginning(bytes) : textOf(bytes);
  if (text !== undefined) {
    const line = text.slice(0, CHARS_MAX).replace(/\s+/g, ' ');
    return truncated || text.length > CHARS_MAX ? `${line}…` : line;
  }
  const hex = Array.from(bytes.subarray(0, BYTES_MAX), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return truncated || bytes.length > BYTES_MAX ? `${hex} …` : hex;
}
