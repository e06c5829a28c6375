/** The session that an agent has of its own, for calls that bring none. */
export function isOfAgent(sessionId: string): boolean {
  return sessionId.startsWith('agent-');
}
