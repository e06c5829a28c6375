import { decodeConfiguration, EMPTY_CONFIGURATION } from '../agent/consensus/configuration.ts';
import type { Base, Delivered } from '../agent/consensus/io.ts';
import type { Ballot, Configuration, Entry, Slot } from '../agent/consensus/types.ts';
import type { StoredState } from './disk.ts';
import type { Identity } from './identity.ts';

/** A command of the small machine: registers that are set or compared and set. */
export type RegisterCommand =
  | { readonly kind: 'set'; readonly key: string; readonly value: string }
  | { readonly kind: 'compareAndSet'; readonly key: string; readonly expected: string; readonly value: string };

export interface RegisterResult {
  readonly slot: Slot;
  readonly succeeded: boolean;
  /** The value of the key afterwards. */
  readonly current: string;
}

export interface SimpleState extends StoredState {
  readonly slot: Slot;
  readonly era: Ballot;
  readonly configuration: Configuration;
  readonly configurationSlot: Slot;
  readonly hash: number;
  readonly values: ReadonlyMap<string, string>;
}

export const EMPTY_STATE: SimpleState = {
  slot: 0,
  promised: { round: 0, agentId: '' },
  era: { round: 0, agentId: '' },
  configuration: EMPTY_CONFIGURATION,
  configurationSlot: 0,
  hash: 0,
  values: new Map(),
};

export function encodeCommand(command: RegisterCommand): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(command));
}

function decodeCommand(payload: Uint8Array): RegisterCommand {
  return JSON.parse(new TextDecoder().decode(payload)) as RegisterCommand;
}

/**
 * The machine for runs of consensus alone: registers, a hash that covers every slot with its effect, and a state that
 * can be stored and taken over. Small, so that thousands of seeds are cheap.
 */
export class SimpleMachine {
  #slot: Slot;
  #era: Ballot;
  #configuration: Configuration;
  #configurationSlot: Slot;
  #hash: number;
  readonly #values: Map<string, string>;
  readonly #identity: Identity;

  constructor(identity: Identity, state: SimpleState) {
    this.#identity = identity;
    this.#slot = state.slot;
    this.#era = state.era;
    this.#configuration = state.configuration;
    this.#configurationSlot = state.configurationSlot;
    this.#hash = state.hash;
    this.#values = new Map(state.values);
  }

  get slot(): Slot {
    return this.#slot;
  }

  get hash(): number {
    return this.#hash;
  }

  get(key: string): string {
    return this.#values.get(key) ?? '';
  }

  apply({ slot, entry, isVoid, era }: Delivered): RegisterResult {
    this.#slot = slot;
    this.#era = era;
    let result: RegisterResult = { slot, succeeded: false, current: '' };
    if (entry.kind === 'configuration') {
      this.#configuration = decodeConfiguration(entry.payload);
      this.#configurationSlot = slot;
    } else if (entry.kind === 'command' && !isVoid) {
      result = this.#execute(slot, entry);
    }
    this.#hash = Math.imul(this.#hash ^ this.#identity.entry(entry), 0x01000193);
    this.#hash = Math.imul(this.#hash ^ (slot * 4 + (isVoid ? 2 : 0) + (result.succeeded ? 1 : 0)), 0x85ebca6b);
    return result;
  }

  #execute(slot: Slot, entry: Entry): RegisterResult {
    const command = this.#identity.decoded(entry, decodeCommand);
    const current = this.get(command.key);
    if (command.kind === 'compareAndSet' && current !== command.expected) return { slot, succeeded: false, current };
    this.#values.set(command.key, command.value);
    return { slot, succeeded: true, current: command.value };
  }

  state(promised: Ballot): SimpleState {
    return {
      slot: this.#slot,
      promised,
      era: this.#era,
      configuration: this.#configuration,
      configurationSlot: this.#configurationSlot,
      hash: this.#hash,
      values: new Map(this.#values),
    };
  }
}

export function baseOf(state: SimpleState): Base {
  const { slot, era, configuration, configurationSlot } = state;
  return { slot, era, configuration, configurationSlot };
}
