import type { KeyChange as KeyChangeView, KeyItem, WriteOutcome as WriteOutcomeView } from '../../../contract/index.ts';
import type { WriteOutcome } from '../../host/cell-port.ts';
import type { KeyChange, KeyRecord } from '../../machine/store.ts';
import { nameOfAgent } from '../names.ts';
import type { OperatorPorts } from './ports.ts';
import { pathOf, valueView } from './texts.ts';

/** The only place that knows how records of the machine look to operators. */

export function keyItem(record: KeyRecord, valueBytesMax = 0): KeyItem {
  const { version, createRevision, modRevision, leaseId } = record;
  return {
    path: pathOf(record.key),
    ...valueView(record.value, valueBytesMax),
    sizeBytes: record.value.length,
    version,
    createRevision,
    modRevision,
    leaseId,
  };
}

export function optionalKeyItem(record: KeyRecord | undefined, valueBytesMax = 0): KeyItem | null {
  return record === undefined ? null : keyItem(record, valueBytesMax);
}

export function keyChange(change: KeyChange, previous: KeyRecord | undefined, valueBytesMax = 0): KeyChangeView {
  const { kind, slot, stampMs } = change;
  const item = keyItem(change, valueBytesMax);
  return { kind, item, previous: optionalKeyItem(previous, valueBytesMax), slot, stampMs };
}

/**
 * `current` is the key as it stands afterwards: with what was `written`, which the machine leaves out because the writer
 * knows it; or, after a lost race, with what somebody else wrote.
 */
export function writeOutcome(
  ports: OperatorPorts,
  { result, notAppliedBy }: WriteOutcome,
  written?: Uint8Array,
): WriteOutcomeView {
  const { succeeded, slot, revision, current, previous, deleted } = result;
  const { state } = ports.api.cell;
  const record = succeeded && current !== undefined && written !== undefined ? { ...current, value: written } : current;
  return {
    succeeded,
    slot,
    revision,
    current: optionalKeyItem(record),
    previous: optionalKeyItem(previous),
    deleted,
    notAppliedBy: notAppliedBy.map((agentId) => nameOfAgent(state, agentId)),
  };
}
