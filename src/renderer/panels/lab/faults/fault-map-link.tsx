import { Copy, Hourglass, type LucideIcon, Scissors, Shredder } from 'lucide-react';
import { isLinkBetween, linksOf } from '../../../../contract/demo-faults.ts';
import type { DemoFault } from '../../../../contract/index.ts';
import { durationText } from '../../../ui/numbers.ts';
import type { MapLink } from './fault-map-layout.ts';
import type { LinkFaultKind } from './fault-plan.ts';
import { effectWords } from './fault-words.ts';
import { type ItemProps, itemAttributes } from './map-item.ts';
import type { Target } from './targets.ts';

/** Each kind has a line, an icon and words of its own. */
const LOOKS: Readonly<
  Record<LinkFaultKind, { readonly icon: LucideIcon; readonly dash: string; readonly ink: string }>
> = {
  cut: { icon: Scissors, dash: '', ink: 'var(--bad)' },
  drop: { icon: Shredder, dash: '9 7', ink: 'var(--bad)' },
  delay: { icon: Hourglass, dash: '1.5 6', ink: 'var(--warning)' },
  duplicate: { icon: Copy, dash: '', ink: 'var(--warning)' },
};

/** The worst decides how the line looks; the words tell all. */
const WORST: readonly LinkFaultKind[] = ['cut', 'drop', 'delay', 'duplicate'];

const PILL_HEIGHT = 20;

export function FaultMapLink({
  link,
  target,
  item,
  isChosen,
  areNamesShown,
}: {
  readonly link: MapLink;
  readonly target: Target & { readonly kind: 'link' };
  readonly item: ItemProps;
  /** Also when it is part of what is chosen. */
  readonly isChosen: boolean;
  /** A link without a fault says what it is: there is room for it. */
  readonly areNamesShown: boolean;
}) {
  const { from, to, x1, y1, x2, y2, faults, roundTripMs } = link;
  const belowY = link.labelY + (faults.length === 0 ? 19 : (faults.length * (PILL_HEIGHT + 2)) / 2 + 13);
  const nameOf = (id: string): string =>
    (id === from.participant.agentId ? from : to).participant.name || id.slice(0, 8);
  const worst = WORST.find((kind) => faults.some((fault) => fault.kind === kind));
  const words = faults.map((fault) => faultText(fault, target, nameOf));
  return (
    <g
      {...itemAttributes(target, item)}
      aria-label={`Link ${nameOf(target.from)} – ${nameOf(target.to)}, ${words.length === 0 ? 'intact' : words.join(', ')}`}
      className="group outline-none"
    >
      <line x1={x1} y1={y1} x2={x2} y2={y2} stroke="transparent" strokeWidth="18" />
      <line
        x1={x1}
        y1={y1}
        x2={x2}
        y2={y2}
        stroke="var(--focus)"
        strokeWidth="10"
        strokeLinecap="round"
        className="opacity-0 group-focus-visible:opacity-30"
      />
      {isChosen ? (
        <line x1={x1} y1={y1} x2={x2} y2={y2} stroke="var(--selected)" strokeWidth="10" strokeLinecap="round" />
      ) : null}
      <Line link={link} worst={worst} isChosen={isChosen} />
      {faults.map((fault, at) => (
        <Pill
          key={fault.id}
          x={link.labelX}
          y={link.labelY + (at - (faults.length - 1) / 2) * (PILL_HEIGHT + 2)}
          text={words[at]!}
          look={LOOKS[fault.kind as LinkFaultKind]}
        />
      ))}
      {faults.length === 0 && areNamesShown ? (
        <text
          x={link.labelX}
          y={link.labelY + 4}
          textAnchor="middle"
          paintOrder="stroke"
          stroke="var(--surface)"
          strokeWidth="6"
          fill={isChosen ? 'var(--accent)' : 'var(--text-faint)'}
          className="text-sm group-hover:underline"
        >
          {isChosen ? 'chosen' : 'intact'}
        </text>
      ) : null}
      {roundTripMs === null || !(areNamesShown || faults.length > 0) ? null : (
        <text
          x={link.labelX}
          y={belowY}
          textAnchor="middle"
          paintOrder="stroke"
          stroke="var(--surface)"
          strokeWidth="6"
          fill="var(--text-faint)"
          className="text-sm tabular-nums"
        >
          round trip {durationText(roundTripMs)}
        </text>
      )}
    </g>
  );
}

function faultText(
  fault: DemoFault,
  { from, to }: { readonly from: string; readonly to: string },
  nameOf: (id: string) => string,
): string {
  const words = effectWords(fault);
  const link = linksOf(fault).find((each) => isLinkBetween(each, from, to));
  return fault.direction === 'both' || link === undefined ? words : `${words}, to ${nameOf(link[1])} only`;
}

function Line({
  link: { x1, y1, x2, y2, labelX, labelY },
  worst,
  isChosen,
}: {
  readonly link: MapLink;
  readonly worst: LinkFaultKind | undefined;
  readonly isChosen: boolean;
}) {
  const ink = worst === undefined ? (isChosen ? 'var(--accent)' : 'var(--line-strong)') : LOOKS[worst].ink;
  const common = { stroke: ink, strokeWidth: 2, strokeLinecap: 'round' as const };
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  if (worst === 'cut') {
    const [gapX, gapY] = [((x2 - x1) / length) * 46, ((y2 - y1) / length) * 46];
    return (
      <>
        <line {...common} x1={x1} y1={y1} x2={labelX - gapX} y2={labelY - gapY} />
        <line {...common} x1={labelX + gapX} y1={labelY + gapY} x2={x2} y2={y2} />
      </>
    );
  }
  if (worst === 'duplicate') {
    const [sideX, sideY] = [(-(y2 - y1) / length) * 3, ((x2 - x1) / length) * 3];
    return (
      <>
        <line {...common} x1={x1 + sideX} y1={y1 + sideY} x2={x2 + sideX} y2={y2 + sideY} />
        <line {...common} x1={x1 - sideX} y1={y1 - sideY} x2={x2 - sideX} y2={y2 - sideY} />
      </>
    );
  }
  return (
    <line {...common} x1={x1} y1={y1} x2={x2} y2={y2} strokeDasharray={worst === undefined ? '' : LOOKS[worst].dash} />
  );
}

function Pill({
  x,
  y,
  text,
  look: { icon: Icon, ink },
}: {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly look: (typeof LOOKS)[LinkFaultKind];
}) {
  const width = text.length * 6.4 + 36;
  return (
    <>
      <rect
        x={x - width / 2}
        y={y - PILL_HEIGHT / 2}
        width={width}
        height={PILL_HEIGHT}
        rx={PILL_HEIGHT / 2}
        fill="var(--surface)"
        stroke={ink}
      />
      <Icon aria-hidden x={x - width / 2 + 8} y={y - 6.5} size={13} color={ink} />
      <text x={x + 9} y={y + 4} textAnchor="middle" fill={ink} className="text-sm font-medium">
        {text}
      </text>
    </>
  );
}
