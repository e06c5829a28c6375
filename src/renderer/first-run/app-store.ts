import { create } from 'zustand';
import type { AppState, OperatorClient } from '../../contract/index.ts';
import { follow } from '../connection/follow.ts';

/** The app around this page; undefined in a browser, and until the app has answered. */
export const useApp = create<{ readonly app: AppState | undefined }>(() => ({ app: undefined }));

/** What the first window asks: found, join or demo. */
export type Beginning = Parameters<OperatorClient['app']['begin']>[0];

/** Only over the app's port: a dashboard has no window around it, and no stream to spare. */
export function followApp(): () => void {
  return follow<AppState>({
    open: (client, signal) => client.app.watch(undefined, { signal }),
    onEvent: (app) => useApp.setState({ app }),
  });
}

/** Whether there is an agent to show: in a browser always, in the app once it runs. */
export function hasAgent(transport: 'port' | 'http' | undefined, app: AppState | undefined): boolean {
  return transport === 'http' || (transport === 'port' && (app?.host === 'dashboard' || app?.phase === 'running'));
}
