import {
  type DemoFault,
  type DemoFaultPreview,
  type DemoState,
  isLinkBetween,
  isLinkFault,
  linksOf,
  type PlannedDemoFault,
  partingOf,
  takesPlaceOf,
} from '../../../contract/index.ts';
import { membersNow } from '../members.ts';
import type { ApiPorts } from '../ports.ts';

export interface FaultFacts {
  readonly voters: readonly { readonly agentId: string; readonly isRunning: boolean }[];
  readonly leader: string | undefined;
  /** In effect. */
  readonly faults: readonly DemoFault[];
  readonly nameOf: (agentId: string) => string;
}

type Place = Pick<DemoFault, 'kind' | 'agents' | 'links' | 'direction' | 'share'>;

/** What is known of the cell and its processes. */
export function faultFacts({ cell, links }: Pick<ApiPorts, 'cell' | 'links'>, demo: DemoState): FaultFacts {
  const { members } = membersNow(cell, links);
  const names = new Map([...demo.agents, ...members].map(({ agentId, name }) => [agentId, name]));
  const isRunning = (agentId: string): boolean =>
    demo.agents.every((agent) => agent.agentId !== agentId || agent.state === 'running');
  // Whose links are tampered with is silent for that reason, and what the links still let through is known exactly.
  const isTampered = (agentId: string): boolean => demo.faults.some(({ agents }) => agents.includes(agentId));
  return {
    voters: members
      .filter(({ role }) => role === 'voter')
      .map(({ agentId, suspect }) => ({
        agentId,
        isRunning: isRunning(agentId) && (!suspect || isTampered(agentId)),
      })),
    leader: cell.status().leader,
    faults: demo.faults,
    nameOf: (agentId) => names.get(agentId) || agentId,
  };
}

/**
 * What a fault would do to the majority. A leader must exchange messages with a majority of the voters itself: nobody passes
 * them on. So what counts is not who is connected somehow, but how many one voter reaches.
 */
export function previewFault(facts: FaultFacts, planned: PlannedDemoFault): DemoFaultPreview {
  const { leader, faults } = facts;
  const voters = facts.voters.length;
  const majority = Math.floor(voters / 2) + 1;
  const now = reachOf(facts, faults);
  const then = reachOf(facts, [...faults.filter((fault) => !takesPlaceOf(planned, fault)), planned]);
  const reachableNow = most(now);
  const reachableThen = most(then);
  const leads = (reach: Reach): boolean => leader !== undefined && (reach.get(leader)?.length ?? 0) >= majority;
  const outcome = { voters, majority, reachableNow, reachableThen };
  return {
    ...outcome,
    losesMajority: reachableNow >= majority && reachableThen < majority,
    keep: [...then].filter(([, { length }]) => length >= majority).map(([agentId]) => agentId),
    lose: [...then].filter(([, { length }]) => length < majority).map(([agentId]) => agentId),
    affectsLeader: leads(now) && !leads(then),
    says: `${doing(facts, planned)}${alreadySo(facts, planned)} ${outcomeText(facts, outcome, then)}${hint(facts, planned)}`,
  };
}

/** Of each voter that runs: the voters that it can exchange messages with, itself included. */
type Reach = ReadonlyMap<string, readonly string[]>;

function reachOf({ voters }: FaultFacts, faults: readonly Place[]): Reach {
  const ended = new Set(faults.filter(({ kind }) => !isLinkFault(kind)).flatMap(({ agents }) => agents));
  const running = voters.filter(({ agentId, isRunning }) => isRunning && !ended.has(agentId));
  const ids = running.map(({ agentId }) => agentId);
  return new Map(ids.map((one) => [one, ids.filter((other) => other === one || !isParted(faults, one, other))]));
}

function most(reach: Reach): number {
  return Math.max(0, ...[...reach.values()].map(({ length }) => length));
}

/** A message and its answer pass only when both directions are open. */
function isParted(faults: readonly Place[], one: string, other: string): boolean {
  return faults.some(
    (fault) =>
      (fault.kind === 'cut' || (fault.kind === 'drop' && fault.share === 1)) &&
      linksOf(fault).some((link) => isLinkBetween(link, one, other)),
  );
}

function doing({ nameOf, leader }: FaultFacts, planned: PlannedDemoFault): string {
  const { kind, agents, direction, share, delayMs } = planned;
  const links = linksOf(planned);
  const link = placeText(links, direction, nameOf);
  const process = listText(agents.map((agentId) => `${agentId === leader ? 'the leader ' : ''}${nameOf(agentId)}`));
  const percent = `${Number((share * 100).toPrecision(3))} %`;
  switch (kind) {
    case 'cut': {
      const parting = direction === 'both' ? partingOf(links) : undefined;
      if (parting === undefined) return `Cutting ${link}`;
      const [few, many] =
        parting.from.length > parting.to.length ? [parting.to, parting.from] : [parting.from, parting.to];
      return `Cutting ${listText(few.map(nameOf))} off from ${listText(many.map(nameOf))}`;
    }
    case 'delay':
      return `Delaying ${link} by ${delayMs} ms`;
    case 'drop':
      return `Dropping ${percent} on ${link}`;
    case 'duplicate':
      return `Duplicating ${percent} on ${link}`;
    case 'pause':
      return `Pausing ${process}`;
    case 'kill':
      return `Killing ${process}`;
  }
}

/** Links between two groups by their agents, any others one by one. */
function placeText(
  links: ReturnType<typeof linksOf>,
  direction: DemoFault['direction'],
  nameOf: FaultFacts['nameOf'],
): string {
  const dash = direction === 'forth' ? '→' : '–';
  const parting = partingOf(links);
  if (parting === undefined) return listText(links.map((link) => link.map(nameOf).join(dash)));
  const sides = [parting.from, parting.to].map((side) => side.map(nameOf).join(', '));
  return sides.join(direction === 'forth' ? ` ${dash} ` : ' | ');
}

/** `Ada`, `Ada and Bea`, `Ada, Bea and Cid`. */
function listText(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** What is wrong with voters before. */
function alreadySo({ voters, faults, nameOf }: FaultFacts, planned: PlannedDemoFault): string {
  const isHit = new Set([...planned.agents, ...planned.links.flat()]);
  const down = voters.filter(({ agentId, isRunning }) => !isRunning && !isHit.has(agentId));
  const cuts = faults.filter((fault) => fault.kind === 'cut' && !takesPlaceOf(planned, fault));
  const parts = [
    ...down.map(({ agentId }) => `${nameOf(agentId)} down`),
    ...cuts.map((cut) => `${placeText(linksOf(cut), 'both', nameOf)} cut`),
  ];
  return parts.length === 0 ? '' : `, with ${parts.join(' and ')} already,`;
}

type Outcome = Pick<DemoFaultPreview, 'voters' | 'majority' | 'reachableNow' | 'reachableThen'>;

function outcomeText(facts: FaultFacts, outcome: Outcome, then: Reach): string {
  const { voters, majority, reachableNow, reachableThen } = outcome;
  const { leader, nameOf } = facts;
  const left = `${reachableThen} of ${voters} ${voters === 1 ? 'voter' : 'voters'}`;
  if (reachableThen < majority) {
    if (reachableNow < majority) return `leaves ${left} in touch: the cell accepts no writes as it is.`;
    return `leaves ${left} in touch, and ${majority} ${majority === 1 ? 'is' : 'are'} needed: the cell will not accept writes until it heals.`;
  }
  if (leader === undefined) return `leaves ${left} in touch: enough to elect a leader.`;
  const led = then.get(leader);
  if (led === undefined) return `leaves ${left} in touch: they elect another leader, and writes wait for that.`;
  const name = nameOf(leader);
  if (led.length < majority) {
    return `takes the majority from the leader ${name} and leaves ${left} in touch: they elect another, and writes wait for that.`;
  }
  const connected = `leaves ${led.length} of ${voters} voters connected through the leader ${name}`;
  if (led.length === voters) return `${connected}.`;
  const behind = [...then.keys()].filter((agentId) => !led.includes(agentId));
  if (behind.length === 0) return `${connected}: writes go on.`;
  return `${connected}: writes go on, and ${listText(behind.map(nameOf))} will catch up once it heals.`;
}

/** What it does to messages that still arrive. */
function hint({ leader, nameOf }: FaultFacts, planned: PlannedDemoFault): string {
  const { kind, delayMs, jitterMs, share } = planned;
  if (kind === 'duplicate') return ' A message that comes twice counts once.';
  if (kind === 'delay') return ` What passes there takes up to ${delayMs + jitterMs} ms longer.`;
  if (kind !== 'drop' || share === 1) return '';
  const missed =
    leader !== undefined && linksOf(planned).some((link) => link.includes(leader))
      ? `, and missed heartbeats may cost ${nameOf(leader)} the leadership`
      : '';
  return ` What is lost is sent again, so it takes longer${missed}.`;
}
