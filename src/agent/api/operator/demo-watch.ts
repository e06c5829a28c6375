import type { DemoState } from '../../../contract/index.ts';
import { EventQueue } from './event-queue.ts';
import type { DemoPort } from './ports.ts';

/** The demo cell at once and after every change; a slow viewer skips what is outdated. Elsewhere: that there is none. */
export function watchDemo(demo: DemoPort | undefined, signal: AbortSignal) {
  let newest: DemoState | undefined;
  const queue = new EventQueue<DemoState>(() => tell());
  const tell = (): void => {
    if (newest === undefined || queue.length > 0) return;
    queue.push(newest);
    newest = undefined;
  };
  const news = (state: DemoState): void => {
    newest = state;
    tell();
  };
  const stop = demo?.watch({ tell: news, gone: (error) => queue.end(error) });
  if (demo === undefined) news({ isDemo: false, agents: [], faults: [] });
  return queue.iterate(signal, () => stop?.());
}
