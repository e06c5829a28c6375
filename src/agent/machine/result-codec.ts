import type { LimitName } from './coordination-records.ts';
import type { Outcome } from './coordination-results.ts';
import { MachineInvariantError } from './invariant.ts';
import { latin1Of } from './keys.ts';
import type { OperationResult, Refusal, RefusalReason, Result, WriteResult } from './results.ts';
import type { KeyRecord } from './store.ts';

/**
 * The stored form of results. Binary and written by hand, because one is written with every request. A stored format:
 * another layout takes another tag.
 */
const TAG_WRITTEN = 1;
const TAG_REFUSED = 2;
const SUCCEEDED = 1;
const HAS_CURRENT = 2;
const HAS_PREVIOUS = 4;
const HAS_MORE = 8;
const HAS_OUTCOME = 16;
const HAS_FLOOR = 1;
const HAS_HOLDER = 2;
const HAS_SLOT = 4;
const HAS_SINCE = 8;
const HAS_LIMIT = 16;

/** Grows to what it is given; reused for every result, so that encoding allocates only what is kept. */
export class ResultWriter {
  #bytes = new Uint8Array(1_024);
  #numbers = new DataView(this.#bytes.buffer);
  #length = 0;

  start(): void {
    this.#length = 0;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Fixed width and every value: for what is no count. */
  float(value: number): void {
    this.#reserve(8);
    this.#numbers.setFloat64(this.#length, value);
    this.#length += 8;
  }

  result(result: Result): void {
    if (result.kind === 'written') this.#written(result);
    else this.#refused(result);
  }

  #written(result: WriteResult): void {
    const { current, previous, results, outcome } = result;
    this.#byte(TAG_WRITTEN);
    this.#byte(
      (result.succeeded ? SUCCEEDED : 0) |
        (current === undefined ? 0 : HAS_CURRENT) |
        (previous === undefined ? 0 : HAS_PREVIOUS) |
        (outcome === undefined ? 0 : HAS_OUTCOME),
    );
    this.#count(result.revision);
    this.#count(result.slot);
    this.#count(result.deleted);
    if (current !== undefined) this.#record(current);
    if (previous !== undefined) this.#record(previous);
    this.#count(results.length);
    for (const one of results) this.#operation(one);
    // Small, and of many forms: as people can read it.
    if (outcome !== undefined) this.#text(JSON.stringify(outcome));
  }

  #operation({ items, count, more, previous }: OperationResult): void {
    this.#byte((more ? HAS_MORE : 0) | (previous === undefined ? 0 : HAS_PREVIOUS));
    this.#count(count);
    if (previous !== undefined) this.#record(previous);
    this.#count(items.length);
    for (const item of items) this.#record(item);
  }

  #refused({ reason, message, floor, holder, slot, heldSinceMs, limit }: Refusal): void {
    this.#byte(TAG_REFUSED);
    const details = (floor === undefined ? 0 : HAS_FLOOR) | (holder === undefined ? 0 : HAS_HOLDER);
    const more = (heldSinceMs === undefined ? 0 : HAS_SINCE) | (limit === undefined ? 0 : HAS_LIMIT);
    this.#byte(details | (slot === undefined ? 0 : HAS_SLOT) | more);
    this.#latin1(reason);
    this.#text(message);
    if (floor !== undefined) this.#count(floor);
    if (holder !== undefined) this.#text(holder);
    if (slot !== undefined) this.#count(slot);
    if (heldSinceMs !== undefined) this.float(heldSinceMs);
    if (limit !== undefined) this.#latin1(limit);
  }

  #record({ key, value, createRevision, modRevision, version, leaseId }: KeyRecord): void {
    this.#latin1(key);
    this.#data(value);
    this.#count(createRevision);
    this.#count(modRevision);
    this.#count(version);
    this.#latin1(leaseId);
  }

  #latin1(text: string): void {
    this.#count(text.length);
    this.#reserve(text.length);
    for (let at = 0; at < text.length; at += 1) this.#bytes[this.#length + at] = text.charCodeAt(at);
    this.#length += text.length;
  }

  #text(text: string): void {
    this.#data(new TextEncoder().encode(text));
  }

  #data(bytes: Uint8Array): void {
    this.#count(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Seven bits at a time, lowest first; up to 2^53. */
  #count(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#length + bytes, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#numbers = new DataView(grown.buffer);
  }
}

export class ResultReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  float(): number {
    const { buffer, byteOffset } = this.#bytes;
    this.#at += 8;
    return new DataView(buffer, byteOffset + this.#at - 8, 8).getFloat64(0);
  }

  result(): Result {
    const tag = this.#byte();
    if (tag === TAG_WRITTEN) return this.#written();
    if (tag === TAG_REFUSED) return this.#refused();
    throw new MachineInvariantError(`a stored reply has the unknown form ${tag}`);
  }

  #written(): WriteResult {
    const flags = this.#byte();
    const revision = this.#count();
    const slot = this.#count();
    const deleted = this.#count();
    const current = flags & HAS_CURRENT ? this.#record() : undefined;
    const previous = flags & HAS_PREVIOUS ? this.#record() : undefined;
    const results: OperationResult[] = [];
    for (let left = this.#count(); left > 0; left -= 1) results.push(this.#operation());
    const succeeded = (flags & SUCCEEDED) !== 0;
    const outcome = flags & HAS_OUTCOME ? { outcome: JSON.parse(this.#text()) as Outcome } : {};
    return { kind: 'written', succeeded, revision, slot, current, previous, deleted, results, ...outcome };
  }

  #operation(): OperationResult {
    const flags = this.#byte();
    const count = this.#count();
    const previous = flags & HAS_PREVIOUS ? this.#record() : undefined;
    const items: KeyRecord[] = [];
    for (let left = this.#count(); left > 0; left -= 1) items.push(this.#record());
    return { items, count, more: (flags & HAS_MORE) !== 0, previous };
  }

  #refused(): Refusal {
    const flags = this.#byte();
    const reason = this.#latin1() as RefusalReason;
    const message = this.#text();
    return {
      kind: 'refused',
      reason,
      message,
      ...(flags & HAS_FLOOR ? { floor: this.#count() } : {}),
      ...(flags & HAS_HOLDER ? { holder: this.#text() } : {}),
      ...(flags & HAS_SLOT ? { slot: this.#count() } : {}),
      ...(flags & HAS_SINCE ? { heldSinceMs: this.float() } : {}),
      ...(flags & HAS_LIMIT ? { limit: this.#latin1() as LimitName } : {}),
    };
  }

  #record(): KeyRecord {
    const key = this.#latin1();
    const value = this.#data();
    const createRevision = this.#count();
    const modRevision = this.#count();
    const version = this.#count();
    return { key, value, createRevision, modRevision, version, leaseId: this.#latin1() };
  }

  #text(): string {
    return new TextDecoder().decode(this.#data());
  }

  #latin1(): string {
    return latin1Of(this.#data());
  }

  #data(): Uint8Array {
    const length = this.#count();
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new MachineInvariantError('a stored reply is cut short');
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  #count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new MachineInvariantError('a stored reply is cut short');
    this.#at += 1;
    return byte;
  }
}
