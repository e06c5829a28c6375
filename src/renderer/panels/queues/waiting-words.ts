import type { CellView } from '../../../contract/index.ts';
import { countText } from '../../ui/numbers.ts';

/** What waits for a person in this panel, for the sidebar; undefined: nothing does. */
export function waitingForPeople({ waiting: { unknownWorks, deadEntries } }: CellView) {
  if (unknownWorks + deadEntries === 0) return undefined;
  const parts = [
    unknownWorks === 0 ? '' : `${counted(unknownWorks, 'work')} of which nobody knows what became`,
    deadEntries === 0 ? '' : `${counted(deadEntries, 'entry', 'entries')} dead`,
  ];
  return { count: unknownWorks + deadEntries, words: parts.filter((part) => part !== '').join(', ') };
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
