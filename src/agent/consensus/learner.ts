import { compareBallots, formatBallot, higherBallot, sameBallot } from './ballot.ts';
import { decodeConfiguration } from './configuration.ts';
import type { Core } from './core.ts';
import { invariant } from './invariants.ts';
import type { Base, Delivered } from './io.ts';
import { sizeOf } from './journal.ts';
import type { AgentId, Ballot, Configuration, Entry, JournalEntry, Slot } from './types.ts';

/** How much is handed to the host before it says that it has applied some of it. */
const OUTSTANDING_BYTES_MAX = 8 * 1024 * 1024;
const DELIVERY_PAGE_BYTES = 1024 * 1024;

/** What the chosen prefix says up to some slot; a pure function of that prefix. */
interface Prefix {
  slot: Slot;
  era: Ballot;
  configuration: Configuration;
  configurationSlot: Slot;
}

/** An entry of an older era is void: a newer leader may have promised the contrary of what it would do. */
function isVoid(entry: Entry, era: Ballot): boolean {
  return compareBallots(entry.origin, era) < 0;
}

/** Moves a prefix on by one entry. A void no-op does not move the era. */
export function extendPrefix(prefix: Prefix, slot: Slot, entry: Entry): void {
  prefix.slot = slot;
  if (entry.kind === 'configuration') {
    invariant(!isVoid(entry, prefix.era), 'a configuration entry is never void', () => {
      return `slot ${slot} from ${formatBallot(entry.origin)} in era ${formatBallot(prefix.era)}`;
    });
    const configuration = decodeConfiguration(entry.payload);
    invariant(configuration.epoch === prefix.configuration.epoch + 1, 'epochs follow each other', () => {
      return `slot ${slot} has epoch ${configuration.epoch} after ${prefix.configuration.epoch}`;
    });
    prefix.configuration = configuration;
    prefix.configurationSlot = slot;
  } else if (entry.kind === 'noop' && !isVoid(entry, prefix.era)) {
    prefix.era = entry.origin;
  }
}

/** Knows which slots are chosen, what configuration and era follow from them, and hands them on in order. */
export class Learner {
  #core: Core;
  #prefix: Prefix;
  /** Recorded in the journal's database together with some batch: a restart begins from it. */
  #recorded: Slot;
  #recording: { token: number; chosenThrough: Slot }[] = [];
  /** The chosen prefix as far as it is durably known as such. */
  durableChosen: Slot;
  applied: Slot;
  #delivered: Slot;
  #deliveredEra: Ballot;
  #outstanding: { slot: Slot; bytes: number }[] = [];
  #outstandingBytes = 0;

  constructor(core: Core, base: Base) {
    this.#core = core;
    const { slot, era, configuration, configurationSlot } = base;
    this.#prefix = { slot, era, configuration, configurationSlot };
    this.#recorded = base.slot;
    this.durableChosen = base.slot;
    this.applied = base.slot;
    this.#delivered = base.slot;
    this.#deliveredEra = base.era;
  }

  /** A restart evaluates configurations up to the recorded lower bound of the chosen prefix. */
  start(recordedChosenThrough: Slot): void {
    for (let slot = this.#prefix.slot + 1; slot <= recordedChosenThrough; slot += 1) {
      const item = this.#core.journal.get(slot);
      invariant(item !== undefined, 'chosen slots stay in the journal', () => `slot ${slot} is gone`);
      extendPrefix(this.#prefix, slot, item.entry);
    }
    this.#recorded = this.#prefix.slot;
    this.durableChosen = this.#prefix.slot;
  }

  get chosenThrough(): Slot {
    return this.#prefix.slot;
  }
  get era(): Ballot {
    return this.#prefix.era;
  }
  get configuration(): Configuration {
    return this.#prefix.configuration;
  }
  get configurationSlot(): Slot {
    return this.#prefix.configurationSlot;
  }

  /**
   * A prefix told in `ballot` makes a slot chosen here only if the entry here has that very ballot: an entry of another
   * ballot may be one that the teller never proposed.
   */
  learnPrefix(through: Slot, ballot: Ballot): void {
    const { journal } = this.#core;
    let last = this.chosenThrough;
    while (last < through) {
      const accepted = journal.ballotAt(last + 1);
      if (!accepted || !sameBallot(accepted, ballot)) break;
      last += 1;
    }
    this.advance(last);
  }

  /**
   * Entries sent as chosen are taken whatever was promised, and stored under the higher of their ballot and the one here.
   * They raise the promise to their ballots, in the same transaction: who campaigns under a change learned this way must do
   * so above the ballot it was chosen in, also after a restart, or an entry that a leader of the old voters left on one
   * disk outranks what the new voters choose.
   *
   * @returns 0, or the first slot that is missing before them.
   */
  learnEntries(entries: readonly JournalEntry[]): Slot {
    const { acceptor, journal, outbox, nowMs } = this.#core;
    const taken: JournalEntry[] = [];
    let last = this.chosenThrough;
    for (const { ballot } of entries) acceptor.promiseAtLeast(ballot);
    for (const item of entries) {
      if (item.slot <= last) continue;
      if (item.slot > last + 1) break;
      const here = journal.get(item.slot);
      const ballot = here ? higherBallot(item.ballot, here.ballot) : item.ballot;
      if (here && sameBallot(ballot, here.ballot)) {
        invariant(sameEntry(here.entry, item.entry), 'one value per slot', () => {
          return `slot ${item.slot}: accepted in ${formatBallot(here.ballot)}, another was chosen by ${formatBallot(item.ballot)}`;
        });
      } else {
        const stored = { slot: item.slot, ballot, entry: item.entry };
        journal.put(stored);
        taken.push(stored);
      }
      last = item.slot;
    }
    if (taken.length > 0) outbox.write({ entries: taken }, nowMs);
    this.advance(last);
    const first = entries[0];
    return first && first.slot > this.chosenThrough + 1 ? this.chosenThrough + 1 : 0;
  }

  /** Everything through `slot`, as it stands in the journal, is chosen. */
  advance(slot: Slot): void {
    if (slot <= this.chosenThrough) return;
    const { journal } = this.#core;
    const changes: { before: Configuration; after: Configuration; slot: Slot }[] = [];
    for (let next = this.chosenThrough + 1; next <= slot; next += 1) {
      const item = journal.get(next);
      invariant(item !== undefined, 'chosen slots are in the journal', () => `slot ${next}`);
      const before = this.configuration;
      extendPrefix(this.#prefix, next, item.entry);
      if (item.entry.kind === 'configuration') changes.push({ before, after: this.configuration, slot: next });
    }
    this.#core.acceptor.refresh();
    for (const { before, after, slot: changedAt } of changes) this.#configurationChosen(before, after, changedAt);
  }

  #configurationChosen(before: Configuration, after: Configuration, slot: Slot): void {
    const { outbox, leadership, handover } = this.#core;
    // Nobody campaigns under a configuration before it is durable here, so it is recorded at once.
    this.record();
    outbox.emit({ kind: 'configurationChosen', configuration: after, slot });
    handover.begin();
    leadership.configurationChanged(before, after);
  }

  /** Writes the chosen prefix down with the transaction of this step. */
  record(): void {
    if (this.#recorded >= this.chosenThrough) return;
    this.#recorded = this.chosenThrough;
    const token = this.#core.outbox.write({ chosenThrough: this.chosenThrough }, this.#core.nowMs);
    this.#recording.push({ token, chosenThrough: this.chosenThrough });
  }

  /** A lower bound rides along with whatever else is written. */
  recordAlong(): void {
    if (this.#core.outbox.isWriting) this.record();
  }

  settle(): void {
    const { durableToken } = this.#core.outbox;
    while (this.#recording.length > 0 && (this.#recording[0]?.token ?? 0) <= durableToken) {
      this.durableChosen = Math.max(this.durableChosen, this.#recording[0]?.chosenThrough ?? 0);
      this.#recording.shift();
    }
  }

  /** @returns false when the snapshot was not above what is applied here. */
  install(base: Base): boolean {
    if (base.slot <= this.applied) return false;
    const before = this.configuration;
    const { journal, acceptor, leadership } = this.#core;
    if (base.slot > this.chosenThrough) {
      if (leadership.leading) leadership.stepDown('a snapshot knows more than this ballot chose');
      const { slot, era, configuration, configurationSlot } = base;
      this.#prefix = { slot, era, configuration, configurationSlot };
    }
    if (base.promised) acceptor.promiseAtLeast(base.promised);
    journal.dropBelow(base.slot + 1);
    // The storage made it durable before it told us.
    this.#recorded = Math.max(this.#recorded, base.slot);
    this.durableChosen = Math.max(this.durableChosen, base.slot);
    this.applied = base.slot;
    if (base.slot > this.#delivered) {
      this.#delivered = base.slot;
      this.#deliveredEra = base.era;
    }
    this.#forgetOutstanding(base.slot);
    acceptor.snapshotInstalled(base.slot);
    if (this.configuration.epoch !== before.epoch) {
      this.#configurationChosen(before, this.configuration, this.configurationSlot);
    }
    return true;
  }

  onApplied(slot: Slot): void {
    this.applied = Math.max(this.applied, slot);
    this.#forgetOutstanding(slot);
  }

  #forgetOutstanding(slot: Slot): void {
    while (this.#outstanding.length > 0 && (this.#outstanding[0]?.slot ?? 0) <= slot) {
      this.#outstandingBytes -= this.#outstanding.shift()?.bytes ?? 0;
    }
  }

  /** Hands on what is chosen, in order, as much as the host may have outstanding. */
  deliver(): void {
    const { journal, outbox } = this.#core;
    while (this.#delivered < this.chosenThrough && this.#outstandingBytes < OUTSTANDING_BYTES_MAX) {
      const page = journal.slice(this.#delivered + 1, this.chosenThrough, DELIVERY_PAGE_BYTES);
      // A snapshot is being installed: the disk has dropped what it covers, and `install` is about to follow.
      if (page.length === 0) return;
      const entries: Delivered[] = [];
      for (const item of page) {
        const { slot, entry } = item;
        const void_ = isVoid(entry, this.#deliveredEra);
        if (entry.kind === 'noop' && !void_) this.#deliveredEra = entry.origin;
        entries.push({ slot, entry, isVoid: void_, era: this.#deliveredEra });
        const bytes = sizeOf(item);
        this.#outstanding.push({ slot, bytes });
        this.#outstandingBytes += bytes;
        this.#delivered = slot;
      }
      outbox.emit({ kind: 'deliver', entries });
    }
  }

  /** Sends entries known chosen from `fromSlot` on, or offers a snapshot when the journal no longer reaches back that far. */
  tell(to: AgentId, fromSlot: Slot, ballot: Ballot, maxBytes: number): Slot {
    const { journal, outbox } = this.#core;
    const { chosenThrough } = this;
    if (fromSlot < journal.floor) {
      outbox.send(to, { kind: 'snapshotOffer', floor: journal.floor, chosenThrough });
      return fromSlot - 1;
    }
    const entries = journal.slice(fromSlot, chosenThrough, maxBytes);
    outbox.send(to, { kind: 'chosen', ballot, entries, chosenThrough, floor: journal.floor });
    return fromSlot + entries.length - 1;
  }
}

function sameEntry(a: Entry, b: Entry): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || !sameBallot(a.origin, b.origin) || a.requestId !== b.requestId) return false;
  if (a.stampMs !== b.stampMs || a.payload.length !== b.payload.length) return false;
  return a.payload.every((byte, index) => byte === b.payload[index]);
}
