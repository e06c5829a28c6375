import type { MessageView } from '../../../src/contract/index.ts';

/** A message as an agent tells it; what a test does not care for is plain. */
export function message(sequence: number, rest: Partial<MessageView> = {}): MessageView {
  return {
    sequence,
    atMs: 1_700_000_000_000 + sequence,
    channel: 'peer',
    direction: 'sent',
    peer: 'agent-b',
    kind: 'accept',
    messageId: `boot-${sequence}`,
    ballot: { round: 4, agentId: 'agent-a' },
    slot: sequence,
    throughSlot: sequence,
    bytes: 100,
    durationMs: 0,
    status: '',
    own: false,
    ...rest,
  };
}

const NAMES: Readonly<Record<string, string>> = { 'agent-a': 'amber', 'agent-b': 'birch', 'agent-c': 'crimson' };

export function nameOf(agentId: string): string {
  return NAMES[agentId] ?? agentId;
}
