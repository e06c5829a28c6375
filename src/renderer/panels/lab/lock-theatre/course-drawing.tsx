import { useNowMs } from '../../../ui/time.tsx';
import { useSize } from '../../../ui/use-size.ts';
import { hueOf } from '../client-mark.tsx';
import type { Course, Span, WriteMark } from './course.ts';
import { nameOfContender, useTheatre } from './theatre-store.ts';

const LANE_HEIGHT = 40;
/** Writes stand below the words of a lane. */
const WRITE_Y = 30;
const NAMES_WIDTH = 56;
const AXIS_HEIGHT = 22;
/** Shorter scenes do not fill the width, so that nothing shrinks while one looks at the beginning. */
const SHOWN_MS_MIN = 20_000;
const TICKS_MAX = 8;
const TICK_STEPS_MS = [2_000, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000];

/** Over time: who holds the lock, who believes so, who sleeps, and which writes the resource took. */
export function CourseDrawing() {
  const course = useTheatre((state) => state.course);
  const [ref, { width }] = useSize<HTMLDivElement>();
  const nowMs = useNowMs();
  const endMs = course.endedMs ?? Math.max(nowMs, lastOf(course));
  const shownMs = Math.max(SHOWN_MS_MIN, endMs - course.beganMs);
  const at = (atMs: number): number =>
    NAMES_WIDTH + Math.max(0, ((atMs - course.beganMs) / shownMs) * Math.max(0, width - NAMES_WIDTH - 12));
  const height = course.lanes * LANE_HEIGHT;
  const step = TICK_STEPS_MS.find((ms) => shownMs / ms <= TICKS_MAX) ?? shownMs / TICKS_MAX;
  const ticks = Array.from({ length: Math.floor(shownMs / step) + 1 }, (_, index) => index * step);
  return (
    <section aria-label="Course" className="flex min-w-0 flex-col gap-1 rounded-md border border-line bg-surface p-2.5">
      <div className="flex flex-wrap items-center gap-x-4">
        <h2 className="font-semibold">Over time</h2>
        <Legend />
      </div>
      <div ref={ref} className="relative min-w-0" style={{ height: height + AXIS_HEIGHT }}>
        <svg
          role="img"
          aria-label={courseWords(course)}
          width={width}
          height={height + AXIS_HEIGHT}
          className="absolute inset-0"
        >
          {ticks.map((ms) => (
            <g key={ms}>
              <line x1={at(course.beganMs + ms)} x2={at(course.beganMs + ms)} y1={0} y2={height} stroke="var(--line)" />
              <text
                x={at(course.beganMs + ms) + (ms === 0 ? 0 : 4)}
                y={height + 15}
                textAnchor={ms === 0 ? 'start' : 'end'}
                className="text-xs"
                fill="var(--text-faint)"
              >
                {ms / 1_000} s
              </text>
            </g>
          ))}
          {Array.from({ length: course.lanes }, (_, who) => (
            <text
              key={nameOfContender(who)}
              x={0}
              y={who * LANE_HEIGHT + 18}
              fill="var(--text)"
              className="font-medium"
            >
              {nameOfContender(who)}
            </text>
          ))}
          {course.sleeps.map((span) => (
            <Sleep key={`${span.who} ${span.fromMs}`} span={span} at={at} endMs={endMs} />
          ))}
          {course.holds.map((span) => (
            <Hold key={`${span.who} ${span.fromMs}`} span={span} at={at} endMs={endMs} />
          ))}
          {course.beliefs.map((span) => (
            <BelievedHold key={`${span.who} ${span.fromMs}`} span={span} at={at} endMs={endMs} />
          ))}
          {course.writes.map((write) => (
            <Write key={`${write.who} ${write.atMs}`} write={write} at={at} />
          ))}
        </svg>
      </div>
    </section>
  );
}

interface SpanProps {
  readonly span: Span;
  readonly at: (atMs: number) => number;
  readonly endMs: number;
}

function Hold({ span: { who, token, fromMs, toMs }, at, endMs }: SpanProps) {
  const x = at(fromMs);
  const width = Math.max(3, at(toMs ?? endMs) - x);
  const label = `token ${token}`;
  return (
    <>
      <rect x={x} y={who * LANE_HEIGHT + 5} width={width} height={18} rx={3} fill={hueOf(who)} opacity={0.3} />
      {width > label.length * 7 ? (
        <text x={x + 6} y={who * LANE_HEIGHT + 18} className="text-sm" fill="var(--text)">
          {label}
        </text>
      ) : null}
    </>
  );
}

function BelievedHold({ span: { who, fromMs, toMs }, at, endMs }: SpanProps) {
  const x = at(fromMs);
  return (
    <rect
      x={x}
      y={who * LANE_HEIGHT + 2}
      width={Math.max(3, at(toMs ?? endMs) - x)}
      height={LANE_HEIGHT - 4}
      rx={4}
      fill="none"
      stroke={hueOf(who)}
      strokeWidth={1.5}
      strokeDasharray="4 3"
    />
  );
}

function Sleep({ span: { who, fromMs, toMs }, at, endMs }: SpanProps) {
  const x = at(fromMs);
  const width = Math.max(3, at(toMs ?? endMs) - x);
  return (
    <>
      <rect x={x} y={who * LANE_HEIGHT + 1} width={width} height={LANE_HEIGHT - 2} fill="var(--sunken)" />
      {width > 44 ? (
        <text
          x={x + width - 6}
          y={who * LANE_HEIGHT + 18}
          textAnchor="end"
          className="text-sm"
          fill="var(--text-faint)"
        >
          asleep
        </text>
      ) : null}
    </>
  );
}

/** A point for what was taken, a cross for what was refused. */
function Write({
  write: { who, atMs, isTaken },
  at,
}: {
  readonly write: WriteMark;
  readonly at: (atMs: number) => number;
}) {
  const x = at(atMs);
  const y = who * LANE_HEIGHT + WRITE_Y;
  return isTaken ? (
    <circle cx={x} cy={y} r={4.5} fill="var(--good)" stroke="var(--surface)" />
  ) : (
    <path d={crossAt(x, y)} stroke="var(--bad)" strokeWidth={2.5} strokeLinecap="round" />
  );
}

function crossAt(x: number, y: number): string {
  return `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x + 4} ${y - 4}L${x - 4} ${y + 4}`;
}

function Legend() {
  return (
    <ul aria-label="Legend" className="flex flex-wrap items-center gap-x-4 text-sm text-soft">
      <li className="inline-flex items-center gap-1.5">
        <span aria-hidden className="h-3 w-5 rounded-sm bg-accent opacity-30" />
        holds the lock
      </li>
      <li className="inline-flex items-center gap-1.5">
        <span aria-hidden className="h-3 w-5 rounded-sm border border-dashed border-accent" />
        believes so
      </li>
      <li className="inline-flex items-center gap-1.5">
        <svg aria-hidden="true" width="12" height="12">
          <circle cx={6} cy={6} r={4.5} fill="var(--good)" />
        </svg>
        write taken
      </li>
      <li className="inline-flex items-center gap-1.5">
        <svg aria-hidden="true" width="12" height="12">
          <path d={crossAt(6, 6)} stroke="var(--bad)" strokeWidth={2.5} strokeLinecap="round" />
        </svg>
        refused
      </li>
    </ul>
  );
}

/** The clock of the drawing goes by seconds; what has just happened is drawn at once. */
function lastOf({ beganMs, holds, beliefs, sleeps, writes }: Course): number {
  const spans = [...holds, ...beliefs, ...sleeps].map(({ fromMs, toMs }) => toMs ?? fromMs);
  return Math.max(beganMs, ...spans, ...writes.map(({ atMs }) => atMs));
}

function courseWords({ holds, writes }: Course): string {
  const held = holds.map(({ who, token }) => `${nameOfContender(who)} token ${token}`).join(', then ');
  const refused = writes.filter(({ isTaken }) => !isTaken).length;
  return `Held by ${held || 'nobody yet'}; ${writes.length - refused} writes taken, ${refused} refused`;
}
