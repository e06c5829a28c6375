import type { Agent, AgentOptions } from './agent-options.ts';

/** @throws AgentError, whose message is one line that says what to do */
export async function createAgent(_options: AgentOptions): Promise<Agent> {
  throw new Error('under construction');
}
