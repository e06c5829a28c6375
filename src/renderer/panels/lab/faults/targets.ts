import type { DemoAgent, DemoLink } from '../../../../contract/index.ts';

/** What a fault is done to. */
export type Target =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'link'; readonly from: string; readonly to: string }
  | { readonly kind: 'agent'; readonly agentId: string }
  | SeveralTarget;

/** What is gathered piece by piece: picking what is in it takes it out again. */
export type SeveralTarget =
  | { readonly kind: 'links'; readonly links: readonly DemoLink[] }
  | { readonly kind: 'agents'; readonly agentIds: readonly string[] }
  /** All links between these agents and all others. */
  | { readonly kind: 'split'; readonly side: readonly string[] };

export function isSeveral(target: Target): target is SeveralTarget {
  return target.kind === 'links' || target.kind === 'agents' || target.kind === 'split';
}

/** Whether picking it adds it to what is gathered, or takes it out again. */
export function isGathered(target: Target, one: Target): boolean {
  return target.kind === 'links' ? one.kind === 'link' : isSeveral(target) && one.kind === 'agent';
}

/** `a` and `b` in whichever order. */
export function linkKey(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Of one link or one agent: its own; of several: that of the way in which they are chosen. */
export function targetKey(target: Target): string {
  switch (target.kind) {
    case 'nothing':
      return '';
    case 'link':
      return linkKey(target.from, target.to);
    case 'agent':
      return target.agentId;
    case 'links':
    case 'agents':
    case 'split':
      return `several ${target.kind}`;
  }
}

/** What is chosen once a person picks this; `isMore`: beside what is chosen already. */
export function picked(target: Target, one: Target, isMore: boolean): Target {
  if (isMore && (target.kind === 'link' || target.kind === 'agent') && target.kind === one.kind) {
    return picked(severalOf(one.kind === 'link' ? 'links' : 'agents', target), one, false);
  }
  switch (target.kind) {
    case 'links': {
      if (one.kind !== 'link') return one;
      const key = targetKey(one);
      const others = target.links.filter(([from, to]) => linkKey(from, to) !== key);
      const isIn = others.length < target.links.length;
      return { kind: 'links', links: isIn ? others : [...others, [one.from, one.to]] };
    }
    case 'agents':
      return one.kind === 'agent' ? { kind: 'agents', agentIds: toggled(target.agentIds, one.agentId) } : one;
    case 'split':
      return one.kind === 'agent' ? { kind: 'split', side: toggled(target.side, one.agentId) } : one;
    default:
      return one;
  }
}

function toggled(ids: readonly string[], id: string): readonly string[] {
  return ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];
}

/** Begins with what is chosen, as far as it is of that kind. */
export function severalOf(kind: SeveralTarget['kind'], target: Target): SeveralTarget {
  switch (kind) {
    case 'links':
      return { kind, links: target.kind === 'link' ? [[target.from, target.to]] : [] };
    case 'agents':
      return { kind, agentIds: agentsOf(target) };
    case 'split':
      return { kind, side: agentsOf(target) };
  }
}

function agentsOf(target: Target): readonly string[] {
  switch (target.kind) {
    case 'agent':
      return [target.agentId];
    case 'agents':
      return target.agentIds;
    case 'split':
      return target.side;
    default:
      return [];
  }
}

/** Every link between an agent of these and one that is not. */
export function linksAround(side: readonly string[], everyone: readonly string[]): DemoLink[] {
  const others = everyone.filter((agentId) => !side.includes(agentId));
  return side.flatMap((from) => others.map((to): DemoLink => [from, to]));
}

/** Agents and links by their keys, as far as the target names them itself. */
export function chosenKeys(target: Target): readonly string[] {
  switch (target.kind) {
    case 'nothing':
      return [];
    case 'link':
    case 'agent':
      return [targetKey(target)];
    case 'links':
      return target.links.map(([from, to]) => linkKey(from, to));
    case 'agents':
    case 'split':
      return agentsOf(target);
  }
}

/** Why nothing can be done to it now, by a fault of processes or of links; empty when it can. */
export function targetRefusal(target: Target, agents: readonly DemoAgent[], isOfLinks: boolean): string {
  switch (target.kind) {
    case 'nothing':
      return 'choose a link or an agent';
    case 'link':
      return '';
    case 'links':
      return target.links.length === 0 ? 'choose links in the drawing, or above' : '';
    case 'split': {
      const here = agents.filter(({ agentId }) => target.side.includes(agentId)).length;
      if (here === 0) return 'choose the agents of one side in the drawing, or above';
      return here < agents.length ? '' : 'nobody is on the other side';
    }
    case 'agent':
      return isOfLinks ? '' : agentRefusal(target.agentId, agents);
    case 'agents': {
      if (target.agentIds.length === 0) return 'choose agents in the drawing, or above';
      return target.agentIds.map((agentId) => agentRefusal(agentId, agents)).find((text) => text !== '') ?? '';
    }
  }
}

function agentRefusal(agentId: string, agents: readonly DemoAgent[]): string {
  const agent = agents.find((each) => each.agentId === agentId);
  if (agent === undefined) return 'its process is not known';
  if (agent.isSelf) return `this page lives in ${agent.name}; do it from the dashboard of another agent`;
  return agent.state === 'running' ? '' : `the process of ${agent.name} is ${agent.state} already`;
}
