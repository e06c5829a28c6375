import { ballotColor } from '../../../ui/ballot.tsx';
import { clockText } from '../../../ui/clock-text.ts';
import { countText, durationText } from '../../../ui/numbers.ts';
import { isAbout, isReply } from '../message-kinds.ts';
import { arrowLabel } from './arrow-text.ts';
import { type Arrow, arrowsWithin, firstFrom, type Mark, type SequenceLayout } from './sequence-layout.ts';

/** The colours of the theme, as a canvas needs them. */
export interface Palette {
  readonly theme: 'light' | 'dark';
  readonly surface: string;
  readonly text: string;
  readonly soft: string;
  readonly faint: string;
  readonly line: string;
  readonly bad: string;
  readonly warning: string;
  readonly warningSoft: string;
  readonly selected: string;
}

export interface Picture {
  readonly layout: SequenceLayout;
  /** What of it is in view. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  readonly nameOf: (id: string) => string;
  /** 0: none; everything that is not about it is faded. */
  readonly followed: number;
  readonly selected: string;
  readonly hovered: string;
}

/** For the times, left of all lanes. */
export const GUTTER = 96;
const FADED = 0.16;
const HEAD = 7;
const TIME_EVERY = 40;
/** Between a lane and the labels beside it. */
const LABEL_AWAY = 16;
const FONT = '11px "Inter Variable", system-ui, sans-serif';
const MONO = '11px "JetBrains Mono Variable", ui-monospace, monospace';

export function laneX(lane: number, lanes: number, width: number): number {
  return GUTTER + ((width - GUTTER) * (lane + 0.5)) / Math.max(1, lanes);
}

/** Draws what is in view and nothing else. */
export function draw(context: CanvasRenderingContext2D, picture: Picture): void {
  const { layout, top, width, height, palette } = picture;
  context.clearRect(0, 0, width, height);
  context.lineWidth = 1;
  context.textBaseline = 'middle';
  drawLanes(context, picture);
  for (const mark of layout.marks)
    if (mark.y > top - 40 && mark.y < top + height + 40) drawMark(context, picture, mark);
  drawTimes(context, picture);
  const inView = arrowsWithin(layout, top - 20, top + height + 20);
  for (const arrow of inView) drawArrow(context, picture, arrow);
  // Labels last, so that no line crosses them.
  for (const arrow of inView) drawLabel(context, picture, arrow);
  context.globalAlpha = 1;
  context.strokeStyle = palette.line;
}

function drawLanes(context: CanvasRenderingContext2D, { layout, width, height, palette }: Picture): void {
  for (const [index, { problem }] of layout.lanes.entries()) {
    const x = Math.round(laneX(index, layout.lanes.length, width)) + 0.5;
    context.strokeStyle = palette.line;
    context.setLineDash(problem === '' ? [] : [2, 5]);
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
  }
  context.setLineDash([]);
}

function drawMark(context: CanvasRenderingContext2D, { top, width, palette }: Picture, mark: Mark): void {
  const y = Math.round(mark.y - top) + 0.5;
  const isMissed = mark.kind === 'missed';
  const text = isMissed
    ? `${countText(mark.count)} messages are missing here`
    : `${durationText(mark.skippedMs)} left out`;
  context.globalAlpha = 1;
  context.font = FONT;
  context.textAlign = 'left';
  if (isMissed) {
    context.fillStyle = palette.warningSoft;
    context.fillRect(0, y - 9, width, 18);
  } else {
    context.strokeStyle = palette.line;
    context.setLineDash([1, 4]);
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = palette.surface;
    context.fillRect(6, y - 8, context.measureText(text).width + 8, 16);
  }
  context.fillStyle = isMissed ? palette.warning : palette.faint;
  context.fillText(text, 10, y);
}

/** One time per stretch of the picture, at the first arrow in it: the same ones whatever is in view. */
function drawTimes(context: CanvasRenderingContext2D, { layout, top, height, palette }: Picture): void {
  context.font = MONO;
  context.fillStyle = palette.faint;
  context.textAlign = 'left';
  const { arrows } = layout;
  for (let index = firstFrom(arrows, top - TIME_EVERY); index < arrows.length; index += 1) {
    const { fromY, exchange } = arrows[index]!;
    if (fromY > top + height + TIME_EVERY) break;
    const before = arrows[index - 1];
    if (before !== undefined && Math.floor(before.fromY / TIME_EVERY) === Math.floor(fromY / TIME_EVERY)) continue;
    context.fillText(clockText(exchange.sentMs ?? exchange.receivedMs ?? 0), 8, fromY - top);
  }
}

interface Line {
  readonly fromX: number;
  readonly toX: number;
  readonly fromY: number;
  readonly toY: number;
}

function lineOf({ layout, top, width }: Picture, arrow: Arrow): Line {
  const lanes = layout.lanes.length;
  const fromX = laneX(arrow.fromLane, lanes, width);
  const toX = laneX(arrow.toLane, lanes, width);
  const line = { fromX, toX, fromY: arrow.fromY - top, toY: arrow.toY - top };
  // What was dropped before it left ends half way.
  if (arrow.drop === '' || arrow.seen !== 'sender') return line;
  return { ...line, toX: (fromX + toX) / 2, toY: (line.fromY + line.toY) / 2 };
}

function colourOf({ palette }: Picture, { exchange }: Arrow): string {
  return exchange.ballot === null ? palette.soft : ballotColor(exchange.ballot, palette.theme);
}

function alphaOf({ followed }: Picture, { exchange }: Arrow): number {
  return followed === 0 || isAbout(exchange, followed) ? 1 : FADED;
}

function drawArrow(context: CanvasRenderingContext2D, picture: Picture, arrow: Arrow): void {
  const { fromX, fromY, toX, toY } = lineOf(picture, arrow);
  const isMarked = arrow.id === picture.selected || arrow.id === picture.hovered;
  const colour = colourOf(picture, arrow);
  context.globalAlpha = isMarked ? 1 : alphaOf(picture, arrow);
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = isMarked ? 2.5 : 1.5;
  context.setLineDash(arrow.seen === 'both' ? [] : [5, 4]);
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
  context.setLineDash([]);
  if (arrow.drop === '') drawHead(context, { fromX, fromY, toX, toY }, isReply(arrow.exchange.kind));
  else drawCross(context, toX, toY, picture.palette.bad);
}

/** Filled for what asks or tells, open for what answers. */
function drawHead(context: CanvasRenderingContext2D, { fromX, fromY, toX, toY }: Line, isOpen: boolean): void {
  const angle = Math.atan2(toY - fromY, toX - fromX);
  context.beginPath();
  context.moveTo(toX - HEAD * Math.cos(angle - 0.45), toY - HEAD * Math.sin(angle - 0.45));
  context.lineTo(toX, toY);
  context.lineTo(toX - HEAD * Math.cos(angle + 0.45), toY - HEAD * Math.sin(angle + 0.45));
  if (isOpen) context.stroke();
  else context.fill();
}

function drawCross(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x - 4, y - 4);
  context.lineTo(x + 4, y + 4);
  context.moveTo(x + 4, y - 4);
  context.lineTo(x - 4, y + 4);
  context.stroke();
}

/** At the lane it comes from, where every arrow has a row of its own: no two labels lie on each other. */
function drawLabel(context: CanvasRenderingContext2D, picture: Picture, arrow: Arrow): void {
  const { layout, width, palette } = picture;
  const { fromX, fromY, toX } = lineOf(picture, arrow);
  const room = (width - GUTTER) / Math.max(1, layout.lanes.length);
  const leads = toX >= fromX;
  context.font = FONT;
  context.textAlign = 'left';
  const text = fitted(context, arrowLabel(arrow.exchange, picture.nameOf), room - 2 * LABEL_AWAY - HEAD);
  const textWidth = context.measureText(text).width;
  const x = leads ? fromX + LABEL_AWAY : fromX - LABEL_AWAY - textWidth;
  const isMarked = arrow.id === picture.selected || arrow.id === picture.hovered;
  const isFaded = !isMarked && alphaOf(picture, arrow) < 1;
  context.globalAlpha = isFaded ? 0.7 : 1;
  context.fillStyle = isMarked ? palette.selected : palette.surface;
  context.fillRect(x - 3, fromY - 8, textWidth + 6, 16);
  context.globalAlpha = isFaded ? 0.45 : 1;
  context.fillStyle = isFaded ? palette.faint : palette.text;
  context.fillText(text, x, fromY);
}

function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
  return `${text.slice(0, length)}…`;
}

/** The arrow at a place in view, if there is one within a few pixels. */
export function arrowAt(picture: Picture, x: number, y: number): Arrow | undefined {
  let best: Arrow | undefined;
  let nearest = 8;
  for (const arrow of arrowsWithin(picture.layout, picture.top + y - 20, picture.top + y + 20)) {
    const away = distance(lineOf(picture, arrow), x, y);
    if (away < nearest) {
      nearest = away;
      best = arrow;
    }
  }
  return best;
}

function distance({ fromX, fromY, toX, toY }: Line, x: number, y: number): number {
  const dx = toX - fromX;
  const dy = toY - fromY;
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - fromX) * dx + (y - fromY) * dy) / length));
  return Math.hypot(x - fromX - share * dx, y - fromY - share * dy);
}
