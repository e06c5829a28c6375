import type { CellView } from '../../../contract/index.ts';
import type { CellLook } from './cell-view.ts';
import { EventQueue } from './event-queue.ts';
import type { OperatorPorts } from './ports.ts';
import { waitingForPeopleOf } from './waiting-for-people.ts';

const BETWEEN_EVENTS_MS = 100;
const LOOK_INTERVAL_MS = 1_000;
/** An event at least so often, so that a viewer can tell a quiet cell from a lost one. */
const SILENCE_MS_MAX = 5_000;

/** They change by themselves, or all the time, without anything having happened. */
const VOLATILE = new Set(['atMs', 'uptimeMs', 'lastHeardMs', 'roundTripMs']);

/** The cell at once, after every change, and now and then; a slow viewer skips what is outdated. */
export function watchCell(ports: OperatorPorts, look: CellLook, signal: AbortSignal) {
  let isDue = false;
  const queue = new EventQueue<CellView>(() => {
    if (isDue) tell();
  });
  let told = '';
  /** Not of the wall clock, which may be set back while somebody watches. */
  let toldMs = 0;
  let planned: NodeJS.Timeout | undefined;

  const tell = (): void => {
    clearTimeout(planned);
    planned = undefined;
    isDue = queue.length > 0;
    if (isDue) return;
    const view = look.now();
    told = signature(view);
    toldMs = performance.now();
    queue.push(view);
  };
  const tellSoon = (): void => {
    planned ??= setTimeout(tell, Math.max(0, toldMs + BETWEEN_EVENTS_MS - performance.now()));
  };
  const lookAgain = (): void => {
    const isQuiet = performance.now() - toldMs >= SILENCE_MS_MAX - LOOK_INTERVAL_MS / 2;
    if (isQuiet || signature(look.now()) !== told) tellSoon();
  };

  const stops = [waitingForPeopleOf(ports).follow(tellSoon), ports.api.cell.onStatus(tellSoon)];
  const timer = setInterval(lookAgain, LOOK_INTERVAL_MS);
  tell();
  return queue.iterate(signal, () => {
    clearInterval(timer);
    clearTimeout(planned);
    for (const stop of stops) stop();
  });
}

function signature(view: CellView): string {
  return JSON.stringify(view, (name, value: unknown) => (VOLATILE.has(name) ? undefined : value));
}
