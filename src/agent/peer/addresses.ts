import type { AgentId } from '../consensus/types.ts';
import type { AppliedState } from '../host/cell-port.ts';
import { ADDRESSES, type AddressRecord } from '../machine/system-records.ts';
import { type Address, AddressError, formatAddress, parseAddress } from './ports.ts';

/** What the cell knows of one agent, from `setParticipant`. */
export interface ParticipantRecord extends AddressRecord {
  readonly agentId: AgentId;
}

export function readRecord(state: AppliedState, agentId: AgentId): ParticipantRecord | undefined {
  const record = ADDRESSES.read(state, agentId);
  return record && { agentId, ...record };
}

export function readRecords(state: AppliedState): ParticipantRecord[] {
  return ADDRESSES.list(state).map(({ id, value }) => ({ agentId: id, ...value }));
}

/**
 * Where agents can be found. What an agent says of itself comes first, then what the cell has agreed on, then what
 * another agent told; an address that answers for someone else is noticed by the Hello and simply not used.
 */
export class AddressBook {
  readonly #self: AgentId;
  readonly #said = new Map<AgentId, string>();
  readonly #told = new Map<AgentId, string>();
  #state: (() => AppliedState) | undefined;

  constructor(self: AgentId) {
    this.#self = self;
  }

  /** The applied state is another object after a snapshot, so it is asked for each time. */
  useState(state: () => AppliedState): void {
    this.#state = state;
  }

  /** @returns whether this is news */
  heard(agentId: AgentId, grpcAddress: string): boolean {
    if (grpcAddress === '' || agentId === this.#self || this.#said.get(agentId) === grpcAddress) return false;
    this.#said.set(agentId, grpcAddress);
    return true;
  }

  told(agentId: AgentId, grpcAddress: string): void {
    if (grpcAddress !== '' && agentId !== this.#self) this.#told.set(agentId, grpcAddress);
  }

  candidates(agentId: AgentId): Address[] {
    const agreed = this.#state === undefined ? undefined : readRecord(this.#state(), agentId)?.grpcAddress;
    const texts = new Set([this.#said.get(agentId), agreed, this.#told.get(agentId)]);
    return [...texts].flatMap((text) => (text === undefined || text === '' ? [] : parseOrNone(text)));
  }

  /** Every place where an agent of this cell may be, for a removed agent that asks to join again. */
  all(): Address[] {
    const agreed = this.#state === undefined ? [] : readRecords(this.#state());
    const ids = new Set([...this.#said.keys(), ...this.#told.keys(), ...agreed.map(({ agentId }) => agentId)]);
    ids.delete(this.#self);
    const addresses = [...ids].flatMap((agentId) => this.candidates(agentId));
    return [...new Map(addresses.map((address) => [formatAddress(address), address])).values()];
  }
}

/** Addresses come from other agents: one that cannot be parsed is as good as none. */
function parseOrNone(text: string): Address[] {
  try {
    return [parseAddress(text)];
  } catch (error) {
    if (error instanceof AddressError) return [];
    throw error;
  }
}
