import type { AgentId } from '../consensus/types.ts';
import type { HostParts } from './host-parts.ts';

export interface WayToLeader {
  readonly self: AgentId;
  /** Undefined while none is known. */
  readonly leader: AgentId | undefined;
  /** This agent leads, and its own no-op is chosen. */
  readonly isReady: boolean;
  readonly nowMs: number;
}

/** Writes of clients that may leave go to the leader: into the next entry here, or in a forwarded call. */
export function routeWrites({ requests, bundles, forwards }: HostParts, way: WayToLeader): void {
  const writes = requests.takeQueued(way.nowMs);
  if (writes.length === 0) return;
  if (way.leader === undefined) requests.giveBack(writes, 'leader');
  else if (way.leader !== way.self) requests.giveBack(forwards.send(writes, way.leader), 'room');
  else if (!way.isReady) requests.giveBack(writes, 'leader');
  else {
    const taken = writes.findIndex((write) => !bundles.add(write));
    if (taken >= 0) requests.giveBack(writes.slice(taken), 'room');
  }
}
