import type { JournalEntry } from '../../src/agent/consensus/types.ts';
import type { StateStore } from '../../src/agent/machine/store.ts';

export const KEYS = 50;

/** What slot `slot` holds in every test; its ballot is the round it was accepted in. */
export function entryAt(slot: number, round = 1): JournalEntry {
  const ballot = { round, agentId: 'someone' };
  const payload = Buffer.from(`payload of ${slot}`.repeat(1 + (slot % 20)));
  return { slot, ballot, entry: { kind: 'command', origin: ballot, stampMs: slot, requestId: `r${slot}`, payload } };
}

export function valueAt(slot: number): Buffer {
  return Buffer.from(`value of ${slot}. `.repeat(1 + (slot % 10)));
}

/** Executes a slot the way a machine does: slot n writes key n modulo KEYS. */
export function applySlot(store: StateStore, slot: number): void {
  const key = `/key/${slot % KEYS}`;
  const previousRevision = slot > KEYS ? slot - KEYS : 0;
  store.append('user', {
    kind: 'put',
    key,
    value: valueAt(slot),
    createRevision: slot % KEYS === 0 ? KEYS : slot % KEYS,
    modRevision: slot,
    version: Math.ceil(slot / KEYS),
    leaseId: '',
    ordinal: 0,
    slot,
    stampMs: slot,
    previousRevision,
  });
  store.putPlain(`/reply/${slot}`, Buffer.from(`reply ${slot}`));
  if (slot > 10) store.deletePlain(`/reply/${slot - 10}`);
  store.writeMeta({ ...store.readMeta(), appliedSlot: slot, userRevision: slot, stateHash: `hash of ${slot}` });
}
