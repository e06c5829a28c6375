import type { CallView } from '../../../contract/index.ts';

/** A call with the time at which it began by the clock of this page, so that its duration can be told at any moment. */
export interface ListedCall extends CallView {
  readonly beganAtMs: number;
}

export type CallState = 'running' | 'ok' | 'failed';

export interface CallFilter {
  readonly text: string;
  readonly method: string;
  /** Empty: any. */
  readonly state: CallState | '';
}

export const NO_FILTER: CallFilter = { text: '', method: '', state: '' };

export function stateOf({ status }: Pick<CallView, 'status'>): CallState {
  if (status === '') return 'running';
  return status === 'OK' ? 'ok' : 'failed';
}

/**
 * What was told now, with the objects of before wherever nothing changed: a row whose call is the same object is not
 * drawn again. A running call keeps the beginning that was computed first, so that its duration never jumps.
 */
export function mergeCalls(
  before: readonly ListedCall[],
  told: readonly CallView[],
  nowMs: number,
): readonly ListedCall[] {
  const known = new Map(before.map((call) => [call.id, call]));
  return told.map((call) => {
    const old = known.get(call.id);
    const isSame =
      old !== undefined &&
      old.messageId === call.messageId &&
      old.status === call.status &&
      old.quorum === call.quorum &&
      old.slot === call.slot;
    return isSame ? old : { ...call, beganAtMs: nowMs - call.durationMs };
  });
}

export function filterCalls(calls: readonly ListedCall[], filter: CallFilter): readonly ListedCall[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && filter.method === '' && filter.state === '') return calls;
  return calls.filter((call) => {
    if (filter.method !== '' && call.method !== filter.method) return false;
    if (filter.state !== '' && stateOf(call) !== filter.state) return false;
    const { method, peer, quorum, status, slot, messageId } = call;
    const text = `${method} ${peer} ${quorum} ${status} ${slot === 0 ? '' : slot} ${messageId}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface CallCounts {
  readonly running: number;
  /** All that run, also those that were not told. */
  readonly runningCount: number;
  readonly ended: number;
  /** So many of each were asked for. */
  readonly limit: number;
  /** Of running and ended ones together. */
  readonly matching: number;
  readonly isFiltered: boolean;
}

/** What is shown and what is not, exactly. */
export function countsText(counts: CallCounts, format: (count: number) => string): string {
  const { running, runningCount, ended, limit, matching, isFiltered } = counts;
  const parts = [
    runningCount > running
      ? `showing ${format(running)} of ${format(runningCount)} running`
      : `${format(runningCount)} running`,
    ended >= limit ? `the newest ${format(ended)} that ended` : `${format(ended)} ended`,
  ];
  if (isFiltered) parts.push(`${format(matching)} of these match`);
  return parts.join(' · ');
}
