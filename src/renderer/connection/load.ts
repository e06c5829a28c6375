import { useCallback, useEffect, useRef, useState } from 'react';
import type { OperatorClient } from '../../contract/index.ts';
import { client, useConnection } from './connection-store.ts';

export interface Loaded<T> {
  /** What was told last, also while it is loaded again. */
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  /** By the clock of this page. */
  readonly atMs: number;
  readonly reload: () => void;
}

/** One answer, asked for again when `deps` change or the connection was regained. A late answer is thrown away. */
export function useLoad<T>(
  ask: (client: OperatorClient, signal: AbortSignal) => Promise<T>,
  deps: readonly unknown[],
  enabled = true,
): Loaded<T> {
  const epoch = useConnection((state) => state.epoch);
  const latest = useRef(ask);
  latest.current = ask;
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({
    data: undefined,
    error: undefined,
    loading: enabled,
    atMs: 0,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the answer depends on
  useEffect(() => {
    if (!enabled) return;
    const stop = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    latest.current(client(), stop.signal).then(
      (data) => {
        if (!stop.signal.aborted) setState({ data, error: undefined, loading: false, atMs: Date.now() });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setState((before) => ({ ...before, error, loading: false }));
      },
    );
    return () => stop.abort();
  }, [epoch, turn, enabled, ...deps]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { ...state, reload };
}
