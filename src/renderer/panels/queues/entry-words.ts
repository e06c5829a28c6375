import type { EntryView, ListedEntry } from '../../../contract/index.ts';
import { bytesText } from '../../ui/numbers.ts';
import { clockTimeText } from '../../ui/time.tsx';
import { bytesOf, textOf } from '../keys/bytes.ts';
import { formatHex } from '../keys/hex.ts';

/** The beginning of what is to be done, in one line: as text, else as bytes. */
export function payloadText({ payloadHead, payloadBytes }: ListedEntry): string {
  if (payloadBytes === 0) return 'no payload';
  if (payloadHead === null) return bytesText(payloadBytes);
  const bytes = bytesOf(payloadHead);
  const line = (textOf(bytes) ?? formatHex(bytes)).replaceAll(/\s+/g, ' ').trim();
  return bytes.length < payloadBytes ? `${line}…` : line;
}

/** Why an entry is as it is, or who has to do with it, in one line; who works on it has a name of its own. */
export function entryRemark(entry: EntryView, nowMs: number): string {
  const { state, after, open, assignee, ended, resultBytes } = entry;
  const whose = assignee === '' ? '' : `only for ${assignee}`;
  switch (state) {
    case 'waiting':
      return `waits for ${open} of ${after.length}: ${entriesText(after)}`;
    case 'ready':
      if (ended !== null) return joined(`again: ${endText(ended)}`, whose);
      return joined(whose || 'for any worker', entry.owner === '' ? '' : `added by ${entry.owner}`);
    case 'delayed':
      return joined(`not before ${clockTimeText(readyMs(entry), nowMs)}`, ended === null ? '' : endText(ended), whose);
    case 'dead':
      return ended === null ? '' : endText(ended);
    case 'claimed':
      return entry.progressBytes === 0 ? '' : 'at a checkpoint';
    case 'done':
      return joined(
        ended === null || ended.worker === '' ? '' : `by ${ended.worker}`,
        resultBytes === 0 ? 'without a result' : `result of ${bytesText(resultBytes)}`,
      );
  }
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** When an entry that has failed can be claimed again, at the earliest. */
export function readyMs({ ended, delayMs }: EntryView): number {
  return (ended?.atMs ?? 0) + delayMs;
}

const ENDS: Readonly<Record<NonNullable<EntryView['ended']>['kind'], string>> = {
  completed: 'completed',
  failed: 'failed',
  expired: 'the lease ended',
  sessionEnded: 'the session ended',
};

/** `failed: no disk`. */
export function endText({ kind, why }: NonNullable<EntryView['ended']>): string {
  // The machine says the same of these in other words.
  const isTold = kind === 'expired' || kind === 'sessionEnded';
  return why === '' || isTold ? ENDS[kind] : `${ENDS[kind]}: ${why}`;
}

/** `2 of 5`; without a bound only how many there were. */
export function attemptsText({ attempts, maxAttempts }: Pick<EntryView, 'attempts' | 'maxAttempts'>): string {
  return maxAttempts === 0 ? String(attempts) : `${attempts} of ${maxAttempts}`;
}

/** Since when it is in its state, as far as that is recorded. */
export function sinceMs({ state, queuedMs, claimedMs, ended }: EntryView): number {
  if (state === 'claimed') return claimedMs;
  return state === 'waiting' || ended === null ? queuedMs : ended.atMs;
}

const LISTED = 6;

/** `3, 4 and 5`; of many the first ones and how many more there are. */
export function entriesText(seqs: readonly number[]): string {
  if (seqs.length > LISTED) return `${seqs.slice(0, LISTED - 1).join(', ')} and ${seqs.length - LISTED + 1} more`;
  return seqs.length < 2 ? seqs.join() : `${seqs.slice(0, -1).join(', ')} and ${seqs.at(-1)}`;
}
