import type { DemoAgent, DemoFault, DemoFaultKind, DemoLink, PlannedDemoFault } from './demo.ts';

type FaultPlace = Pick<DemoFault, 'kind' | 'agents' | 'links' | 'direction'>;

/** Of links between agents; the others are of processes. */
export function isLinkFault(kind: DemoFaultKind): boolean {
  return kind !== 'pause' && kind !== 'kill';
}

/** The links that a fault is of: those it names, or the one between the two agents that it names instead. */
export function linksOf({ kind, agents, links }: Pick<FaultPlace, 'kind' | 'agents' | 'links'>): readonly DemoLink[] {
  if (!isLinkFault(kind)) return [];
  if (links.length > 0) return links;
  const [from, to] = agents;
  return from === undefined || to === undefined ? [] : [[from, to]];
}

/** Whether these are the two ends of that link, in whichever order. */
export function isLinkBetween([from, to]: DemoLink, one: string, other: string): boolean {
  return (from === one && to === other) || (from === other && to === one);
}

/**
 * A fault takes the place of one of its kind when all agents or links of that one are its own, unless each is of the other
 * direction of a link.
 */
export function takesPlaceOf(newer: FaultPlace, older: FaultPlace): boolean {
  if (newer.kind !== older.kind) return false;
  if (!isLinkFault(newer.kind)) return older.agents.every((agentId) => newer.agents.includes(agentId));
  const isWhole = newer.direction === 'both' || older.direction === 'both';
  const covers = (mine: DemoLink, [from, to]: DemoLink): boolean =>
    isLinkBetween(mine, from, to) && (isWhole || mine[0] === from);
  return linksOf(older).every((link) => linksOf(newer).some((mine) => covers(mine, link)));
}

/** Two groups of agents, with a fault of every link between them and of no other. */
export interface Parting {
  readonly from: readonly string[];
  readonly to: readonly string[];
}

/** Of several links: the groups, if each link leads from one to the other, and none between them is left out. */
export function partingOf(links: readonly DemoLink[]): Parting | undefined {
  const [first] = links;
  if (first === undefined || links.length < 2) return undefined;
  const from = new Set(links.filter((link) => link[1] === first[1]).map((link) => link[0]));
  const to = new Set(links.filter((link) => link[0] === first[0]).map((link) => link[1]));
  const isAcross = links.every((link) => from.has(link[0]) && to.has(link[1]));
  return isAcross && links.length === from.size * to.size ? { from: [...from], to: [...to] } : undefined;
}

/** Why this can be done to no cell, or not to one of these agents; undefined: it can. */
export function faultMistake(planned: PlannedDemoFault, known: readonly DemoAgent[]): string | undefined {
  const { kind, agents, links, delayMs, jitterMs, share } = planned;
  const misplaced = isLinkFault(kind) ? linkMistake(planned) : processMistake(planned);
  if (misplaced !== undefined) return misplaced;
  const stranger = [...agents, ...links.flat()].find(
    (agentId) => agentId === '' || known.every((agent) => agent.agentId !== agentId),
  );
  if (stranger !== undefined) return `no process of this demo cell is the agent "${stranger}": GET /demo lists them`;
  if (kind === 'delay' && delayMs + jitterMs === 0)
    return 'delay: a delay of 0 ms changes nothing: name delayMs or jitterMs';
  if ((kind === 'drop' || kind === 'duplicate') && share === 0) return `${kind}: a share of 0 changes nothing`;
  return undefined;
}

function linkMistake({ kind, agents, links, direction }: PlannedDemoFault): string | undefined {
  if (links.length > 0 && agents.length > 0) return `${kind}: name links, or the two agents of one link, not both`;
  if (links.length === 0) {
    const isLink = agents.length === 2 && agents[0] !== agents[1];
    return isLink ? undefined : `${kind}: name the two agents of a link, or several links`;
  }
  if (links.some(([from, to]) => from === to)) return `${kind}: a link has two agents`;
  const keys = links.map((link) => (direction === 'both' ? [...link].sort() : link).join(' '));
  return new Set(keys).size === keys.length ? undefined : `${kind}: one of the links is named twice`;
}

function processMistake({ kind, agents, links }: PlannedDemoFault): string | undefined {
  if (agents.length === 0 || links.length > 0) return `${kind}: name one agent or several, and no links`;
  return new Set(agents).size === agents.length ? undefined : `${kind}: one of the agents is named twice`;
}
