import { bytesText, countText, durationText } from '../../ui/numbers.ts';
import type { Fold } from './buckets.ts';

export type Unit = 'share' | 'bytes' | 'ms' | 'perSecond' | 'count';

export interface Line {
  readonly column: string;
  readonly label: string;
  readonly unit: Unit;
  readonly fold: Fold;
}

/** All lines of a chart but those of its right axis have the unit of the first. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly Line[];
  /** Lines with another unit. */
  readonly right?: readonly Line[];
  /** Said where none of its lines has a value, because what they measure did not happen. */
  readonly idle?: string;
}

const mean = (column: string, label: string, unit: Unit): Line => ({ column, label, unit, fold: 'mean' });
const max = (column: string, label: string, unit: Unit): Line => ({ column, label, unit, fold: 'max' });
const took = (column: string, label: string): Line => ({ column, label, unit: 'ms', fold: 'measured' });

/** In their order on the page. What an agent measures beyond them has charts of its own at the end. */
export const KNOWN_CHARTS: readonly Chart[] = [
  {
    id: 'cpu',
    title: 'Processor',
    lines: [mean('cpuShare', 'CPU of one core', 'share'), mean('loopBusyShare', 'event loop busy', 'share')],
  },
  {
    id: 'memory',
    title: 'Memory',
    lines: [
      mean('residentBytes', 'resident', 'bytes'),
      mean('heapTotalBytes', 'heap', 'bytes'),
      mean('heapUsedBytes', 'heap in use', 'bytes'),
      mean('externalBytes', 'external', 'bytes'),
    ],
  },
  {
    id: 'loop',
    title: 'Event-loop delay',
    lines: [max('loopDelayMaxMs', 'max', 'ms'), max('loopDelayP99Ms', 'p99', 'ms'), max('loopDelayP50Ms', 'p50', 'ms')],
  },
  {
    id: 'gc',
    title: 'Garbage collection, each second',
    lines: [max('gcMs', 'time', 'ms')],
    right: [max('gcCount', 'collections', 'count')],
  },
  {
    id: 'fsync',
    title: 'Fsync latency',
    lines: [took('fsyncP99Ms', 'p99'), took('fsyncP50Ms', 'p50')],
    idle: 'no fsync in this interval',
  },
  {
    id: 'commit',
    title: 'Commit latency',
    lines: [took('commitP99Ms', 'p99'), took('commitP50Ms', 'p50')],
    idle: 'no writes in this interval',
  },
  {
    id: 'operations',
    title: 'Operations',
    lines: [
      mean('writes', 'writes', 'perSecond'),
      mean('reads', 'reads', 'perSecond'),
      mean('appliedRequests', 'applied', 'perSecond'),
    ],
  },
  {
    id: 'backlogs',
    title: 'Backlogs',
    lines: [
      max('callsInFlight', 'calls', 'count'),
      max('writesUnanswered', 'unanswered', 'count'),
      max('proposalsQueued', 'proposals', 'count'),
      max('watchers', 'watchers', 'count'),
    ],
    right: [max('linkBufferBytes', 'link buffers', 'bytes')],
  },
];

export function linesOf({ lines, right = [] }: Chart): readonly Line[] {
  return [...lines, ...right];
}

const UNIT_ENDINGS: readonly (readonly [string, Unit])[] = [
  ['Ms', 'ms'],
  ['Bytes', 'bytes'],
  ['Share', 'share'],
];

/** Charts for the columns that an agent tells; what this page does not know by name is drawn as well. */
export function chartsFor(columns: readonly string[]): readonly Chart[] {
  const told = new Set(columns);
  const charts = KNOWN_CHARTS.map((chart) => ({
    ...chart,
    lines: chart.lines.filter(({ column }) => told.has(column)),
    right: chart.right?.filter(({ column }) => told.has(column)),
  })).filter((chart) => chart.lines.length > 0);
  const known = new Set(KNOWN_CHARTS.flatMap(linesOf).map(({ column }) => column));
  const others = columns
    .filter((column) => !known.has(column))
    .map((column): Chart => {
      const unit = UNIT_ENDINGS.find(([ending]) => column.endsWith(ending))?.[1] ?? 'count';
      return { id: column, title: column, lines: [max(column, column, unit)] };
    });
  return [...charts, ...others];
}

export function foldsOf(charts: readonly Chart[]): Readonly<Record<string, Fold>> {
  return Object.fromEntries(charts.flatMap(linesOf).map(({ column, fold }) => [column, fold]));
}

/** A value with its unit; a dash where nothing was measured. */
export function valueText(value: number | null, unit: Unit): string {
  if (value === null) return '–';
  switch (unit) {
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
    case 'bytes':
      return bytesText(Math.round(value));
    case 'ms':
      return durationText(value);
    case 'perSecond':
      return `${value < 10 ? value.toFixed(1).replace(/\.0$/, '') : countText(value)}/s`;
    case 'count':
      return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : countText(value);
  }
}

/** The end of an axis and its unit: short, because there is little room. */
export function tickText(value: number, unit: Unit): string {
  if (value === 0) return '0';
  switch (unit) {
    case 'share':
      return `${Math.round(value * 100)} %`;
    case 'bytes':
      return bytesText(value).replace('.0 ', ' ');
    case 'ms':
      return value < 1_000 ? `${Number(value.toPrecision(2))} ms` : `${Number((value / 1_000).toPrecision(2))} s`;
    case 'perSecond':
    case 'count':
      return value < 10 ? String(Number(value.toPrecision(2))) : countText(value);
  }
}
