import { create } from 'zustand';
import type { OperatorClient } from '../../contract/index.ts';
import { openTransport } from '../transport/transport.ts';

/**
 * Whether the agent answers. `epoch` grows each time it is regained: what was loaded before is old and is loaded again.
 */
export interface ConnectionState {
  readonly phase: 'opening' | 'connected' | 'lost';
  readonly transport: 'port' | 'http' | undefined;
  readonly client: OperatorClient | undefined;
  readonly epoch: number;
  /** Since when it is lost, by the clock of this page; 0 while it is not. */
  readonly lostSinceMs: number;
}

export const useConnection = create<ConnectionState>(() => ({
  phase: 'opening',
  transport: undefined,
  client: undefined,
  epoch: 0,
  lostSinceMs: 0,
}));

export async function openConnection(): Promise<void> {
  const { kind, client } = await openTransport();
  useConnection.setState({ transport: kind, client });
}

/** Told by the one stream that is always open (the cell's). */
export function connectionIsUp(): void {
  const { phase, epoch } = useConnection.getState();
  if (phase !== 'connected') useConnection.setState({ phase: 'connected', epoch: epoch + 1, lostSinceMs: 0 });
}

export function connectionIsLost(): void {
  const { phase } = useConnection.getState();
  if (phase !== 'lost') useConnection.setState({ phase: 'lost', lostSinceMs: Date.now() });
}

/** The client; only for code that runs once the transport is open, as every panel does. */
export function client(): OperatorClient {
  const { client: opened } = useConnection.getState();
  if (opened === undefined) throw new Error('the page asked the agent before the transport was open');
  return opened;
}
