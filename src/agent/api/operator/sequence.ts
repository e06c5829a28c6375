import { setTimeout as delay } from 'node:timers/promises';
import type { Exchange, Lane, MessageFilter } from '../../../contract/index.ts';
import { ADDRESSES } from '../../machine/system-records.ts';
import { nameOfAgent } from '../names.ts';
import { EventQueue } from './event-queue.ts';
import { queryLog, watchLog } from './messages-log.ts';
import type { OperatorPorts } from './ports.ts';
import { type LaneLog, SequenceLane } from './sequence-lane.ts';
import { SequenceMerge } from './sequence-merge.ts';

export interface SequenceInput {
  readonly filter: MessageFilter;
  readonly backlog: number;
  readonly live: boolean;
}

export interface SequenceEvent {
  readonly lanes: Lane[];
  readonly exchanges: Exchange[];
  readonly missed: number;
}

/** The first event does not wait longer for participants that do not answer; what they say later is merged later. */
const FIRST_MS = 1_500;
const BETWEEN_EVENTS_MS = 100;

/** All logs merged, for one viewer. Nothing is read before it is called, or after the viewer went away. */
export function watchSequence(ports: OperatorPorts, input: SequenceInput, signal: AbortSignal) {
  const watch = new SequenceWatch(ports, input);
  return watch.queue.iterate(signal, () => watch.close());
}

class SequenceWatch {
  readonly queue = new EventQueue<SequenceEvent>(() => this.#tellSoon());
  readonly #ports: OperatorPorts;
  readonly #input: SequenceInput;
  readonly #merge: SequenceMerge;
  readonly #lanes = new Map<string, SequenceLane>();
  readonly #over = new AbortController();
  readonly #stopStatus: () => void;
  #hasBegun = false;
  #planned: NodeJS.Timeout | undefined;
  #toldLanes = '';

  constructor(ports: OperatorPorts, input: SequenceInput) {
    this.#ports = ports;
    this.#input = input;
    const { cell } = ports.api;
    this.#merge = new SequenceMerge({
      filter: input.filter,
      self: cell.status().agentId,
      agentAt: (address) => ADDRESSES.list(cell.state).find(({ value }) => value.grpcAddress === address)?.id,
    });
    this.#followParticipants();
    this.#stopStatus = cell.onStatus(() => this.#followParticipants());
    void this.#begin();
  }

  close(): void {
    this.#over.abort();
    this.#stopStatus();
    clearTimeout(this.#planned);
    for (const lane of this.#lanes.values()) lane.close();
  }

  async #begin(): Promise<void> {
    const { backlog, live } = this.#input;
    const { signal } = this.#over;
    const late = delay(FIRST_MS, undefined, { signal }).catch(() => undefined);
    const all = Promise.all([...this.#lanes.values()].map(({ begun }) => begun));
    await (live ? Promise.race([all, late]) : all);
    if (signal.aborted) return;
    this.#hasBegun = true;
    const lanes = this.#laneViews();
    this.#toldLanes = JSON.stringify(lanes);
    this.queue.push({ lanes, ...this.#merge.takeNewest(backlog) });
    if (!live) this.queue.end();
  }

  /** Newcomers appear as lanes, whoever left vanishes. This agent has one also while it is no participant. */
  #followParticipants(): void {
    const { agentId: self, configuration } = this.#ports.api.cell.status();
    const wanted = new Set([self, ...configuration.participants.map(({ agentId }) => agentId)]);
    for (const [agentId, lane] of this.#lanes) {
      if (wanted.has(agentId)) continue;
      lane.close();
      this.#lanes.delete(agentId);
      this.#merge.left(agentId);
    }
    for (const agentId of wanted) {
      if (this.#lanes.has(agentId)) continue;
      this.#merge.expected(agentId);
      const { filter, backlog, live } = this.#input;
      const log = agentId === self ? this.#ownLog() : this.#logOf(agentId);
      const options = { agentId, log, filter, backlog, live, merge: this.#merge, onNews: () => this.#tellSoon() };
      this.#lanes.set(agentId, new SequenceLane(options));
    }
    this.#tellSoon();
  }

  #ownLog(): LaneLog {
    const { rpcLog } = this.#ports.observe;
    return {
      query: (limit, filter) => queryLog(rpcLog, { filter, limit, beforeSequence: 0 }),
      watch: (from, filter, signal) => watchLog(rpcLog, filter, from, signal),
    };
  }

  #logOf(agentId: string): LaneLog {
    const { logs } = this.#ports;
    return {
      query: (limit, filter, signal) => logs.query(agentId, { filter, limit, beforeSequence: 0 }, signal),
      watch: (from, filter, signal) => logs.watch(agentId, filter, from, signal),
    };
  }

  #tellSoon(): void {
    if (!this.#hasBegun || !this.#input.live || this.#over.signal.aborted) return;
    this.#planned ??= setTimeout(() => {
      this.#planned = undefined;
      this.#tell();
    }, BETWEEN_EVENTS_MS);
  }

  /** A slow viewer gets later what comes together meanwhile: the merge is the buffer, and counts what it drops. */
  #tell(): void {
    if (this.queue.length > 0) return;
    const { exchanges, missed } = this.#merge.take();
    const lanes = this.#laneViews();
    const shownLanes = JSON.stringify(lanes);
    if (exchanges.length === 0 && missed === 0 && shownLanes === this.#toldLanes) return;
    this.#toldLanes = shownLanes;
    this.queue.push({ lanes, exchanges, missed });
  }

  #laneViews(): Lane[] {
    const { state } = this.#ports.api.cell;
    return [...this.#lanes.values()]
      .map(({ agentId, problem }) => ({
        agentId,
        name: nameOfAgent(state, agentId),
        reachable: problem === '',
        problem,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }
}
