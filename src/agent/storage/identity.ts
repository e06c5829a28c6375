/** What an agent is, as far as its own disk says it. Made with the state directory; the agentId never changes. */
export interface Identity {
  readonly agentId: string;
  /** Empty until the agent founded or joined a cell. */
  readonly cellId: string;
  /** Short name; empty until it has one. */
  readonly name: string;
  /** Used first at the next start; 0: never had one. */
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly priority: number;
}

export function newIdentity(agentId: string, cellId = ''): Identity {
  return { agentId, cellId, name: '', grpcPort: 0, httpPort: 0, priority: 0 };
}
