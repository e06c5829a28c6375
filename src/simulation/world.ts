import type { AgentId } from '../agent/consensus/types.ts';
import { AcceptorShadow } from './acceptor-shadow.ts';
import { ChosenJournal } from './chosen-journal.ts';
import { CoordinationShadow } from './coordination-shadow.ts';
import { Counters } from './counters.ts';
import { EventQueue } from './event-queue.ts';
import { Identity } from './identity.ts';
import { Invariants } from './invariants.ts';
import { LeaseBook } from './lease-book.ts';
import { Network } from './network.ts';
import type { AnyProcess } from './process.ts';
import { Random } from './random.ts';
import { Trace } from './trace.ts';

/** Everything that the processes of one run share. Nothing in it outlives the run. */
export class World {
  readonly queue = new EventQueue();
  readonly counters = new Counters();
  readonly trace = new Trace();
  readonly identity = new Identity();
  readonly random: Random;
  readonly network: Network;
  readonly chosen: ChosenJournal;
  readonly invariants: Invariants;
  readonly leases = new LeaseBook();
  readonly coordination: CoordinationShadow;
  readonly journalKeptSlots: number;
  readonly processes = new Map<AgentId, AnyProcess>();
  readonly #shadows = new Map<AgentId, AcceptorShadow>();

  constructor(seed: number, journalKeptSlots: number) {
    this.random = new Random(seed, 'world');
    this.journalKeptSlots = journalKeptSlots;
    this.chosen = new ChosenJournal(this.identity);
    this.invariants = new Invariants(this.identity, this.chosen, this.counters);
    this.coordination = new CoordinationShadow(this.counters, this.leases, () => this.queue.nowMs);
    this.network = new Network(this.queue, this.random.split('network'), this.counters, (to, message) => {
      this.processes.get(to)?.deliver(message);
    });
  }

  shadow(agentId: AgentId): AcceptorShadow {
    let shadow = this.#shadows.get(agentId);
    if (shadow === undefined) {
      shadow = new AcceptorShadow(agentId, this.identity, this.chosen);
      this.#shadows.set(agentId, shadow);
    }
    return shadow;
  }

  /** Lets virtual time pass until `untilMs`, or until `isDone` after some event. */
  runUntil(untilMs: number, isDone: () => boolean = () => false): boolean {
    while (!isDone()) {
      if (!this.queue.runNext(untilMs)) return isDone();
    }
    return true;
  }
}
