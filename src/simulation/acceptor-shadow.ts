import type { Writes } from '../agent/consensus/io.ts';
import type { AgentId, Ballot, JournalEntry, Slot } from '../agent/consensus/types.ts';
import type { FoundLog } from '../agent/storage/log-disk.ts';
import type { ChosenJournal } from './chosen-journal.ts';
import { ballotText, higherBallot, type Identity, isBelow, isSameBallot } from './identity.ts';
import { require } from './violation.ts';

/** One commit as the harness saw it go to the disk. */
type Batch =
  | { readonly kind: 'writes'; readonly writes: Writes }
  | { readonly kind: 'install'; readonly slot: Slot; readonly promised: Ballot };

/**
 * What one agent's disk must hold, kept apart from the simulated disk: the commits that were seen, and how many of them
 * are durable. Votes and promises are judged by this, never by what the agent says of itself.
 */
export class AcceptorShadow {
  readonly agentId: AgentId;
  /** How often it has started. */
  life = 0;
  /** Of everything committed. */
  promised: Ballot = { round: 0, agentId: '' };
  durablePromised: Ballot = { round: 0, agentId: '' };
  private statePromised: Ballot = { round: 0, agentId: '' };
  /** Durably known chosen: by the log's own bound or by an installed snapshot. */
  durableChosen: Slot = 0;
  /** The highest ballot in which a positive answer left this agent, over all its lives. */
  answeredBallot: Ballot = { round: 0, agentId: '' };

  private readonly identity: Identity;
  private readonly chosen: ChosenJournal;
  private readonly durable = new Map<Slot, JournalEntry>();
  private pending: Batch[] = [];
  private durableCount = 0;
  /** Up to here the durable entries are known to equal the chosen ones, or a snapshot covers them. */
  private matched: Slot = 0;
  private floor: Slot = 1;

  constructor(agentId: AgentId, identity: Identity, chosen: ChosenJournal) {
    this.agentId = agentId;
    this.identity = identity;
    this.chosen = chosen;
  }

  /** The disk as it was before anything ran: founding, or a copy from outside. */
  initialise(promised: Ballot, entries: readonly JournalEntry[], chosenThrough: Slot): void {
    this.promised = promised;
    this.durablePromised = promised;
    this.durableChosen = chosenThrough;
    for (const entry of entries) this.durable.set(entry.slot, entry);
  }

  committed(writes: Writes): void {
    const { promised, entries, chosenThrough } = writes;
    for (const { slot, ballot, entry } of entries ?? []) {
      this.chosen.proposed(slot, ballot, entry);
      // Only what is chosen is taken whatever was promised.
      const isChosen = this.chosen.at(slot)?.value === this.identity.entry(entry);
      require(isChosen || !isBelow(ballot, this.promised), 'no acceptor acts below its durable promise', () => {
        return `${this.agentId} accepts slot ${slot} in ${ballotText(ballot)} below ${ballotText(this.promised)}`;
      });
    }
    if (promised !== undefined) {
      require(!isBelow(promised, this.promised), 'no acceptor acts below its durable promise', () => {
        return `${this.agentId} lowers its promise from ${ballotText(this.promised)} to ${ballotText(promised)}`;
      });
      this.promised = promised;
    }
    if (chosenThrough !== undefined) {
      require(chosenThrough <= this.chosen.through, 'a choice follows from the durable state of a majority', () => {
        return `${this.agentId} stores that all is chosen through ${chosenThrough}, but it is through ${this.chosen.through}`;
      });
    }
    this.pending.push({ kind: 'writes', writes });
  }

  /** The promise binds from when it is durable; until then the agent has not been told of it. */
  installed(slot: Slot, promised: Ballot): void {
    this.pending.push({ kind: 'install', slot, promised });
  }

  /** Everything through the given number of commits, counted from the start of this life, is durable. */
  becameDurable(count: number): void {
    while (this.durableCount < count) {
      const batch = this.pending.shift();
      if (batch === undefined) throw new Error(`${this.agentId}: more durable commits than commits`);
      this.durableCount += 1;
      this.makeDurable(batch);
    }
  }

  /**
   * The state was flushed with it, which may be before the commit that it comes from is durable. Nobody was told of it yet,
   * so it may go again, with that state: a snapshot whose commit came before takes the place of both.
   */
  promiseBecameDurable(promised: Ballot): void {
    this.statePromised = higherBallot(promised, this.statePromised);
  }

  /** The process died; the disk kept the first `count` commits of its life. */
  crashed(count: number): void {
    this.becameDurable(Math.max(count, this.durableCount));
    this.pending = [];
    this.durableCount = 0;
    this.durablePromised = higherBallot(this.statePromised, this.durablePromised);
    this.promised = this.durablePromised;
  }

  /** What the disk gives back at a start must be what was durable. */
  booted(found: FoundLog, stateSlot: Slot, read: (slot: Slot) => JournalEntry | undefined): void {
    this.life += 1;
    this.durableChosen = Math.max(this.durableChosen, stateSlot);
    require(!isBelow(found.promised, this.durablePromised), 'no acceptor acts below its durable promise', () => {
      return `${this.agentId} starts with ${ballotText(found.promised)}, had ${ballotText(this.durablePromised)}`;
    });
    this.promised = found.promised;
    this.durablePromised = found.promised;
    this.dropBelow(found.floor);
    for (const [slot, { ballot, entry }] of this.durable) {
      const there = read(slot);
      const isThere =
        there !== undefined &&
        isSameBallot(there.ballot, ballot) &&
        this.identity.entry(there.entry) === this.identity.entry(entry);
      require(isThere, 'the disk holds what was durable', () => {
        return `${this.agentId} starts without slot ${slot} in ${ballotText(ballot)}`;
      });
    }
  }

  /** The journal no longer holds slots below `floor`: durable state covers them. */
  dropBelow(floor: Slot): void {
    this.matchChosen();
    this.matched = Math.max(this.matched, floor - 1);
    while (this.floor < floor) {
      this.durable.delete(this.floor);
      this.floor += 1;
    }
  }

  /** Everything through `slot` is durable here and either chosen or accepted in `ballot`. */
  checkCovers(ballot: Ballot, through: Slot): void {
    this.matchChosen();
    for (let slot = this.matched + 1; slot <= through; slot += 1) {
      require(this.chosen.hasVote(this.agentId, slot, ballot), 'an acknowledgement covers only what is durable', () => {
        const there = this.durable.get(slot);
        const has = there === undefined ? 'nothing' : `an entry of ${ballotText(there.ballot)}`;
        return `${this.agentId} acknowledges through ${through} in ${ballotText(ballot)} and has ${has} in slot ${slot}`;
      });
    }
  }

  private matchChosen(): void {
    for (;;) {
      const next = this.matched + 1;
      const chosen = this.chosen.at(next);
      const there = this.durable.get(next);
      if (chosen === undefined || there === undefined) return;
      if (this.identity.entry(there.entry) !== chosen.value) return;
      this.matched = next;
    }
  }

  private makeDurable(batch: Batch): void {
    if (batch.kind === 'install') {
      this.matched = Math.max(this.matched, batch.slot);
      this.durableChosen = Math.max(this.durableChosen, batch.slot);
      this.durablePromised = higherBallot(batch.promised, this.durablePromised);
      this.statePromised = { round: 0, agentId: '' };
      this.dropBelow(batch.slot + 1);
      return;
    }
    const { promised, entries, chosenThrough } = batch.writes;
    for (const stored of entries ?? []) {
      if (stored.slot >= this.floor) this.durable.set(stored.slot, stored);
      this.chosen.voted(this.agentId, stored.slot, stored.ballot, stored.entry);
    }
    if (promised !== undefined) this.durablePromised = higherBallot(promised, this.durablePromised);
    if (chosenThrough !== undefined) this.durableChosen = Math.max(this.durableChosen, chosenThrough);
  }
}
