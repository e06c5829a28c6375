import type { Exchange, Lane } from '../../../../contract/index.ts';
import { dropReason } from '../message-kinds.ts';
import { type MissedMark, timeOf } from './exchange-log.ts';

/** One vertical line of the picture. */
export interface LaneView {
  /** Agent id; `CLIENTS` for all programs and windows together. */
  readonly id: string;
  readonly kind: 'agent' | 'clients' | 'gone';
  readonly name: string;
  /** Why its log is missing; empty when it is not. */
  readonly problem: string;
}

export const CLIENTS = 'clients';

export interface Arrow {
  readonly id: string;
  readonly exchange: Exchange;
  readonly fromLane: number;
  readonly toLane: number;
  readonly fromY: number;
  readonly toY: number;
  /** Which ends have it in their logs. Clients keep no log, so what an agent has of them counts as both. */
  readonly seen: 'both' | 'sender' | 'receiver';
  /** Why it went nowhere; empty when it went its way. */
  readonly drop: string;
}

/** Somewhere in the picture: time that was left out, or messages that are missing. */
export type Mark =
  | { readonly kind: 'gap'; readonly y: number; readonly skippedMs: number }
  | { readonly kind: 'missed'; readonly y: number; readonly count: number };

export interface SequenceLayout {
  readonly lanes: readonly LaneView[];
  /** In order of where they begin. */
  readonly arrows: readonly Arrow[];
  readonly marks: readonly Mark[];
  readonly height: number;
  /** How far an arrow reaches down at most: what is in view begins no further above it. */
  readonly reach: number;
}

export interface TimeScale {
  readonly pixelsPerMs: number;
  /** Between two arrows that leave one after the other, so that their labels can be read. */
  readonly departureGap: number;
  readonly arrivalGap: number;
  /** A longer silence is drawn as long as this. */
  readonly gapMax: number;
}

export const SCALE: TimeScale = { pixelsPerMs: 4, departureGap: 18, arrivalGap: 6, gapMax: 56 };
const TOP = 24;
const BOTTOM = 32;
/** How far a one-sided arrow falls, as nobody knows when its other end was. */
const UNKNOWN_FALL = 14;

/** Clients first, then the participants as they are told, then whoever is no participant (any more). */
export function lanesOf(lanes: readonly Lane[], exchanges: readonly Exchange[]): LaneView[] {
  const known = new Set(lanes.map(({ agentId }) => agentId));
  const gone = new Set<string>();
  let hasClients = false;
  for (const { channel, from, to } of exchanges) {
    for (const id of [from, to]) {
      if (known.has(id)) continue;
      if (channel === 'user') hasClients = true;
      else gone.add(id);
    }
  }
  const views: LaneView[] = hasClients ? [{ id: CLIENTS, kind: 'clients', name: 'clients', problem: '' }] : [];
  for (const { agentId, name, problem } of lanes) views.push({ id: agentId, kind: 'agent', name, problem });
  for (const id of gone) {
    views.push({ id, kind: 'gone', name: id.slice(0, 8), problem: 'it is not a participant (any more)' });
  }
  return views;
}

interface End {
  readonly atMs: number;
  readonly isArrival: boolean;
  readonly index: number;
}

/**
 * Places every exchange: lanes from left to right, time downwards. Within a burst time is stretched so that labels can be
 * read, a silence is cut to `gapMax` and marked; order is always that of time.
 */
export function layOut(
  lanes: readonly Lane[],
  exchanges: readonly Exchange[],
  missed: readonly MissedMark[],
  scale: TimeScale = SCALE,
): SequenceLayout {
  const views = lanesOf(lanes, exchanges);
  const laneIndex = new Map(views.map(({ id }, index) => [id, index]));
  const laneOf = (id: string): number => laneIndex.get(id) ?? laneIndex.get(CLIENTS) ?? 0;

  const ends: End[] = [];
  for (const [index, exchange] of exchanges.entries()) {
    const { sentMs, receivedMs } = exchange;
    ends.push({ atMs: timeOf(exchange), isArrival: false, index });
    if (sentMs !== null && receivedMs !== null) ends.push({ atMs: receivedMs, isArrival: true, index });
  }
  // At the same time an arrival comes first: what follows from it cannot be above it. But an arrow never climbs.
  const rank = ({ atMs, isArrival, index }: End): number =>
    isArrival ? (atMs === exchanges[index]!.sentMs ? 2 : 0) : 1;
  ends.sort((one, other) => one.atMs - other.atMs || rank(one) - rank(other));

  const fromY = new Float64Array(exchanges.length);
  const toY = new Float64Array(exchanges.length).fill(-1);
  const marks: Mark[] = [];
  let y = TOP;
  let beforeMs = ends[0]?.atMs ?? 0;
  let nextMissed = 0;
  for (const [place, { atMs, isArrival, index }] of ends.entries()) {
    const passedMs = atMs - beforeMs;
    const wanted = passedMs * scale.pixelsPerMs;
    const least = place === 0 ? 0 : isArrival ? scale.arrivalGap : scale.departureGap;
    if (wanted > scale.gapMax) {
      marks.push({ kind: 'gap', y: y + scale.gapMax / 2, skippedMs: passedMs });
      y += scale.gapMax;
    } else {
      y += Math.max(least, wanted);
    }
    for (; nextMissed < missed.length && missed[nextMissed]!.atMs <= atMs; nextMissed += 1) {
      marks.push({ kind: 'missed', y: y + scale.departureGap / 2, count: missed[nextMissed]!.count });
      y += scale.departureGap * 2;
    }
    if (isArrival) toY[index] = y;
    else fromY[index] = y;
    beforeMs = atMs;
  }
  for (; nextMissed < missed.length; nextMissed += 1) {
    y += scale.departureGap;
    marks.push({ kind: 'missed', y, count: missed[nextMissed]!.count });
  }

  let reach = 0;
  const arrows = exchanges.map((exchange, index): Arrow => {
    const arrow = {
      id: exchange.messageId,
      exchange,
      fromLane: laneOf(exchange.from),
      toLane: laneOf(exchange.to),
      ...placed(exchange, fromY[index]!, toY[index]!, views),
      drop: dropReason(exchange.status),
    };
    reach = Math.max(reach, arrow.toY - arrow.fromY);
    return arrow;
  });
  arrows.sort((one, other) => one.fromY - other.fromY);
  return { lanes: views, arrows, marks, height: exchanges.length === 0 ? 0 : y + BOTTOM, reach };
}

function placed(
  { channel, sentMs, receivedMs }: Exchange,
  fromY: number,
  toY: number,
  views: readonly LaneView[],
): Pick<Arrow, 'fromY' | 'toY' | 'seen'> {
  if (toY >= 0) return { fromY, toY, seen: 'both' };
  if (channel === 'user' && views.some(({ kind }) => kind === 'clients')) return { fromY, toY: fromY, seen: 'both' };
  // Seen where it came in: where it left is above. The other way round its arrival is below.
  return sentMs === null && receivedMs !== null
    ? { fromY: fromY - UNKNOWN_FALL, toY: fromY, seen: 'receiver' }
    : { fromY, toY: fromY + UNKNOWN_FALL, seen: 'sender' };
}

/** Arrows that touch a part of the picture: all that has to be drawn. */
export function arrowsWithin({ arrows, reach }: SequenceLayout, top: number, bottom: number): readonly Arrow[] {
  return arrows.slice(firstFrom(arrows, top - reach), firstFrom(arrows, bottom)).filter(({ toY }) => toY >= top);
}

/** Index of the first arrow that begins at `y` or below. */
export function firstFrom(arrows: readonly Arrow[], y: number): number {
  let low = 0;
  let high = arrows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (arrows[middle]!.fromY < y) low = middle + 1;
    else high = middle;
  }
  return low;
}
