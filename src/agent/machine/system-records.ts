import { MachineInvariantError } from './invariant.ts';
import { INTERNAL_ROOT } from './keys.ts';
import type { Key, KeyRecord, RangeQuery, Space } from './store.ts';

/**
 * What stands under `/_internal/`: where, and in which form. Values are JSON, so that people can read them in a key
 * browser. Reading works on a store, on the view of a command and on an agent's applied state alike.
 */
export interface Reader {
  get(space: Space, key: Key): KeyRecord | undefined;
  range(space: Space, query: RangeQuery): KeyRecord[];
}

export interface SessionRecord {
  readonly owner: string;
  readonly ttlMs: number;
  readonly openedSlot: number;
  readonly openedMs: number;
}

export interface LeaseRecord {
  readonly ttlMs: number;
  readonly grantedSlot: number;
  readonly grantedMs: number;
}

/** Ends what its id names when the leader's clock says so and the generation is still this one. */
export interface TimerRecord {
  readonly ttlMs: number;
  readonly generation: number;
}

export interface AddressRecord {
  readonly name: string;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly version: string;
}

export interface PinRecord {
  readonly pin: 'voter' | 'learner';
}

/** A kind of record: one per id, below one folder. */
export interface RecordKind<T> {
  keyOf(id: string): Key;
  idOf(key: Key): string | undefined;
  decode(record: KeyRecord): T;
  encode(value: T): Uint8Array;
  read(reader: Reader, id: string): T | undefined;
  list(reader: Reader): { readonly id: string; readonly value: T }[];
}

export function recordKind<T>(folder: string): RecordKind<T> {
  const prefix = `${INTERNAL_ROOT}/${folder}/`;
  const kind: RecordKind<T> = {
    keyOf: (id) => prefix + id,
    idOf: (key) => (key.startsWith(prefix) ? key.slice(prefix.length) : undefined),
    decode: (record) => decodeJson(record) as T,
    encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
    read(reader, id) {
      const record = reader.get('system', kind.keyOf(id));
      return record && kind.decode(record);
    },
    list: (reader) =>
      reader
        .range('system', { start: prefix, end: `${INTERNAL_ROOT}/${folder}0`, limit: 0 })
        .map((record) => ({ id: record.key.slice(prefix.length), value: kind.decode(record) })),
  };
  return kind;
}

function decodeJson(record: KeyRecord): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(record.value));
  } catch {
    throw new MachineInvariantError(`the record at ${record.key} is not JSON`);
  }
}

export const SESSIONS = recordKind<SessionRecord>('sessions');
export const LEASES = recordKind<LeaseRecord>('leases');
/** By timer id: the kind of what it ends, a slash, and its id: see timer-records.ts. */
export const TIMERS = recordKind<TimerRecord>('timers');
/** By agent id. */
export const ADDRESSES = recordKind<AddressRecord>('addresses');
/** By agent id; no record: not pinned. */
export const PINS = recordKind<PinRecord>('pins');

/** The configuration, in the canonical JSON that consensus evaluates. */
export const PEERS_KEY: Key = `${INTERNAL_ROOT}/peers`;

/** Plain records, which have neither revision nor history. */
export const REPLIES_FOLDER: Key = `${INTERNAL_ROOT}/replies/`;

/** The stored replies of one session, each under its sequence. */
export function repliesFolder(sessionId: string): Key {
  return `${REPLIES_FOLDER}${sessionId}/`;
}
export const LEASE_KEYS_FOLDER: Key = `${INTERNAL_ROOT}/lease-keys/`;
/** Who waits for what, and what belongs to which session, in an order that can be searched. */
export const LOCK_INDEX: Key = `${INTERNAL_ROOT}/lock-index/`;
export const ELECTION_INDEX: Key = `${INTERNAL_ROOT}/election-index/`;
export const BARRIER_INDEX: Key = `${INTERNAL_ROOT}/barrier-index/`;
export const PROPOSAL_INDEX: Key = `${INTERNAL_ROOT}/proposal-index/`;
export const ONCE_INDEX: Key = `${INTERNAL_ROOT}/once-index/`;
export const QUEUE_INDEX: Key = `${INTERNAL_ROOT}/queue-index/`;
