import type { Bytes, JournalEntryView } from '../contract/index.ts';
import type { JournalPort } from './api/operator/ports.ts';
import { decodeConfiguration } from './consensus/configuration.ts';
import type { AgentId, JournalEntry, Slot } from './consensus/types.ts';
import { decodeBundle } from './host/bundle-codec.ts';
import type { CellStatus } from './host/cell-port.ts';
import { summaryOf } from './journal-summary.ts';
import type { Command, Operation, Request } from './machine/commands.ts';
import { bytesOfKey, pathOfKey, pathViolation, spaceOf } from './machine/keys.ts';
import type { LogDisk } from './storage/log-disk.ts';

export interface JournalViewOptions {
  /** The journal on disk: what has just been written there is seen too. */
  readonly disk: Pick<LogDisk, 'found' | 'read'>;
  readonly status: () => CellStatus;
  readonly nameOf: (agentId: AgentId) => string;
}

/** Reading and decoding happen on the loop that heartbeats need too: a list ends after so much, the caller goes on. */
const LIST_BYTES_MAX = 16 * 1024 * 1024;
const READ_BYTES_MAX = 1024 * 1024;

/** The journal of this agent, decoded for people. */
export function createJournalView({ disk, status, nameOf }: JournalViewOptions): JournalPort {
  const view = (item: JournalEntry): JournalEntryView => {
    const { slot, ballot, entry } = item;
    const { chosenThrough, applied } = status();
    return {
      slot,
      kind: entry.kind,
      ballot: { ...ballot },
      origin: { ...entry.origin },
      stampMs: entry.stampMs,
      payloadBytes: entry.payload.length,
      requests: entry.kind === 'command' ? decodeBundle(entry.payload).length : 0,
      summary: summaryOf(entry, nameOf),
      chosen: slot <= chosenThrough,
      applied: slot <= applied,
    };
  };

  /** Backwards, so that it is the oldest ones which a limit leaves out. */
  const newest = (limit: number): JournalEntry[] => {
    const { floor, end } = disk.found;
    const found: JournalEntry[] = [];
    let bytes = 0;
    for (let slot = end; slot >= floor && found.length < limit && bytes < LIST_BYTES_MAX; slot -= 1) {
      const [item] = disk.read(slot, slot, READ_BYTES_MAX);
      if (item === undefined) break;
      bytes += item.entry.payload.length;
      found.push(item);
    }
    return found.reverse();
  };

  const from = (fromSlot: Slot, limit: number): JournalEntry[] => {
    const { floor, end } = disk.found;
    const found: JournalEntry[] = [];
    let bytes = 0;
    let next = Math.max(fromSlot, floor);
    const through = Math.min(end, next + limit - 1);
    while (next <= through && bytes < LIST_BYTES_MAX) {
      const items = disk.read(next, through, READ_BYTES_MAX);
      if (items.length === 0) break;
      for (const item of items) bytes += item.entry.payload.length;
      found.push(...items);
      next += items.length;
    }
    return found;
  };

  return {
    bounds() {
      const { floor, end } = disk.found;
      const { chosenThrough, applied } = status();
      return { floor, end, chosenThrough, applied };
    },
    list: (fromSlot, limit) => (fromSlot === 0 ? newest(limit) : from(fromSlot, limit)).map(view),
    entry(slot) {
      const { floor, end } = disk.found;
      if (slot < floor || slot > end) return undefined;
      const [item] = disk.read(slot, slot, READ_BYTES_MAX);
      if (item === undefined) return undefined;
      const { entry } = item;
      switch (entry.kind) {
        case 'noop':
          return { entry: view(item), payload: null, paths: [] };
        case 'configuration': {
          const { epoch, participants } = decodeConfiguration(entry.payload);
          const named = participants.map(({ agentId, role }) => ({ agentId, name: nameOf(agentId), role }));
          return { entry: view(item), payload: { epoch, participants: named }, paths: [] };
        }
        case 'command': {
          const requests = decodeBundle(entry.payload);
          return { entry: view(item), payload: requests.map(plainRequest), paths: pathsOf(requests) };
        }
      }
    },
  };
}

/** Whole: whoever asks for one entry wants to see all of it. */
function plainRequest({ sessionId, sequence, ackedBelow, command, ...acting }: Request): unknown {
  const { digest: _, ...whose } = acting;
  return { sessionId, sequence, ackedBelow, ...whose, command: plain(command, '') };
}

const KEY_FIELDS: ReadonlySet<string> = new Set(['key', 'start', 'end', 'path', 'next']);

function plain(value: unknown, field: string): unknown {
  if (typeof value === 'string') return KEY_FIELDS.has(field) ? plainKey(value) : value;
  // An absent value is a meaning of its own: the key is deleted.
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return plainBytes(value);
  if (Array.isArray(value)) return value.map((item) => plain(item, ''));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item, name)]));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function plainBytes(bytes: Uint8Array): Bytes {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}

/** The path itself when it is one. */
function plainKey(key: string): string | Bytes {
  const bytes = plainBytes(bytesOfKey(key));
  return 'text' in bytes ? bytes.text : bytes;
}

/** User keys that are paths, once each, in the order in which they are named. */
function pathsOf(requests: readonly Request[]): string[] {
  const paths = new Set<string>();
  for (const { command } of requests) {
    for (const key of keysOf(command)) {
      if (spaceOf(key) === 'user' && pathViolation(key) === undefined) paths.add(pathOfKey(key));
    }
  }
  return [...paths];
}

function keysOf(command: Command | Operation): readonly string[] {
  switch (command.kind) {
    case 'put':
    case 'delete':
    case 'compareAndWrite':
      return [command.key];
    case 'deleteRange':
    case 'read':
      return [command.start];
    case 'transact': {
      const { compare, then, otherwise } = command;
      return [...compare.map(({ start }) => start), ...[...then, ...otherwise].flatMap(keysOf)];
    }
    default:
      return 'path' in command ? [command.path] : [];
  }
}
