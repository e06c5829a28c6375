/** An agent cannot start, for a reason that its user can remove. The message is one line that says how. */
export class AgentError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'AgentError';
  }
}
