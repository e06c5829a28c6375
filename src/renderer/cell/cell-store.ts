import { create } from 'zustand';
import type { CellView, ParticipantView } from '../../contract/index.ts';
import { connectionIsLost, connectionIsUp } from '../connection/connection-store.ts';
import { follow } from '../connection/follow.ts';

export interface CellState {
  readonly view: CellView | undefined;
  /** When the view came, by the clock of this page. */
  readonly receivedMs: number;
}

/** The cell as the agent of this page sees it. Everything in the frame reads from here. */
export const useCell = create<CellState>(() => ({ view: undefined, receivedMs: 0 }));

/** The agent tells something at least every five seconds. */
const SILENT_MS = 11_000;

/** The one stream that is open as long as somebody can see the page; it also tells whether there is a connection. */
export function followCell(): () => void {
  /** Not of the wall clock, which may be set while the page is open. */
  let lastHeardMs = performance.now();
  let stop = (): void => {};
  const begin = (): void => {
    lastHeardMs = performance.now();
    stop = follow<CellView>({
      open: (client, signal) => client.cell.watch(undefined, { signal }),
      onEvent: (view) => {
        lastHeardMs = performance.now();
        useCell.setState({ view, receivedMs: Date.now() });
        connectionIsUp();
      },
      onEnd: connectionIsLost,
    });
  };
  // A process that is paused keeps its connections: silence is the only sign.
  const watchdog = setInterval(() => {
    if (document.visibilityState === 'visible' && performance.now() - lastHeardMs > SILENT_MS) {
      connectionIsLost();
      stop();
      begin();
    }
  }, 1_000);
  const onVisibility = (): void => {
    stop();
    if (document.visibilityState === 'visible') begin();
  };
  document.addEventListener('visibilitychange', onVisibility);
  if (document.visibilityState === 'visible') begin();
  return () => {
    clearInterval(watchdog);
    document.removeEventListener('visibilitychange', onVisibility);
    stop();
  };
}

/** A participant by id; undefined when it has left the cell. */
export function useParticipant(agentId: string): ParticipantView | undefined {
  return useCell(({ view }) => view?.participants.find((participant) => participant.agentId === agentId));
}

/** The short name of an agent, else the beginning of its id. */
export function useAgentName(agentId: string): string {
  return useCell(({ view }) => nameOfAgent(view, agentId));
}

export function nameOfAgent(view: CellView | undefined, agentId: string): string {
  return view?.participants.find((participant) => participant.agentId === agentId)?.name || agentId.slice(0, 8);
}

/** Why nothing can be written now; empty when it can. Every button that writes is disabled with it. */
export function useWriteRefusal(): string {
  return useCell(({ view }) => {
    if (view === undefined) return 'the agent has not answered yet';
    if (view.status.readOnly) return 'this agent is in read-only mode (Settings)';
    return view.status.writable ? '' : view.status.unwritableReason;
  });
}

/** Why this agent itself cannot be steered now (log level, a profile, a cancelled call); that needs no majority. */
export function useControlRefusal(): string {
  return useCell(({ view }) => {
    if (view === undefined) return 'the agent has not answered yet';
    return view.status.readOnly ? 'this agent is in read-only mode (Settings)' : '';
  });
}
