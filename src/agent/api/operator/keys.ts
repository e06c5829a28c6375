import type { KeyChange, LevelChild, RecordHeader, Space } from '../../machine/store.ts';
import { pageOf } from '../pages.ts';
import { checkRevision } from '../read-barrier.ts';
import { continuedRange } from '../reads.ts';
import type { OperatorBuilder } from './builder.ts';
import { keyChange, keyItem, optionalKeyItem } from './key-items.ts';
import { levelPath, rangeOfKey, rangeOfPrefix } from './key-ranges.ts';
import { searchKeys } from './key-search.ts';
import { watchKeys } from './key-watch.ts';
import { keyWrites } from './key-writes.ts';
import { LevelIndexes } from './level-index.ts';
import { perAgent } from './per-agent.ts';
import type { OperatorPorts } from './ports.ts';
import { whenReadable } from './reading.ts';
import { keyOf, pathOf } from './texts.ts';

const NO_VALUE = new Uint8Array(0);
const LOCAL = { quorum: 'local' } as const;

export function keysProcedures(os: OperatorBuilder) {
  const { keys } = os;
  const indexesOf = perAgent((ports) => new LevelIndexes(ports));
  return {
    ...keyWrites(os),
    level: keys.level.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const { space, key } = levelPath(input.path);
      const after = keyOf(input.after);
      return whenReadable(ports, input, call, () => {
        const children = ports.api.cell.state.level(space, key, after, input.limit + 1);
        const items = children.slice(0, input.limit).map(levelItem);
        return { items, more: children.length > input.limit, ...readAt(ports, space) };
      });
    }),
    get: keys.get.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const { revision, valueBytesMax } = input;
      const { space, start } = rangeOfKey(input.path);
      return whenReadable(ports, input, call, () => {
        checkRevision(ports.api.cell, space, revision);
        const record = ports.api.cell.state.get(space, start, revision);
        return { item: optionalKeyItem(record, valueBytesMax), ...readAt(ports, space) };
      });
    }),
    range: keys.range.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const { revision, keysOnly, valueBytesMax } = input;
      const { space, start, end } = rangeOfPrefix(input.prefix);
      const next = continuedRange(start, end, keyOf(input.after), false);
      return whenReadable(ports, input, call, () => {
        const { cell } = ports.api;
        checkRevision(cell, space, revision);
        // A kept revision has no sizes beside its values.
        const withValues = !keysOnly || revision !== 0;
        const { items, more } = pageOf<RecordHeader>(input.limit, {
          fetch: (last, limit) => {
            const rest = last === undefined ? next : continuedRange(next.start, next.end, last.record.key, false);
            if (!withValues) return ports.listings.headers(space, rest.start, rest.end, limit);
            const records = cell.state.range(space, { ...rest, limit, revision });
            return records.map((record) => ({ record, sizeBytes: record.value.length }));
          },
          // Of the whole values: what is cut off was in memory too.
          sizeBytes: ({ record, sizeBytes }) => record.key.length + (withValues ? sizeBytes : 0),
        });
        const told = items.map(({ record, sizeBytes }) => ({
          ...keyItem(keysOnly ? { ...record, value: NO_VALUE } : record, valueBytesMax),
          sizeBytes,
        }));
        return { items: told, more, count: cell.state.count(space, start, end, revision), ...readAt(ports, space) };
      });
    }),
    history: keys.history.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const { space, start: key } = rangeOfKey(input.path);
      return whenReadable(ports, LOCAL, call, () => {
        const { state } = ports.api.cell;
        const { items, more } = pageOf<KeyChange>(input.limit, {
          fetch: (last, limit) => state.history(space, key, last?.modRevision ?? input.beforeRevision, limit),
          sizeBytes: (change) => change.key.length + change.value.length,
        });
        const told = items.map((change) => keyChange(change, undefined, input.valueBytesMax));
        return { items: told, more, floor: state.floor(space), ...readAt(ports, space) };
      });
    }),
    levelIndex: keys.levelIndex.handler(({ context: { reach, call }, input }) => {
      const ports = reach.ports();
      const { space, key } = levelPath(input.path);
      return indexesOf(ports).of(space, key, input.stride, call.signal);
    }),
    search: keys.search.handler(({ context, input }) => {
      const ports = context.reach.ports();
      const { space } = levelPath(input.scope);
      return { ...searchKeys(ports, input), ...readAt(ports, input.system ? 'system' : space) };
    }),
    deleted: keys.deleted.handler(({ context, input }) => {
      const ports = context.reach.ports();
      const { space, start, end } = rangeOfPrefix(input.prefix);
      const next = continuedRange(start, end, keyOf(input.after), false);
      const changes = ports.listings.deleted(space, next.start, next.end, input.limit + 1);
      const items = changes.slice(0, input.limit).map((change) => keyChange(change, undefined));
      const floor = ports.api.cell.state.floor(space);
      return { items, more: changes.length > input.limit, floor, ...readAt(ports, space) };
    }),
    watch: keys.watch.handler(({ context: { reach, call }, input }) => {
      const { prefix, exact } = input;
      const range = exact ? rangeOfKey(prefix) : rangeOfPrefix(prefix);
      return watchKeys(reach.ports().api.cell, { ...range, ...input }, call.signal);
    }),
  };
}

/** What a read was answered from. */
export function readAt({ api }: OperatorPorts, space: Space): { slot: number; revision: number } {
  const { state } = api.cell;
  return { slot: state.appliedSlot, revision: state.revision(space) };
}

function levelItem({ segment, descendants, record, sizeBytes }: LevelChild) {
  return {
    segment: pathOf(segment),
    descendants,
    isKey: record !== undefined,
    version: record?.version ?? 0,
    modRevision: record?.modRevision ?? 0,
    sizeBytes,
  };
}
