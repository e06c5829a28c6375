export { createAgent } from './agent.ts';
export { AgentError } from './agent-error.ts';
export type { Agent, AgentLogger, AgentOptions } from './agent-options.ts';
export { restoreCell } from './restore.ts';
