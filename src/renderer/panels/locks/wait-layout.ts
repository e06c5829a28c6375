import type { WaitEdge, WaitGraph, WaitNode } from './wait-graph.ts';

export const NODE_WIDTH = 140;
export const NODE_HEIGHT = 28;
const COLUMN_PX = 200;
const ROW_PX = 38;
const MARGIN_PX = 16;
/** Lines that begin at one node stand so far apart, as long as there is room. */
const PORT_PX = 13;
/** Sweeps over the columns after which hardly a line moves any more. */
const SWEEPS = 4;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode {
  readonly node: WaitNode;
  /** The upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly edge: WaitEdge;
  /** From the right side of one node to the left side of another, through gaps that nothing stands in. */
  readonly points: readonly Point[];
}

export interface WaitLayout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** What stands in a column: a node, or a gap that a line passes through. */
interface Place {
  readonly id: string;
  readonly node: WaitNode | undefined;
}

/** A line from column to column. */
interface Route {
  readonly edge: WaitEdge;
  readonly places: readonly string[];
}

/** From left to right: who waits stands left of what is waited for, and whoever waits for nothing stands at the right. */
export function layoutWaits({ nodes, edges }: WaitGraph): WaitLayout {
  const { columns, routes } = columnsOf(nodes, edges);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) untangle(columns, routes);
  const rows = Math.max(0, ...columns.map((column) => column.length));
  const corners = new Map<string, Point>();
  const placed: PlacedNode[] = [];
  for (const [column, places] of columns.entries()) {
    const top = MARGIN_PX + ((rows - places.length) * ROW_PX) / 2;
    for (const [row, { id, node }] of places.entries()) {
      const corner = { x: MARGIN_PX + column * COLUMN_PX, y: top + row * ROW_PX };
      corners.set(id, corner);
      if (node !== undefined) placed.push({ node, ...corner });
    }
  }
  const lines = routes.map(({ edge, places }) => ({ edge, points: pointsOf(places.map((id) => corners.get(id)!)) }));
  return {
    nodes: placed,
    edges: fanned(lines),
    width: columns.length === 0 ? 0 : 2 * MARGIN_PX + (columns.length - 1) * COLUMN_PX + NODE_WIDTH,
    height: 2 * MARGIN_PX + rows * ROW_PX,
  };
}

function pointsOf(corners: readonly Point[]): Point[] {
  const points = corners.flatMap(({ x, y }) => {
    const middle = y + NODE_HEIGHT / 2;
    return [
      { x, y: middle },
      { x: x + NODE_WIDTH, y: middle },
    ];
  });
  return points.slice(1, -1);
}

/** Lines of one node begin one below the other, in the order of where they go, so that each is told apart. */
function fanned(lines: readonly PlacedEdge[]): PlacedEdge[] {
  const beginning = new Map<string, PlacedEdge[]>();
  for (const line of lines) beginning.set(line.edge.from, [...(beginning.get(line.edge.from) ?? []), line]);
  return [...beginning.values()].flatMap((beside) => {
    const ordered = beside.toSorted((a, b) => a.points[1]!.y - b.points[1]!.y);
    const apart = Math.min(PORT_PX, NODE_HEIGHT / ordered.length);
    return ordered.map(({ edge, points: [first, ...rest] }, index) => {
      const shift = (index - (ordered.length - 1) / 2) * apart;
      return { edge, points: [{ x: first!.x, y: first!.y + shift }, ...rest] };
    });
  });
}

function columnsOf(
  nodes: readonly WaitNode[],
  edges: readonly WaitEdge[],
): { readonly columns: Place[][]; readonly routes: Route[] } {
  const depths = depthsOf(nodes, edges);
  const deepest = Math.max(-1, ...depths.values());
  const columnOf = (id: string): number => deepest - depths.get(id)!;
  const columns: Place[][] = Array.from({ length: deepest + 1 }, () => []);
  for (const node of nodes) columns[columnOf(node.id)]!.push({ id: node.id, node });
  const routes = edges.map((edge) => {
    const between: string[] = [];
    for (let column = columnOf(edge.from) + 1; column < columnOf(edge.to); column += 1) {
      const id = `${edge.from} > ${edge.to} @ ${column}`;
      columns[column]!.push({ id, node: undefined });
      between.push(id);
    }
    return { edge, places: [edge.from, ...between, edge.to] };
  });
  return { columns, routes };
}

/** How many steps it is to whoever waits for nothing. The cell lets no cycle come about; one would be cut, not followed. */
function depthsOf(nodes: readonly WaitNode[], edges: readonly WaitEdge[]): ReadonlyMap<string, number> {
  const targets = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) targets.get(from)!.push(to);
  const depths = new Map<string, number>();
  const onTheWay = new Set<string>();
  const depth = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    if (onTheWay.has(id)) return 0;
    onTheWay.add(id);
    const found = Math.max(-1, ...targets.get(id)!.map(depth)) + 1;
    onTheWay.delete(id);
    depths.set(id, found);
    return found;
  };
  for (const { id } of nodes) depth(id);
  return depths;
}

interface Link {
  readonly from: string;
  readonly to: string;
  readonly position: number;
}

/** Moves each place to the middle of its neighbours; those who wait in one line keep its order. */
function untangle(columns: Place[][], routes: readonly Route[]): void {
  const near = new Map<string, Link[]>();
  for (const { edge, places } of routes) {
    for (const [at, to] of places.entries()) {
      const from = places[at - 1];
      if (from === undefined) continue;
      const link = { from, to, position: edge.position };
      for (const id of [from, to]) {
        const links = near.get(id);
        if (links === undefined) near.set(id, [link]);
        else links.push(link);
      }
    }
  }
  const rowOf = new Map<string, number>();
  const note = (): void => {
    for (const column of columns) {
      for (const [row, { id }] of column.entries()) rowOf.set(id, row - column.length / 2);
    }
  };
  note();
  for (const column of columns.toReversed()) {
    const ranks = new Map(column.map(({ id }) => [id, rankOf(id, near.get(id) ?? [], rowOf)]));
    column.sort((a, b) => ranks.get(a.id)! - ranks.get(b.id)!);
    note();
  }
}

function rankOf(id: string, links: readonly Link[], rowOf: ReadonlyMap<string, number>): number {
  if (links.length === 0) return rowOf.get(id)!;
  const middle = links.reduce((sum, { from, to }) => sum + rowOf.get(from === id ? to : from)!, 0) / links.length;
  const positions = links.filter(({ from }) => from === id).map(({ position }) => position);
  // Far less than a row, so that it decides only among those with the same neighbours.
  return middle + Math.min(1_000, ...positions) / 100_000;
}
