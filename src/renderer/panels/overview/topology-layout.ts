import type { ParticipantView } from '../../../contract/index.ts';

export interface TopologyNode {
  readonly participant: ParticipantView;
  readonly x: number;
  readonly y: number;
  /** Its words stand outside of the ring, so that no link runs through them. */
  readonly wordsAbove: boolean;
}

export interface TopologyLink {
  readonly to: ParticipantView;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Where the round-trip time is written. */
  readonly labelX: number;
  readonly labelY: number;
}

export interface Topology {
  readonly nodes: readonly TopologyNode[];
  /** Of the asked agent, to each other participant: what it measures. */
  readonly links: readonly TopologyLink[];
  /** Between the others: they exist, but are measured elsewhere. */
  readonly others: readonly Pick<TopologyLink, 'x1' | 'y1' | 'x2' | 'y2'>[];
  readonly radius: number;
}

const MARGIN_X = 84;
const MARGIN_Y = 66;
const RING_X_MAX = 480;
const RING_Y_MAX = 290;
/** Beyond, the links between the others are a tangle that says nothing. */
const OTHERS_SHOWN_MAX = 7;

/**
 * Participants on a ring, the asked agent on top, the others by name: who leads changes, places do not. `width` and
 * `height` are pixels.
 */
export function layoutTopology(participants: readonly ParticipantView[], width: number, height: number): Topology {
  const ordered = [...participants].sort(
    (a, b) => Number(b.isSelf) - Number(a.isSelf) || a.name.localeCompare(b.name) || a.agentId.localeCompare(b.agentId),
  );
  const radius = ordered.length > 8 ? 15 : 20;
  const ringX = Math.max(40, Math.min(width / 2 - MARGIN_X, RING_X_MAX));
  const ringY = Math.max(40, Math.min(height / 2 - MARGIN_Y, RING_Y_MAX));
  const nodes = ordered.map((participant, index): TopologyNode => {
    if (ordered.length === 1) return { participant, x: width / 2, y: height / 2, wordsAbove: false };
    // Two stand side by side, so that the link between them is long enough for its label.
    const start = ordered.length === 2 ? Math.PI : -Math.PI / 2;
    const angle = start + (index / ordered.length) * 2 * Math.PI;
    const sine = Math.sin(angle);
    return {
      participant,
      x: width / 2 + ringX * Math.cos(angle),
      y: height / 2 + ringY * sine,
      wordsAbove: sine < -0.01,
    };
  });
  const self = nodes.find(({ participant }) => participant.isSelf);
  return { nodes, links: linksOf(self, nodes, radius), others: othersOf(nodes), radius };
}

function linksOf(self: TopologyNode | undefined, nodes: readonly TopologyNode[], radius: number): TopologyLink[] {
  if (self === undefined) return [];
  return nodes
    .filter((node) => node !== self)
    .map((node) => {
      const length = Math.hypot(node.x - self.x, node.y - self.y) || 1;
      const dx = ((node.x - self.x) / length) * radius;
      const dy = ((node.y - self.y) / length) * radius;
      const [x1, y1, x2, y2] = [self.x + dx, self.y + dy, node.x - dx, node.y - dy];
      // A little nearer to the other end: there the links are farther from each other.
      const share = nodes.length > 3 ? 0.6 : 0.5;
      return {
        to: node.participant,
        x1,
        y1,
        x2,
        y2,
        labelX: x1 + (x2 - x1) * share,
        labelY: y1 + (y2 - y1) * share,
      };
    });
}

function othersOf(nodes: readonly TopologyNode[]): Topology['others'] {
  if (nodes.length > OTHERS_SHOWN_MAX) return [];
  const others = nodes.filter(({ participant }) => !participant.isSelf);
  return others.flatMap((a, index) => others.slice(index + 1).map((b) => ({ x1: a.x, y1: a.y, x2: b.x, y2: b.y })));
}
