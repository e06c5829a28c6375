import { EXIT, Failure } from '../command.ts';

export interface LoadOptions {
  readonly inFlight: number;
  readonly durationMs: number;
  readonly stop: AbortSignal;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
}

const WARM_UP_MS = 1_000;

/** Keeps `inFlight` operations on their way; counts those acknowledged after a warm-up. The first failure ends it. */
export async function load(operation: (index: number) => Promise<unknown>, options: LoadOptions): Promise<LoadResult> {
  const beginMs = performance.now() + WARM_UP_MS;
  const endMs = beginMs + options.durationMs;
  const latenciesMs: number[] = [];
  let next = 0;
  const worker = async () => {
    for (;;) {
      const sentMs = performance.now();
      if (sentMs >= endMs || options.stop.aborted) return;
      await operation(next++);
      const doneMs = performance.now();
      if (doneMs >= beginMs && doneMs < endMs) latenciesMs.push(doneMs - sentMs);
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, worker));
  if (options.stop.aborted) throw new Failure('interrupted', EXIT.interrupted);
  return { perSecond: latenciesMs.length / (options.durationMs / 1_000), latenciesMs };
}
