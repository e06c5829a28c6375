import type { Exchange, Lane } from '../../../src/contract/index.ts';

export const LANES: readonly Lane[] = [
  { agentId: 'agent-a', name: 'amber', reachable: true, problem: '' },
  { agentId: 'agent-b', name: 'birch', reachable: true, problem: '' },
  { agentId: 'agent-c', name: 'crimson', reachable: true, problem: '' },
];

let lastId = 0;

/** A message between participants as both ends saw it; what a test does not care for is plain. */
export function exchange(rest: Partial<Exchange> = {}): Exchange {
  lastId += 1;
  return {
    messageId: `boot-${lastId}`,
    kind: 'accept',
    channel: 'peer',
    from: 'agent-a',
    to: 'agent-b',
    ballot: { round: 4, agentId: 'agent-a' },
    slot: 42,
    throughSlot: rest.slot ?? 42,
    bytes: 100,
    status: '',
    sentMs: 1_000,
    receivedMs: 1_001,
    sentSequence: lastId,
    receivedSequence: lastId,
    ...rest,
  };
}
