import type { Exchange, MessageView } from '../../../contract/index.ts';
import { Clocks } from './sequence-clocks.ts';
import {
  addEnd,
  type ExchangeFilter,
  exchangeId,
  exchangeView,
  isWanted,
  type MergedExchange,
  missingLane,
  newExchange,
  type SeenEnd,
} from './sequence-exchange.ts';

export interface SequenceMergeOptions {
  readonly filter: ExchangeFilter;
  /** The participant that is asked. */
  readonly self: string;
  /** The participant that listens at an address; undefined: none does. */
  readonly agentAt: (address: string) => string | undefined;
  /** Exchanges kept so that their other ends find them. */
  readonly keptMax?: number;
}

const KEPT_MAX = 10_000;
/**
 * A message that was sent before a log was read may arrive after it: an end counts as missing only when the log was read so
 * far beyond the other end.
 */
export const ARRIVAL_MS = 250;

interface Lane {
  /** This start of the participant: sequences and clocks of different starts have nothing to do with each other. */
  clock: string;
  isReachable: boolean;
  /** What of its log was read, by its own clock. */
  fromMs: number;
  throughMs: number;
  /** When it was last read to its end, by the clock of the reader. */
  readMs: number;
}

/** What was read of a log at once. */
export interface ReadMessages {
  /** Oldest first, each line of the log once. */
  readonly messages: readonly MessageView[];
  readonly missed: number;
  /** By the clock of the log: whatever was recorded before has been read. */
  readonly atMs: number;
  /** It was read to its end. */
  readonly isComplete: boolean;
}

/**
 * The logs of several participants as one sequence of exchanges. Pure: it is told what was read, in any order and with any
 * delay, and tells which exchanges are new or have changed.
 */
export class SequenceMerge {
  readonly #options: SequenceMergeOptions;
  readonly #keptMax: number;
  readonly #clocks = new Clocks();
  readonly #lanes = new Map<string, Lane>();
  readonly #exchanges = new Map<string, MergedExchange>();
  /** Of those, the ones that may have to be told. */
  readonly #open = new Set<MergedExchange>();
  #missed = 0;
  /** On the common scale: nothing older is told any more. */
  #horizonMs = Number.NEGATIVE_INFINITY;

  constructor(options: SequenceMergeOptions) {
    this.#options = options;
    this.#keptMax = options.keptMax ?? KEPT_MAX;
  }

  /** Its log is about to be read: until then nothing is claimed of what is in it. */
  expected(agentId: string): void {
    this.#lanes.set(agentId, newLane('', Number.NEGATIVE_INFINITY));
  }

  /** Its log is read from now on. `fromMs`: the time, by its own clock, from which on all of it is read. */
  opened(agentId: string, logId: string, fromMs: number): void {
    const clock = `${agentId}/${logId}`;
    const lane = this.#lanes.get(agentId);
    if (agentId === this.#options.self) this.#clocks.refer(clock);
    if (lane === undefined || lane.clock !== clock) {
      this.#lanes.set(agentId, newLane(clock, fromMs));
    } else {
      lane.isReachable = true;
    }
  }

  /** @param readMs by the clock of the reader, which only goes forward */
  read(agentId: string, { messages, missed, atMs, isComplete }: ReadMessages, readMs: number): void {
    const lane = this.#lanes.get(agentId);
    if (lane === undefined) return;
    for (const message of messages) this.#add(agentId, lane, message, readMs);
    lane.throughMs = Math.max(lane.throughMs, atMs);
    if (isComplete) lane.readMs = readMs;
    this.#missed += missed;
    this.#makeRoom();
  }

  /** It cannot be read at present, or it is no participant any more. */
  lost(agentId: string): void {
    const lane = this.#lanes.get(agentId);
    if (lane !== undefined) lane.isReachable = false;
  }

  left(agentId: string): void {
    this.#lanes.delete(agentId);
  }

  /** New and changed exchanges in the order in which they began, and what was dropped untold since the last call. */
  take(): { exchanges: Exchange[]; missed: number } {
    const exchanges: Exchange[] = [];
    for (const exchange of this.#open) {
      if (!this.#isSettled(exchange)) continue;
      this.#open.delete(exchange);
      if (exchange.state === 'leftOut') continue;
      exchange.state = 'told';
      exchanges.push(exchangeView(exchange, this.#timeOf));
    }
    const missed = this.#missed;
    this.#missed = 0;
    return { exchanges: exchanges.sort(byBeginning), missed };
  }

  /** The first take: only the newest ones, and from then on nothing that is older. */
  takeNewest(countMax: number): { exchanges: Exchange[]; missed: number } {
    const { exchanges, missed } = this.take();
    const newest = countMax === 0 ? [] : exchanges.slice(-countMax);
    const first = newest[0] ?? exchanges.at(-1);
    if (first !== undefined && exchanges.length > newest.length) this.#horizonMs = beginning(first);
    for (const { messageId } of exchanges.slice(0, exchanges.length - newest.length)) {
      const exchange = this.#exchanges.get(messageId);
      if (exchange !== undefined) exchange.state = 'past';
    }
    return { exchanges: newest, missed };
  }

  readonly #timeOf = ({ clock, atMs }: SeenEnd): number => atMs + this.#clocks.correction(clock);

  #add(agentId: string, lane: Lane, message: MessageView, readMs: number): void {
    const { agentAt } = this.#options;
    let id = exchangeId(lane.clock, message);
    let exchange = this.#exchanges.get(id);
    if (exchange !== undefined && message.channel === 'user') {
      // A client may say the same id twice, or to several agents: they are different messages all the same.
      id = `${message.messageId}@${lane.clock}/${message.sequence}`;
      exchange = this.#exchanges.get(id);
    }
    if (exchange === undefined) {
      exchange = newExchange(id, agentId, agentAt(message.peer) ?? message.peer, message);
      if (message.atMs + this.#clocks.correction(lane.clock) < this.#horizonMs) exchange.state = 'past';
      this.#exchanges.set(id, exchange);
    }
    const { atMs, sequence } = message;
    if (!addEnd(exchange, { clock: lane.clock, atMs, sequence, readMs }, agentId, message)) return;
    if (exchange.state === 'leftOut') exchange.state = 'waiting';
    if (exchange.state !== 'past') this.#open.add(exchange);
    const { sent, received } = exchange;
    if (sent === undefined || received === undefined) return;
    if (this.#clocks.observe(sent.clock, received.clock, sent.atMs, received.atMs)) this.#tellAgain();
  }

  /** Times that were told are no longer right. */
  #tellAgain(): void {
    for (const exchange of this.#exchanges.values()) if (exchange.state === 'told') this.#open.add(exchange);
  }

  /** Everything is known of it that can be known at present. */
  #isSettled(exchange: MergedExchange): boolean {
    if (exchange.state === 'leftOut') return true;
    const missing = missingLane(exchange);
    const lane = missing === undefined ? undefined : this.#lanes.get(missing);
    if (lane?.isReachable) {
      const end = (exchange.sent ?? exchange.received) as SeenEnd;
      // That part of the other log was never read: whether the message is in it is not known, so nothing is claimed.
      if (exchange.state === 'waiting' && this.#timeOf(end) < lane.fromMs + this.#clocks.correction(lane.clock)) {
        exchange.state = 'leftOut';
      } else if (!this.#wasReadBeyond(lane, end)) {
        return false;
      }
    }
    if (!isWanted(exchange, this.#options.filter, this.#options.self)) exchange.state = 'leftOut';
    return true;
  }

  /** While clocks cannot be compared, by the order of reading: the end was in its log when it was read. */
  #wasReadBeyond(lane: Lane, end: SeenEnd): boolean {
    if (!this.#clocks.areRelated(end.clock, lane.clock)) return lane.readMs >= end.readMs + ARRIVAL_MS;
    return lane.throughMs + this.#clocks.correction(lane.clock) >= this.#timeOf(end) + ARRIVAL_MS;
  }

  #makeRoom(): void {
    for (const [id, exchange] of this.#exchanges) {
      if (this.#exchanges.size <= this.#keptMax) return;
      this.#exchanges.delete(id);
      if (this.#open.delete(exchange) && exchange.state === 'waiting') this.#missed += 1;
      const end = exchange.sent ?? exchange.received;
      if (end !== undefined) this.#horizonMs = Math.max(this.#horizonMs, this.#timeOf(end));
    }
  }
}

function newLane(clock: string, fromMs: number): Lane {
  const never = Number.NEGATIVE_INFINITY;
  return { clock, isReachable: true, fromMs, throughMs: never, readMs: never };
}

function beginning({ sentMs, receivedMs }: Exchange): number {
  return sentMs ?? receivedMs ?? 0;
}

function byBeginning(a: Exchange, b: Exchange): number {
  return beginning(a) - beginning(b);
}
