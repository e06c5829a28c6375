import { useMemo } from 'react';
import { useNameOfSession } from '../../acting/acting-store.ts';
import { navigate } from '../../navigation/navigation-store.ts';
import type { WaitGraph, WaitNode } from './wait-graph.ts';
import { layoutWaits, NODE_HEIGHT, NODE_WIDTH, type PlacedEdge, type PlacedNode, type Point } from './wait-layout.ts';

/** Characters of a path that fit into a node; its end tells locks apart. */
const PATH_CHARS = 17;
const NAME_CHARS = 18;
/** So far from the session stands its place in line, where no two lines have met yet. */
const LABEL_PX = 13;
const SCALE_MIN = 0.85;
/** A line without a place in line is told apart by its dashes. */
const DASHES = { waits: '5 3', held: '', next: '2 3' } as const;

/** Sessions and locks from left to right, each line pointing at what is waited for. The words beside it say the same. */
export function WaitDrawing({ graph }: { readonly graph: WaitGraph }) {
  const { nodes, edges, width, height } = useMemo(() => layoutWaits(graph), [graph]);
  return (
    <div
      role="region"
      aria-label="Drawing of who waits for whom"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus
      tabIndex={0}
      className="min-h-0 flex-1 overflow-auto focus-visible:-outline-offset-2"
    >
      <svg
        role="img"
        aria-label={`${nodes.length} sessions and locks, ${edges.length} lines between them; the list beside it says each in words`}
        viewBox={`0 0 ${width} ${height}`}
        className="mx-auto block"
        // A little too wide is made to fit; what is wider is scrolled, so that it stays readable.
        style={{ width: `max(min(100%, ${width}px), ${width * SCALE_MIN}px)` }}
      >
        <defs>
          <marker id="wait-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8z" fill="var(--text-faint)" />
          </marker>
        </defs>
        {edges.map((placed) => (
          <Edge key={`${placed.edge.from} ${placed.edge.to}`} placed={placed} />
        ))}
        {nodes.map((placed) => (
          <Node key={placed.node.id} placed={placed} />
        ))}
      </svg>
    </div>
  );
}

function Edge({ placed: { edge, points } }: { readonly placed: PlacedEdge }) {
  const isWaiting = edge.kind === 'waits';
  const start = points[0]!;
  const labelX = start.x + LABEL_PX;
  return (
    <g>
      <path
        d={curve(points)}
        fill="none"
        stroke={isWaiting ? 'var(--warning)' : 'var(--text-faint)'}
        strokeWidth="1.5"
        strokeDasharray={DASHES[edge.kind]}
        markerEnd="url(#wait-arrow)"
      />
      {isWaiting ? (
        <>
          <rect x={labelX - 8} y={start.y - 6} width="16" height="12" rx="6" fill="var(--surface)" />
          <text x={labelX} y={start.y + 4} textAnchor="middle" className="text-xs tabular-nums" fill="var(--text-soft)">
            {edge.position}
          </text>
        </>
      ) : null}
    </g>
  );
}

/** Bends between columns, and goes straight through the gaps within them. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  let path = `M${first!.x} ${first!.y}`;
  let at = first!;
  for (const [index, to] of rest.entries()) {
    const bend = (to.x - at.x) / 2;
    path += index % 2 === 0 ? `C${at.x + bend} ${at.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}` : `L${to.x} ${to.y}`;
    at = to;
  }
  return path;
}

function Node({ placed: { node, x, y } }: { readonly placed: PlacedNode }) {
  return node.kind === 'lock' ? <LockNode node={node} x={x} y={y} /> : <SessionNode node={node} x={x} y={y} />;
}

function LockNode({
  node,
  x,
  y,
}: {
  readonly node: WaitNode & { readonly kind: 'lock' };
  readonly x: number;
  readonly y: number;
}) {
  const { path, state } = node;
  // Every lock ends in it.
  const named = path.slice(0, -'/_lockable'.length);
  const text = named.length > PATH_CHARS ? `…${named.slice(1 - PATH_CHARS)}` : named;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a picture for the pointer; the words beside it are buttons
    <g className="cursor-pointer" onClick={() => navigate('locks', { path })}>
      <title>{`${path}: ${state}`}</title>
      <rect x={x} y={y} width={NODE_WIDTH} height={NODE_HEIGHT} rx="3" fill="var(--info-soft)" stroke="var(--accent)" />
      <text x={x + 8} y={y + 18} className="font-mono text-xs" fill="var(--text)">
        {text}
      </text>
    </g>
  );
}

function SessionNode({
  node,
  x,
  y,
}: {
  readonly node: WaitNode & { readonly kind: 'session' };
  readonly x: number;
  readonly y: number;
}) {
  const name = useNameOfSession(node.sessionId, node.owner);
  const isOwn = name.startsWith('you: ');
  const text = name.length > NAME_CHARS ? `${name.slice(0, NAME_CHARS - 1)}…` : name;
  return (
    <g>
      <title>{`${name}, id ${node.sessionId}`}</title>
      <rect
        x={x}
        y={y}
        width={NODE_WIDTH}
        height={NODE_HEIGHT}
        rx={NODE_HEIGHT / 2}
        fill="var(--raised)"
        stroke={isOwn ? 'var(--accent)' : 'var(--line-strong)'}
        strokeWidth={isOwn ? 2 : 1}
      />
      <text x={x + NODE_WIDTH / 2} y={y + 18} textAnchor="middle" className="text-sm" fill="var(--text)">
        {text}
      </text>
    </g>
  );
}
