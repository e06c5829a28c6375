import type { Core } from './core.ts';
import { sizeOf } from './journal.ts';
import type { AgentId, Ballot, Slot } from './types.ts';

/** How much may be on its way to one participant. */
const WINDOW_BYTES = 16 * 1024 * 1024;
/** Pause between two snapshot offers to the same participant. */
const OFFER_PAUSE_MS = 500;

/** What a leader knows of one participant, in its own ballot. */
export class ParticipantProgress {
  readonly agentId: AgentId;
  /** Next slot to send. */
  next: Slot;
  /** Durable there: known chosen or accepted in this ballot. */
  through: Slot = 0;
  /** Durably stored as chosen there. */
  chosenThrough: Slot = 0;
  applied: Slot = 0;
  priority = 0;
  lastHeardMs: number;
  /** The chosen prefix as last told. */
  told: Slot = 0;
  /** The heartbeat round that was the newest when entries were last sent. */
  sentInRound = 0;
  #inFlight: { through: Slot; bytes: number }[] = [];
  inFlightBytes = 0;
  offeredMs = Number.NEGATIVE_INFINITY;
  /** When a reported gap was last answered, so that one lost message is not answered a hundred times. */
  rewoundMs = Number.NEGATIVE_INFINITY;

  constructor(agentId: AgentId, next: Slot, nowMs: number) {
    this.agentId = agentId;
    this.next = next;
    this.lastHeardMs = nowMs;
  }

  sent(through: Slot, bytes: number): void {
    this.next = through + 1;
    this.#inFlight.push({ through, bytes });
    this.inFlightBytes += bytes;
  }

  received(through: Slot): void {
    while (this.#inFlight.length > 0 && (this.#inFlight[0]?.through ?? 0) <= through) {
      this.inFlightBytes -= this.#inFlight.shift()?.bytes ?? 0;
    }
    if (through >= this.next) this.next = through + 1;
  }

  rewind(next: Slot): void {
    this.next = next;
    // What arrived and is not durable there yet still counts.
    while (this.#inFlight.length > 0 && (this.#inFlight.at(-1)?.through ?? 0) >= next) {
      this.inFlightBytes -= this.#inFlight.pop()?.bytes ?? 0;
    }
  }
}

/** Sends what is proposed and what is chosen to every participant, learners too, each at its own pace. */
export class Replication {
  readonly progress = new Map<AgentId, ParticipantProgress>();
  #core: Core;
  #ballot: Ballot;
  /** First slot proposed in this ballot: everything below was chosen before and travels as chosen. */
  #firstSlot: Slot;

  constructor(core: Core, ballot: Ballot) {
    this.#core = core;
    this.#ballot = ballot;
    this.#firstSlot = core.learner.chosenThrough + 1;
    this.participantsChanged();
  }

  participantsChanged(): void {
    const { learner, options, nowMs } = this.#core;
    const present = new Set(learner.configuration.participants.map(({ agentId }) => agentId));
    for (const agentId of this.progress.keys()) if (!present.has(agentId)) this.progress.delete(agentId);
    for (const agentId of present) {
      if (agentId === options.agentId || this.progress.has(agentId)) continue;
      this.progress.set(agentId, new ParticipantProgress(agentId, this.#firstSlot, nowMs));
    }
  }

  /** The receiver misses everything from `slot` on. */
  onGap(progress: ParticipantProgress, slot: Slot): void {
    const { nowMs, options } = this.#core;
    // A report that was overtaken by a newer one says nothing.
    if (slot >= progress.next || slot <= progress.through) return;
    if (nowMs - progress.rewoundMs < options.config.heartbeatMs) return;
    progress.rewoundMs = nowMs;
    progress.rewind(slot);
  }

  send(proposedThrough: Slot, round: number): void {
    for (const progress of this.progress.values()) this.#sendTo(progress, proposedThrough, round);
  }

  #sendTo(progress: ParticipantProgress, proposedThrough: Slot, round: number): void {
    const { journal, learner, nowMs, options, outbox } = this.#core;
    const { chosenThrough } = learner;
    // Whoever is silent gets heartbeats only; its answer restarts the flow.
    const isSilent = nowMs - progress.lastHeardMs > 2 * options.config.electionMaxMs;
    while (!isSilent && progress.next <= proposedThrough && progress.inFlightBytes < WINDOW_BYTES) {
      if (progress.next < journal.floor) {
        if (nowMs - progress.offeredMs < OFFER_PAUSE_MS) break;
        progress.offeredMs = nowMs;
        outbox.send(progress.agentId, { kind: 'snapshotOffer', floor: journal.floor, chosenThrough });
        break;
      }
      const isOlder = progress.next < this.#firstSlot;
      const last = isOlder ? this.#firstSlot - 1 : proposedThrough;
      const items = journal.slice(progress.next, last, options.config.acceptMaxBytes);
      // A snapshot is being installed here: the disk has dropped what it covers.
      if (items.length === 0) break;
      const bytes = items.reduce((sum, item) => sum + sizeOf(item), 0);
      const fromSlot = progress.next;
      if (isOlder) {
        outbox.send(progress.agentId, {
          kind: 'chosen',
          ballot: this.#ballot,
          entries: items,
          chosenThrough,
          floor: journal.floor,
        });
      } else {
        const entries = items.map((item) => item.entry);
        outbox.send(progress.agentId, { kind: 'accept', ballot: this.#ballot, fromSlot, entries, chosenThrough });
      }
      progress.sent(fromSlot + items.length - 1, bytes);
      progress.sentInRound = round;
      progress.told = chosenThrough;
    }
    if (progress.told < chosenThrough && !isSilent) this.tell(progress);
  }

  /** The chosen prefix alone, when there is nothing for it to ride on. */
  tell(progress: ParticipantProgress): void {
    const { journal, learner, outbox } = this.#core;
    const { chosenThrough } = learner;
    progress.told = chosenThrough;
    outbox.send(progress.agentId, {
      kind: 'chosen',
      ballot: this.#ballot,
      entries: [],
      chosenThrough,
      floor: journal.floor,
    });
  }
}
