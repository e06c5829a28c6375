import type { AgentId, Ballot, Configuration, Entry } from '../agent/consensus/types.ts';

/**
 * Small numbers for agents and entries, so that the checks after every event are cheap: sets of agents are bit masks,
 * values are compared by number. An entry's number stands for its bytes, not for the object.
 */
export class Identity {
  private readonly agentIndexes = new Map<AgentId, number>();
  private readonly entryNumbers = new Map<string, number>();
  private readonly decodedEntries = new Map<number, unknown>();
  private readonly numberOfEntry = new Map<Entry, number>();

  /** Every agent decodes the same bytes; once is enough. */
  decoded<T>(entry: Entry, decode: (payload: Uint8Array) => T): T {
    const number = this.entry(entry);
    let command = this.decodedEntries.get(number) as T | undefined;
    if (command === undefined) {
      command = decode(entry.payload);
      this.decodedEntries.set(number, command);
    }
    return command;
  }

  agentBit(agentId: AgentId): number {
    let index = this.agentIndexes.get(agentId);
    if (index === undefined) {
      index = this.agentIndexes.size;
      if (index > 30) throw new Error('a run has at most 31 agents');
      this.agentIndexes.set(agentId, index);
    }
    return 1 << index;
  }

  voters(configuration: Configuration): number {
    let mask = 0;
    for (const { agentId, role } of configuration.participants) {
      if (role === 'voter') mask |= this.agentBit(agentId);
    }
    return mask;
  }

  entry(entry: Entry): number {
    const known = this.numberOfEntry.get(entry);
    if (known !== undefined) return known;
    let payload = 0x811c9dc5 | 0;
    for (const byte of entry.payload) payload = Math.imul(payload ^ byte, 0x01000193);
    const { kind, origin, stampMs, requestId } = entry;
    const text = `${kind} ${origin.round}.${origin.agentId} ${stampMs} ${requestId} ${entry.payload.length}.${payload}`;
    let number = this.entryNumbers.get(text);
    if (number === undefined) {
      number = this.entryNumbers.size + 1;
      this.entryNumbers.set(text, number);
    }
    this.numberOfEntry.set(entry, number);
    return number;
  }
}

/** The harness compares ballots by itself: it must not share a mistake with the code it judges. */
export function isBelow(one: Ballot, other: Ballot): boolean {
  return one.round < other.round || (one.round === other.round && one.agentId < other.agentId);
}

export function isSameBallot(one: Ballot, other: Ballot): boolean {
  return one.round === other.round && one.agentId === other.agentId;
}

export function higherBallot(one: Ballot, other: Ballot): Ballot {
  return isBelow(one, other) ? other : one;
}

export function ballotText(ballot: Ballot): string {
  return `${ballot.round}.${ballot.agentId}`;
}

export function isMajority(votes: number, voters: number): boolean {
  return voters !== 0 && 2 * countBits(votes & voters) > countBits(voters);
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
