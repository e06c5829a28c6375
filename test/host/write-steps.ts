import type { Entry } from '../../src/agent/consensus/types.ts';
import type { PeerMessage } from '../../src/agent/host/ports.ts';
import { type Agent, type Call, type MemoryCell, put } from '../support/memory-cell.ts';

export const THREE = { voters: ['a', 'b', 'c'] };

/** Command entries that it sent to others, each once. */
export function proposed(agent: Agent): Entry[] {
  const entries = new Map<string, Entry>();
  for (const { message } of agent.sent) {
    if (message.kind !== 'consensus' || message.envelope.message.kind !== 'accept') continue;
    for (const entry of message.envelope.message.entries) {
      if (entry.kind === 'command') entries.set(entry.requestId, entry);
    }
  }
  return [...entries.values()];
}

export function isHost(message: PeerMessage, kind: string): boolean {
  return message.kind === 'host' && message.message.kind === kind;
}

/** A leader whose own session is open and that has nothing else to do. */
export function settled(cell: MemoryCell): Agent {
  const leader = cell.leader();
  for (const id of cell.agents.keys()) cell.write(id, put('/warm', id)).value();
  cell.clock.run(200);
  for (const agent of cell.agents.values()) agent.sent.length = 0;
  return leader;
}

export function all<T>(cell: MemoryCell, calls: readonly Call<T>[]): T[] {
  cell.clock.runUntil(() => calls.every(({ answer }) => answer !== undefined));
  return calls.map((call) => call.value());
}
