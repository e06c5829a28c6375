import { AgentShape, agentLook } from './agent-shape.tsx';

/**
 * An agent in a drawing of the cell: the shape of its state, its name, and a line of words. Whatever holds it takes the focus,
 * with the class `group`.
 */
export function AgentFigure({
  name,
  word,
  isSelf,
  x,
  y,
  radius,
  wordsAbove,
  words,
  ink,
  isChosen = false,
}: {
  readonly name: string;
  /** Of its state, which has the shape. */
  readonly word: string;
  readonly isSelf: boolean;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly wordsAbove: boolean;
  readonly words: string;
  readonly ink: string;
  readonly isChosen?: boolean;
}) {
  const look = agentLook(word);
  const firstLine = wordsAbove ? y - radius - 30 : y + radius + 23;
  return (
    <>
      <circle
        cx={x}
        cy={y}
        r={radius + 9}
        fill={isChosen ? 'var(--selected)' : 'transparent'}
        stroke="var(--accent)"
        strokeWidth={isChosen ? 2 : 0}
      />
      {isSelf ? <circle cx={x} cy={y} r={radius + 5} fill="none" stroke="var(--accent)" strokeDasharray="2 3" /> : null}
      <circle
        cx={x}
        cy={y}
        r={radius + 12}
        fill="none"
        stroke="var(--focus)"
        strokeWidth="2"
        className="opacity-0 group-focus-visible:opacity-100"
      />
      {/* So that links end at the shape even where its colour lets them through. */}
      <AgentShape word={word} x={x} y={y} radius={radius} fill="var(--surface)" stroke="none" />
      <AgentShape word={word} x={x} y={y} radius={radius} fill={look.fill} stroke={look.stroke} />
      <look.icon aria-hidden x={x - 8} y={y - 8} size={16} color={look.ink} />
      <text x={x} y={firstLine} textAnchor="middle" fill="var(--text)" className="font-semibold group-hover:underline">
        {name}
        {isSelf ? (
          <tspan fill="var(--text-faint)" fontWeight="400">
            {' '}
            · this agent
          </tspan>
        ) : null}
      </text>{' '}
      <text x={x} y={firstLine + 16} textAnchor="middle" className="text-sm" fill={ink}>
        {words}
      </text>
    </>
  );
}
