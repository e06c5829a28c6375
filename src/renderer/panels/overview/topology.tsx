import { memo } from 'react';
import type { ParticipantView } from '../../../contract/index.ts';
import { useCell } from '../../cell/cell-store.ts';
import { isLagging, isSilent, stateWord, troubleWords } from '../../cell/participant-words.ts';
import { formatPlace } from '../../navigation/navigation-store.ts';
import { AgentFigure } from '../../ui/agent-figure.tsx';
import { durationText } from '../../ui/numbers.ts';
import { useSize } from '../../ui/use-size.ts';
import { layoutTopology, type TopologyLink, type TopologyNode } from './topology-layout.ts';

/** Who takes part, who leads, and how far away each is from the asked agent. */
export function Topology() {
  const participants = useCell(({ view }) => view?.participants);
  const [ref, { width, height }] = useSize<HTMLDivElement>();
  const ready = participants !== undefined && width > 0;
  const { nodes, links, others, radius } = layoutTopology(ready ? participants : [], width, height);
  return (
    <div ref={ref} className="relative min-h-0 flex-1 overflow-hidden">
      <svg
        role="group"
        aria-label="Participants, and the links of this agent with their round-trip times"
        width={width}
        height={height}
        className="absolute inset-0"
      >
        {others.map(({ x1, y1, x2, y2 }) => (
          <line key={`${x1} ${y1} ${x2} ${y2}`} x1={x1} y1={y1} x2={x2} y2={y2} stroke="var(--link-far)" />
        ))}
        {links.map((link) => (
          <Link key={link.to.agentId} link={link} />
        ))}
        {nodes.map((node) => (
          <Node key={node.participant.agentId} node={node} radius={radius} />
        ))}
      </svg>
      {links.length === 0 ? null : (
        <p className="absolute bottom-2 left-3 text-sm text-faint">Round trips as this agent measures them</p>
      )}
    </div>
  );
}

function Link({ link: { to, x1, y1, x2, y2, labelX, labelY } }: { readonly link: TopologyLink }) {
  const silent = isSilent(to) || to.suspect;
  const label = silent ? 'no answer' : to.roundTripMs === null ? '…' : durationText(to.roundTripMs);
  const color = silent ? 'var(--bad)' : 'var(--link)';
  return (
    <g aria-hidden>
      <line x1={x1} y1={y1} x2={x2} y2={y2} stroke={color} strokeWidth="1.5" strokeDasharray={silent ? '4 4' : ''} />
      <rect x={labelX - 32} y={labelY - 9} width="64" height="18" rx="9" fill="var(--surface)" stroke="var(--line)" />
      <text
        x={labelX}
        y={labelY + 4}
        textAnchor="middle"
        className="text-xs tabular-nums"
        fill={silent ? 'var(--bad)' : 'var(--text-soft)'}
      >
        {label}
      </text>
    </g>
  );
}

const Node = memo(function Node({ node, radius }: { readonly node: TopologyNode; readonly radius: number }) {
  const { participant, x, y, wordsAbove } = node;
  const { agentId, isSelf } = participant;
  const word = stateWord(participant);
  const trouble = troubleWords(participant);
  return (
    <a href={formatPlace({ panel: 'participants', query: { agent: agentId } })} className="group outline-none">
      <AgentFigure
        name={participant.name || agentId.slice(0, 8)}
        word={word}
        isSelf={isSelf}
        x={x}
        y={y}
        radius={radius}
        wordsAbove={wordsAbove}
        words={`${word}${trouble === '' ? '' : ` · ${trouble}`}`}
        ink={inkOf(participant)}
      />
    </a>
  );
});

function inkOf(participant: ParticipantView): string {
  if (participant.suspect || isSilent(participant)) return 'var(--bad)';
  return isLagging(participant) ? 'var(--warning)' : 'var(--text-soft)';
}
