import type { EntryList } from '../../../contract/index.ts';
import { countText } from '../../ui/numbers.ts';

/** So many are told with every change. */
export const PAGE_ENTRIES = 200;
/** More of a payload than a line of it has room for. */
export const PAGE = { limit: PAGE_ENTRIES, payloadBytesMax: 160 } as const;

/** What is listed, and whether that is all of it. */
export function pageText({ entries, more }: EntryList, after: number, isDoneShown: boolean): string {
  const count = `${countText(entries.length)} ${entries.length === 1 ? 'entry' : 'entries'}`;
  const first = entries[0]?.seq ?? after;
  const last = entries.at(-1)?.seq ?? after;
  const span = entries.length < 2 ? '' : `, numbers ${first} to ${last}`;
  const before = after === 0 ? '' : `; those up to ${after} are not listed here`;
  const rest = more ? '; more follow' : '';
  const done = isDoneShown && !more ? '. Of what is done the newest are kept' : '';
  return `${count}${span}${before}${rest}${done}.`;
}
