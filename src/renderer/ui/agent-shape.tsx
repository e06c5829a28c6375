import { Circle, CircleDashed, Crown, Eye, type LucideIcon, Radio } from 'lucide-react';

export interface AgentLook {
  readonly icon: LucideIcon;
  readonly fill: string;
  readonly stroke: string;
  readonly ink: string;
}

const LOOKS: Readonly<Record<string, AgentLook>> = {
  leader: { icon: Crown, fill: 'var(--accent)', stroke: 'var(--accent)', ink: 'var(--on-accent)' },
  follower: { icon: Circle, fill: 'var(--good-soft)', stroke: 'var(--good)', ink: 'var(--good)' },
  campaigning: { icon: Radio, fill: 'var(--warning-soft)', stroke: 'var(--warning)', ink: 'var(--warning)' },
  learner: { icon: Eye, fill: 'var(--sunken)', stroke: 'var(--line-strong)', ink: 'var(--text-soft)' },
  suspect: { icon: CircleDashed, fill: 'var(--bad-soft)', stroke: 'var(--bad)', ink: 'var(--bad)' },
};

/** Icon and colours of a state word: `leader`, `follower`, `campaigning`, `learner`, `suspect`. */
export function agentLook(word: string): AgentLook {
  return LOOKS[word]!;
}

/** Each state has a shape of its own: hexagon, circle, diamond, square, and a circle with a broken line. */
export function AgentShape({
  word,
  x,
  y,
  radius,
  fill,
  stroke,
}: {
  readonly word: string;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly fill: string;
  readonly stroke: string;
}) {
  const common = { fill, stroke, strokeWidth: 1.5 };
  switch (word) {
    case 'leader':
      return <polygon {...common} points={corners(x, y, radius * 1.1, 6)} strokeLinejoin="round" />;
    case 'campaigning':
      return <polygon {...common} points={corners(x, y, radius * 1.15, 4)} strokeLinejoin="round" />;
    case 'learner':
      return (
        <rect
          {...common}
          x={x - radius * 0.9}
          y={y - radius * 0.9}
          width={radius * 1.8}
          height={radius * 1.8}
          rx={radius / 4}
        />
      );
    default:
      return <circle {...common} cx={x} cy={y} r={radius} strokeDasharray={word === 'suspect' ? '4 3' : undefined} />;
  }
}

function corners(x: number, y: number, radius: number, count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const angle = -Math.PI / 2 + (index / count) * 2 * Math.PI;
    return `${(x + radius * Math.cos(angle)).toFixed(1)},${(y + radius * Math.sin(angle)).toFixed(1)}`;
  }).join(' ');
}
