import type { Agent } from './agent-options.ts';
import { type AppPort, createOperatorRouter, servePort, type WindowPort } from './api/index.ts';

export interface WindowSide {
  /** Undefined until an agent has been started: then only `app` of the operator API is answered. */
  readonly agent: () => Agent | undefined;
  readonly app: AppPort;
}

/** Gives a window of the desktop app the operator API over its port. */
export function serveWindow(port: WindowPort, { agent, app }: WindowSide): void {
  servePort(
    port,
    createOperatorRouter(() => agent()?.operator, app),
  );
}
