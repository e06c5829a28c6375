import { isLinkBetween, linksOf } from '../../../../contract/demo-faults.ts';
import type { DemoFault, ParticipantView } from '../../../../contract/index.ts';
import { layoutTopology, type TopologyNode } from '../../overview/topology-layout.ts';

export interface MapLink {
  readonly from: TopologyNode;
  readonly to: TopologyNode;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Where its faults are written. */
  readonly labelX: number;
  readonly labelY: number;
  readonly faults: readonly DemoFault[];
  /** As this agent measures it: of its own links only. */
  readonly roundTripMs: number | null;
}

export interface FaultMapLayout {
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly MapLink[];
  readonly radius: number;
}

/** Links across the ring meet in its middle: their words stand nearer to one end. */
const ACROSS = 0.3;

/** Every agent, and a link between any two: each of them can be broken. */
export function layoutFaultMap(
  participants: readonly ParticipantView[],
  faults: readonly DemoFault[],
  width: number,
  height: number,
): FaultMapLayout {
  const { nodes, radius } = layoutTopology(participants, width, height);
  const links = nodes.flatMap((from, first) =>
    nodes.slice(first + 1).map((to, between) => {
      const isNeighbour = between === 0 || (first === 0 && between === nodes.length - 2);
      return linkOf(from, to, faults, radius, isNeighbour ? 0.5 : ACROSS);
    }),
  );
  return { nodes, links, radius };
}

function linkOf(
  from: TopologyNode,
  to: TopologyNode,
  faults: readonly DemoFault[],
  radius: number,
  labelShare: number,
): MapLink {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const dx = ((to.x - from.x) / length) * (radius + 4);
  const dy = ((to.y - from.y) / length) * (radius + 4);
  const [one, other] = [from.participant.agentId, to.participant.agentId];
  const [x1, y1, x2, y2] = [from.x + dx, from.y + dy, to.x - dx, to.y - dy];
  return {
    from,
    to,
    roundTripMs: from.participant.isSelf
      ? to.participant.roundTripMs
      : to.participant.isSelf
        ? from.participant.roundTripMs
        : null,
    x1,
    y1,
    x2,
    y2,
    labelX: x1 + (x2 - x1) * labelShare,
    labelY: y1 + (y2 - y1) * labelShare,
    faults: faults.filter((fault) => linksOf(fault).some((link) => isLinkBetween(link, one, other))),
  };
}
