import type { JournalReader, Writes } from '../consensus/io.ts';
import type { Envelope } from '../consensus/messages.ts';
import type { JournalEntry, Slot, Token } from '../consensus/types.ts';
import type { LogDisk } from '../storage/log-disk.ts';
import type { HostObserver } from './observer.ts';
import type { HostPorts } from './ports.ts';

interface HeldMessage {
  readonly envelope: Envelope;
  readonly after: Token;
}

/**
 * Group commit. All writes of a turn are one transaction; an fsync covers every transaction committed before it began, and
 * one is in flight at a time. A message that names a token leaves only when that token is durable.
 */
export class Durability implements JournalReader {
  #disk: LogDisk;
  #ports: HostPorts;
  #observer: HostObserver;
  #send: (envelope: Envelope) => void;
  #persisted: (token: Token) => void;

  #uncommitted: Writes[] = [];
  #writtenToken: Token = 0;
  #committedToken: Token = 0;
  #durableToken: Token = 0;
  #isSyncing = false;
  #held: HeldMessage[] = [];

  constructor(options: {
    disk: LogDisk;
    ports: HostPorts;
    observer: HostObserver;
    send: (envelope: Envelope) => void;
    /** Called from the disk's callback; messages that waited have been sent by then. Must lead to another `settle`. */
    persisted: (token: Token) => void;
  }) {
    this.#disk = options.disk;
    this.#ports = options.ports;
    this.#observer = options.observer;
    this.#send = options.send;
    this.#persisted = options.persisted;
  }

  persist(token: Token, writes: Writes): void {
    this.#uncommitted.push(writes);
    this.#writtenToken = token;
  }

  send(envelope: Envelope, after: Token | undefined): void {
    if (after === undefined || after <= this.#durableToken) this.#send(envelope);
    else this.#held.push({ envelope, after });
  }

  /** The replica may ask for what it wrote in this very turn. */
  read(fromSlot: Slot, throughSlot: Slot, maxBytes: number): JournalEntry[] {
    this.commit();
    return this.#disk.read(fromSlot, throughSlot, maxBytes);
  }

  /**
   * Ends a turn. While an fsync is in flight nothing is committed: it could not be made durable before the next one
   * anyway, and one larger transaction costs less than several small ones.
   */
  settle(): void {
    if (this.#isSyncing) return;
    this.commit();
    if (this.#committedToken === this.#durableToken) return;
    this.#isSyncing = true;
    const covered = this.#committedToken;
    const startedMs = this.#ports.nowMs();
    this.#disk.fsync(() => {
      this.#isSyncing = false;
      this.#observer.fsynced(this.#ports.nowMs() - startedMs);
      this.#durableToken = covered;
      this.#release();
      this.#persisted(covered);
    });
  }

  /** Visible to `read`, and there after a crash of this process; durable with the next fsync that begins. */
  commit(): void {
    if (this.#uncommitted.length === 0) return;
    const writes = merge(this.#uncommitted);
    this.#uncommitted = [];
    const startedMs = this.#ports.nowMs();
    this.#disk.commit(writes);
    this.#committedToken = this.#writtenToken;
    this.#observer.committed(this.#ports.nowMs() - startedMs, writes.entries?.length ?? 0);
  }

  #release(): void {
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = [];
    for (const message of held) {
      if (message.after <= this.#durableToken) this.#send(message.envelope);
      else this.#held.push(message);
    }
  }
}

/** In the order of the tokens: a later promise, entry or bound replaces the earlier one. */
function merge(batches: readonly Writes[]): Writes {
  const only = batches[0];
  if (batches.length === 1 && only !== undefined) return only;
  let merged: Writes = {};
  const entries: JournalEntry[] = [];
  for (const batch of batches) {
    merged = { ...merged, ...batch };
    if (batch.entries !== undefined) for (const entry of batch.entries) entries.push(entry);
  }
  return entries.length === 0 ? merged : { ...merged, entries };
}
