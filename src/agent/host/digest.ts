import type { Command, Comparison, Operation } from '../machine/commands.ts';
import { type CoordinationPart, coordinationParts } from './coordination-parts.ts';

/**
 * A 53-bit digest of a command and of the session that it acts as, if its place does not say so: the same place in a session with another command is refused by it. It tells mistakes
 * apart, not attacks. Every agent and version must compute the same, because a repeat may come through any of them.
 */
export function digestOf(command: Command, asSessionId?: string): number {
  const hash = new Hash();
  hash.text(command.kind);
  addCommand(hash, command);
  if ('fencingToken' in command && command.fencingToken !== undefined) addToken(hash, command.fencingToken);
  if (asSessionId !== undefined) hash.text(asSessionId);
  return hash.value();
}

function addCommand(hash: Hash, command: Command): void {
  switch (command.kind) {
    case 'put':
    case 'delete':
    case 'deleteRange':
      addOperation(hash, command);
      return;
    case 'compareAndWrite':
      hash.text(command.key);
      hash.flag(command.expected.kind === 'value');
      if (command.expected.kind === 'value') hash.bytes(command.expected.value);
      else hash.number(command.expected.version);
      hash.flag(command.value === undefined);
      if (command.value !== undefined) hash.bytes(command.value);
      hash.text(command.leaseId);
      return;
    case 'transact':
      hash.number(command.compare.length);
      for (const comparison of command.compare) addComparison(hash, comparison);
      hash.number(command.then.length);
      for (const operation of command.then) addOperation(hash, operation);
      for (const operation of command.otherwise) addOperation(hash, operation);
      return;
    case 'compact':
      hash.number(command.floor);
      return;
    case 'openSession':
      hash.text(command.sessionId);
      hash.number(command.ttlMs);
      hash.text(command.owner);
      return;
    case 'endSession':
      hash.text(command.sessionId);
      return;
    case 'grantLease':
      hash.text(command.leaseId);
      hash.number(command.ttlMs);
      return;
    case 'revokeLease':
      hash.text(command.leaseId);
      return;
    case 'fireTimer':
      hash.text(command.timerId);
      hash.number(command.generation);
      return;
    case 'setParticipant': {
      hash.text(command.agentId);
      hash.text(command.name);
      hash.text(command.grpcAddress);
      hash.text(command.httpAddress);
      for (const [label, value] of Object.entries(command.labels).sort(byLabel)) {
        hash.text(label);
        hash.text(value);
      }
      hash.text(command.version);
      return;
    }
    case 'pinRole':
      hash.text(command.agentId);
      hash.text(command.pin);
      return;
    default:
      addParts(hash, coordinationParts(command));
      return;
  }
}

/** Writes without a token have the digest that they had before there were tokens. */
function addToken(hash: Hash, fencingToken: number): void {
  if (fencingToken === 0) return;
  hash.text('fencingToken');
  hash.number(fencingToken);
}

function addParts(hash: Hash, parts: readonly CoordinationPart[]): void {
  for (const part of parts) {
    if (typeof part === 'string') hash.text(part);
    else if (typeof part === 'number') hash.number(part);
    else if (typeof part === 'boolean') hash.flag(part);
    else if (part instanceof Uint8Array) hash.bytes(part);
    else {
      hash.number(part.length);
      addParts(hash, part);
    }
  }
}

function byLabel(a: readonly [string, string], b: readonly [string, string]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function addOperation(hash: Hash, operation: Operation): void {
  hash.text(operation.kind);
  switch (operation.kind) {
    case 'put':
      hash.text(operation.key);
      hash.bytes(operation.value);
      hash.text(operation.leaseId);
      hash.flag(operation.returnPrevious);
      return;
    case 'delete':
      hash.text(operation.key);
      hash.flag(operation.returnPrevious);
      return;
    case 'deleteRange':
      hash.text(operation.start);
      hash.text(operation.end);
      hash.flag(operation.returnPrevious);
      return;
    case 'read':
      hash.text(operation.start);
      hash.text(operation.end);
      hash.number(operation.limit);
      hash.flag(operation.keysOnly);
      hash.flag(operation.countOnly);
      return;
  }
}

function addComparison(hash: Hash, comparison: Comparison): void {
  hash.text(comparison.start);
  hash.text(comparison.end);
  hash.text(comparison.target);
  hash.text(comparison.operator);
  hash.bytes(comparison.value);
  hash.number(comparison.number);
  hash.text(comparison.leaseId);
}

/** Two 32-bit FNV-1a hashes side by side with different primes; every part is preceded by its length. */
class Hash {
  // Kept as signed 32-bit integers, which cost no allocation.
  private a = 0x811c9dc5 | 0;
  private b = 0xc9dc5118 | 0;

  private add(part: number): void {
    this.a = Math.imul(this.a ^ part, 0x01000193);
    const b = Math.imul(this.b ^ part, 0x85ebca6b);
    this.b = b ^ (b >>> 13);
  }
  number(value: number): void {
    this.add(value | 0);
    this.add(Math.floor(value / 2 ** 32) | 0);
  }
  flag(value: boolean): void {
    this.add(value ? 1 : 0);
  }
  text(value: string): void {
    const { length } = value;
    this.add(length);
    let { a, b } = this;
    for (let index = 0; index < length; index += 1) {
      const part = value.charCodeAt(index);
      a = Math.imul(a ^ part, 0x01000193);
      b = Math.imul(b ^ part, 0x85ebca6b);
      b ^= b >>> 13;
    }
    this.a = a;
    this.b = b;
  }
  bytes(value: Uint8Array): void {
    const { length } = value;
    this.add(length);
    let { a, b } = this;
    let index = 0;
    // Four at a time: large values are what takes long.
    for (; index + 4 <= length; index += 4) {
      const part = value[index]! | (value[index + 1]! << 8) | (value[index + 2]! << 16) | (value[index + 3]! << 24);
      a = Math.imul(a ^ part, 0x01000193);
      b = Math.imul(b ^ part, 0x85ebca6b);
      b ^= b >>> 13;
    }
    for (; index < length; index += 1) {
      const part = value[index] as number;
      a = Math.imul(a ^ part, 0x01000193);
      b = Math.imul(b ^ part, 0x85ebca6b);
      b ^= b >>> 13;
    }
    this.a = a;
    this.b = b;
  }
  value(): number {
    return (this.b & 0x1fffff) * 2 ** 32 + (this.a >>> 0);
  }
}
