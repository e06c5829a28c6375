/**
 * The state contradicts itself, or what consensus delivered contradicts the state. Going on would let agents diverge,
 * so the agent must stop; a user's bad input never leads here.
 */
export class MachineInvariantError extends Error {
  constructor(message: string) {
    super(`the replicated state is inconsistent: ${message}`);
    this.name = 'MachineInvariantError';
  }
}
