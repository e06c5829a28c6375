/** A port that was asked for, and the one that it became. */
export interface ListenedPort {
  readonly requested: number;
  readonly bound: number;
}

/** What an agent is, as far as its own disk says it. Made with the state directory; the agentId never changes. */
export interface Identity {
  readonly agentId: string;
  /** Empty until the agent founded or joined a cell. */
  readonly cellId: string;
  /** Where it listened last; undefined: it never did. */
  readonly grpcListened?: ListenedPort;
  readonly httpListened?: ListenedPort;
}

export function newIdentity(agentId: string, cellId = ''): Identity {
  return { agentId, cellId };
}
