export {
  type AgentCommand,
  AgentProcess,
  type AgentProcessOptions,
  type StartedAgentProcess,
} from './agent-process.ts';
export { DemoControlClient, type DemoFollower } from './control-client.ts';
export type { DemoNews } from './control-protocol.ts';
export { makeControlPath } from './control-server.ts';
export { DemoError, type DemoErrorReason } from './demo-error.ts';
export { DemoSupervisor, type HostedAgent, type SupervisorOptions } from './supervisor.ts';
