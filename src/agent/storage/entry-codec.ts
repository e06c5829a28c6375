import { Entry as WireEntry, EntryKind as WireKind } from '../../gen/synod/v1/journal.ts';
import type { Entry, EntryKind } from '../consensus/types.ts';

const TO_WIRE = {
  command: WireKind.COMMAND,
  configuration: WireKind.CONFIGURATION,
  noop: WireKind.NOOP,
} as const satisfies Record<EntryKind, WireKind>;

/** The stored form of an entry: what the journal keeps and its checksum covers. */
export function encodeEntry(entry: Entry): Uint8Array {
  return WireEntry.encode({
    kind: TO_WIRE[entry.kind],
    origin: { round: entry.origin.round, agentId: entry.origin.agentId },
    stampMs: entry.stampMs,
    requestId: entry.requestId,
    payload: entry.payload as Buffer,
  }).finish();
}

/** Throws on a kind that this version does not know: it would have to be skipped, and agents would diverge. */
export function decodeEntry(bytes: Uint8Array): Entry {
  const { kind, origin, stampMs, requestId, payload } = WireEntry.decode(bytes);
  return { kind: fromWire(kind), origin: origin ?? { round: 0, agentId: '' }, stampMs, requestId, payload };
}

function fromWire(kind: WireKind): EntryKind {
  switch (kind) {
    case WireKind.COMMAND:
      return 'command';
    case WireKind.CONFIGURATION:
      return 'configuration';
    case WireKind.NOOP:
      return 'noop';
    default:
      throw new Error(`journal entry of unknown kind ${kind}`);
  }
}
