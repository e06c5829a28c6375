export { createAgent } from './agent.ts';
export { AgentError } from './agent-error.ts';
export type { Agent, AgentLogger, AgentOptions } from './agent-options.ts';
export type { AppPort } from './api/index.ts';
export { followCell } from './follow-cell.ts';
export { CellError } from './host/cell-port.ts';
export { restoreCell } from './restore.ts';
export { serveWindow, type WindowSide } from './serve-window.ts';
