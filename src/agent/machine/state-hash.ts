import { MachineInvariantError } from './invariant.ts';
import type { KeyChange } from './store.ts';

/** Longer values count with their length and this many bytes of either end, unless all bytes are asked for. */
const SAMPLE_BYTES = 128;

/**
 * A chained hash over everything applied, to notice agents that diverge (invariant 5). Two 32-bit lanes, because 64-bit
 * arithmetic in JavaScript allocates. It finds mistakes; it is no protection against intent.
 */
export class StateHash {
  #a: number;
  #b: number;
  readonly #hashesWholeValues: boolean;

  /** Continues from the `text` of another one; empty: from the beginning. */
  constructor(text: string, hashesWholeValues: boolean) {
    if (!/^([0-9a-f]{16})?$/.test(text)) throw new MachineInvariantError(`the state hash ${text} cannot be read`);
    this.#a = text === '' ? 0x811c9dc5 : Number.parseInt(text.slice(0, 8), 16) | 0;
    this.#b = text === '' ? 0x9e3779b9 : Number.parseInt(text.slice(8), 16) | 0;
    this.#hashesWholeValues = hashesWholeValues;
  }

  get text(): string {
    return hex(this.#a) + hex(this.#b);
  }

  change(change: KeyChange): void {
    this.string(change.key);
    this.#mix(change.kind === 'put' ? change.version : -1);
    this.number(change.createRevision);
    this.number(change.modRevision);
    this.number(change.stampMs);
    if (change.leaseId !== '') this.string(change.leaseId);
    this.bytes(change.value);
  }

  number(value: number): void {
    this.#mix(value | 0);
    this.#mix((value / 0x1_0000_0000) | 0);
  }

  string(text: string): void {
    this.#mix(text.length);
    for (let at = 0; at < text.length; at += 1) this.#mix(text.charCodeAt(at));
  }

  bytes(value: Uint8Array): void {
    this.#mix(value.length);
    if (this.#hashesWholeValues || value.length <= 2 * SAMPLE_BYTES) {
      this.#span(value, 0, value.length);
    } else {
      this.#span(value, 0, SAMPLE_BYTES);
      this.#span(value, value.length - SAMPLE_BYTES, value.length);
    }
  }

  #span(value: Uint8Array, from: number, to: number): void {
    let at = from;
    for (; at + 4 <= to; at += 4) {
      this.#mix(value[at]! | (value[at + 1]! << 8) | (value[at + 2]! << 16) | (value[at + 3]! << 24));
    }
    for (; at < to; at += 1) this.#mix(value[at]!);
  }

  #mix(part: number): void {
    const a = Math.imul(this.#a ^ part, 0x01000193);
    this.#a = a ^ (a >>> 15);
    const b = Math.imul(this.#b ^ part, 0x85ebca6b);
    this.#b = b ^ (b >>> 13);
  }
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
