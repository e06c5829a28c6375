import { consensusConfig } from '../../src/agent/config.ts';
import { encodeConfiguration } from '../../src/agent/consensus/configuration.ts';
import type { Input, Output, Writes } from '../../src/agent/consensus/io.ts';
import type { Message } from '../../src/agent/consensus/messages.ts';
import { Replica } from '../../src/agent/consensus/replica.ts';
import type {
  Ballot,
  Configuration,
  Entry,
  JournalEntry,
  ParticipantRole,
  Slot,
} from '../../src/agent/consensus/types.ts';

export const CELL_ID = 'cell';

export function ballot(text: string): Ballot {
  const [round, agentId] = text.split('.') as [string, string];
  return { round: Number(round), agentId };
}

export function command(requestId: string, origin: Ballot): Entry {
  return { kind: 'command', origin, stampMs: 0, requestId, payload: new Uint8Array([1]) };
}

export function configurationEntry(configuration: Configuration, origin: Ballot): Entry {
  return {
    kind: 'configuration',
    origin,
    stampMs: 0,
    requestId: `epoch ${configuration.epoch}`,
    payload: encodeConfiguration(configuration),
  };
}

export interface Fixture {
  readonly roles: Readonly<Record<string, ParticipantRole>>;
  readonly promised: Ballot;
  /** Everything above slot 1, which holds the configuration. */
  readonly entries: readonly JournalEntry[];
  readonly chosenThrough: Slot;
  /** Slots below are covered by the applied state. */
  readonly floor: Slot;
}

/** One replica, `A`, on a journal in memory; every write is durable as soon as `settle` is called. */
export class Bench {
  readonly replica: Replica;
  readonly journal = new Map<Slot, JournalEntry>();
  readonly writes: Writes[] = [];
  nowMs = 0;
  #token = 0;

  constructor(fixture: Fixture) {
    const { floor, promised, chosenThrough } = fixture;
    const participants = Object.entries(fixture.roles).map(([agentId, role]) => ({ agentId, role }));
    const configuration: Configuration = { epoch: 1, participants };
    const first: JournalEntry = {
      slot: 1,
      ballot: ballot('1.A'),
      entry: configurationEntry(configuration, ballot('1.A')),
    };
    for (const item of [first, ...fixture.entries]) if (item.slot >= floor) this.journal.set(item.slot, item);
    const isBased = floor > 1;
    this.replica = new Replica({
      group: 0,
      agentId: 'A',
      cellId: CELL_ID,
      durable: {
        promised,
        floor,
        end: Math.max(floor - 1, ...this.journal.keys()),
        chosenThrough,
        base: {
          slot: isBased ? floor - 1 : 0,
          era: { round: 0, agentId: '' },
          configuration: isBased ? configuration : { epoch: 0, participants: [] },
          configurationSlot: isBased ? 1 : 0,
        },
      },
      journal: { read: (from, through) => this.#read(from, through) },
      random: () => 0.5,
      nowMs: 0,
      config: consensusConfig(),
    });
  }

  #read(from: Slot, through: Slot): JournalEntry[] {
    const items: JournalEntry[] = [];
    for (let slot = from; slot <= through && this.journal.has(slot); slot += 1) {
      items.push(this.journal.get(slot) as JournalEntry);
    }
    return items;
  }

  step(input: Input): Output[] {
    const outputs = this.replica.step(input);
    for (const output of outputs) {
      if (output.kind !== 'persist') continue;
      this.#token = output.token;
      this.writes.push(output.writes);
      for (const item of output.writes.entries ?? []) this.journal.set(item.slot, item);
    }
    return outputs;
  }

  settle(): Output[] {
    return this.step({ kind: 'persisted', token: this.#token });
  }

  receive(from: string, message: Message, epoch = 1): Output[] {
    return this.step({ kind: 'message', envelope: { group: 0, cellId: CELL_ID, from, to: 'A', epoch, message } });
  }

  tick(nowMs: number): Output[] {
    this.nowMs = nowMs;
    return this.step({ kind: 'tick', nowMs });
  }
}

export type SendOutput = Extract<Output, { kind: 'send' }>;

export function sends(outputs: readonly Output[]): SendOutput[] {
  return outputs.filter((output): output is SendOutput => output.kind === 'send');
}

export function sent<K extends Message['kind']>(outputs: readonly Output[], kind: K): Extract<Message, { kind: K }>[] {
  return sends(outputs)
    .map(({ envelope }) => envelope.message)
    .filter((message): message is Extract<Message, { kind: K }> => message.kind === kind);
}
