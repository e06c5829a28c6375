import { useConnection } from '../connection/connection-store.ts';
import type { Panel } from './panel.ts';

/** An agent that does not answer is noticed within this time. */
const NOTICED_MS = 15_000;

/**
 * Code of the page, asked for again once the agent is back: one that dies while a panel is being opened leaves the panel
 * loading, not broken.
 *
 * @throws what loading threw, when it fails although the agent answers
 */
export async function loadPatiently<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    const { epoch } = useConnection.getState();
    try {
      return await load();
    } catch (error) {
      if (!(await regained(epoch))) throw error;
    }
  }
}

/** Panels that were not opened yet open at once later, also while the agent does not answer. */
export async function loadAhead(panels: readonly Panel[]): Promise<void> {
  for (const panel of panels) {
    await new Promise((resolve) => requestIdleCallback(resolve));
    // It is asked for again when the panel is opened.
    await panel.load().catch(() => undefined);
  }
}

/** Waits for a connection later than `epoch`. False: the one there is was never lost. */
function regained(epoch: number): Promise<boolean> {
  if (useConnection.getState().epoch > epoch) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (isRegained: boolean): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve(isRegained);
    };
    const timer = setTimeout(() => {
      if (useConnection.getState().phase !== 'lost') end(false);
    }, NOTICED_MS);
    const unsubscribe = useConnection.subscribe((state) => {
      if (state.epoch > epoch) end(true);
    });
  });
}
