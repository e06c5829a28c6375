import { useEffect, useRef } from 'react';
import type { OperatorClient } from '../../contract/index.ts';
import { client, useConnection } from './connection-store.ts';
import { usePageVisible } from './page-visible.ts';

export interface Follower<T> {
  /** Opens the stream. It is closed through the signal. */
  readonly open: (client: OperatorClient, signal: AbortSignal) => Promise<AsyncIterable<T>>;
  readonly onEvent: (event: T) => void;
  /** The stream ended or could not be opened; it is opened again after a pause. */
  readonly onEnd?: (error: unknown) => void;
}

const PAUSE_MS_MIN = 250;
const PAUSE_MS_MAX = 2_000;

/** Keeps a stream open until the returned function is called. */
export function follow<T>({ open, onEvent, onEnd }: Follower<T>): () => void {
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    let pauseMs = PAUSE_MS_MIN;
    while (!stop.signal.aborted) {
      let error: unknown;
      try {
        for await (const event of await open(client(), stop.signal)) {
          if (stop.signal.aborted) return;
          pauseMs = PAUSE_MS_MIN;
          onEvent(event);
        }
      } catch (caught) {
        error = caught;
      }
      if (stop.signal.aborted) return;
      onEnd?.(error);
      await pause(pauseMs, stop.signal);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  };
  void run();
  return () => stop.abort();
}

/**
 * A stream that lives as long as the component, is opened anew when `deps` change or the connection was regained, and is
 * closed while nobody can see the page: a browser allows six connections to one agent, shared by all its windows.
 */
export function useFollow<T>(follower: Follower<T>, deps: readonly unknown[], enabled = true): void {
  const latest = useRef(follower);
  latest.current = follower;
  const epoch = useConnection((state) => state.epoch);
  const visible = usePageVisible();
  const isOpen = enabled && visible;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the stream depends on
  useEffect(() => {
    if (!isOpen) return;
    return follow<T>({
      open: (opened, signal) => latest.current.open(opened, signal),
      onEvent: (event) => latest.current.onEvent(event),
      onEnd: (error) => latest.current.onEnd?.(error),
    });
  }, [epoch, isOpen, ...deps]);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
