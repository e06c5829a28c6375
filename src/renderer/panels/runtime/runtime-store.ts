import { create } from 'zustand';
import type { RuntimeSeries } from '../../../contract/index.ts';
import { SampleBuffer } from './sample-buffer.ts';

export const RANGES = [
  { value: '1m', label: '1 min', spanMs: 60_000 },
  { value: '5m', label: '5 min', spanMs: 300_000 },
  { value: '15m', label: '15 min', spanMs: 900_000 },
  { value: '1h', label: '1 h', spanMs: 3_600_000 },
] as const;
export type RangeName = (typeof RANGES)[number]['value'];

export interface RuntimeState {
  /** Grows with every sample; the samples themselves are in `samples`. */
  readonly version: number;
  readonly columns: readonly string[];
  /** The moment under the pointer in all charts at once; 0: none. */
  readonly momentMs: number;
}

/** Kept while other panels are shown: when this one is opened again only what is missing is asked for. */
export const samples = new SampleBuffer();

export const useRuntime = create<RuntimeState>(() => ({ version: 0, columns: [], momentMs: 0 }));

export function samplesTold(series: RuntimeSeries): void {
  if (!samples.append(series)) return;
  useRuntime.setState(({ version, columns }) => ({
    version: version + 1,
    columns: columns.length === samples.columns.size ? columns : [...samples.columns.keys()],
  }));
}

export function pointAt(momentMs: number): void {
  if (useRuntime.getState().momentMs !== momentMs) useRuntime.setState({ momentMs });
}

export function rangeOf(name: string | undefined): (typeof RANGES)[number] {
  return RANGES.find(({ value }) => value === name) ?? RANGES[2];
}
