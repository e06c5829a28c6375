import { linksOf, partingOf } from '../../../../contract/demo-faults.ts';
import type { DemoAgent, DemoFault, DemoFaultInput } from '../../../../contract/index.ts';
import type { AgentDoing, LinkFaultKind, ProcessFaultKind } from './fault-plan.ts';

interface Doing<T> {
  readonly value: T;
  readonly label: string;
}

export const LINK_KINDS: readonly Doing<LinkFaultKind>[] = [
  { value: 'cut', label: 'Cut' },
  { value: 'delay', label: 'Delay' },
  { value: 'drop', label: 'Drop' },
  { value: 'duplicate', label: 'Duplicate' },
];

export const PROCESS_KINDS: readonly Doing<ProcessFaultKind>[] = [
  { value: 'pause', label: 'Pause' },
  { value: 'kill', label: 'Kill' },
];

export const AGENT_DOINGS: readonly Doing<AgentDoing>[] = [{ value: 'isolate', label: 'Isolate' }, ...PROCESS_KINDS];

export const ABOUT: Readonly<Record<LinkFaultKind | AgentDoing, string>> = {
  cut: 'Nothing gets through, as if the cable were pulled.',
  delay: 'Every message arrives late, by the delay and up to the jitter more.',
  drop: 'That share of the messages is lost.',
  duplicate: 'That share of the messages arrives twice.',
  isolate: 'All its links are cut. It runs on, by itself; this page still reaches it.',
  pause: 'The process stands still and says nothing; its connections stay. Later it goes on where it was.',
  kill: 'The process ends at once, as in a crash. Its disk stays; it is started again when this heals.',
};

/** `cut`, `delay 200 ms ±50`, `drop 30 %`. */
export function effectWords({ kind, delayMs, jitterMs, share }: DemoFault): string {
  switch (kind) {
    case 'cut':
      return 'cut';
    case 'delay':
      return `late by ${delayMs}${jitterMs === 0 ? '' : `–${delayMs + jitterMs}`} ms`;
    case 'drop':
      return `loses ${percentText(share)}`;
    case 'duplicate':
      return `doubles ${percentText(share)}`;
    case 'pause':
      return 'paused';
    case 'kill':
      return 'killed';
  }
}

/** What no fault explains: processes that somebody ended, or that failed. Empty when all run. */
export function endedWords(agents: readonly DemoAgent[]): string {
  const names = agents.filter(({ state }) => state === 'ended').map(({ name, index }) => name || `agent ${index}`);
  if (names.length === 0) return '';
  const [have, them] = names.length === 1 ? ['has', 'it'] : ['have', 'them'];
  return `${names.join(', ')} ${have} ended: start ${them} again in Participants.`;
}

function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** `amber – crimson`, `amber → crimson`, `amber`; of several `amber | crimson, indigo`, or each link by itself. */
export function placeWords(
  fault: Pick<DemoFault, 'kind' | 'agents' | 'links' | 'direction'>,
  nameOf: (id: string) => string,
): string {
  const links = linksOf(fault);
  const dash = fault.direction === 'forth' ? ' → ' : ' – ';
  const list = (ids: readonly string[]): string => ids.map(nameOf).join(', ');
  if (links.length === 0) return list(fault.agents);
  const parting = partingOf(links);
  if (parting !== undefined) {
    return `${list(parting.from)}${fault.direction === 'forth' ? dash : ' | '}${list(parting.to)}`;
  }
  return links.map((link) => link.map(nameOf).join(dash)).join(', ');
}

export function faultWords(fault: DemoFault, nameOf: (id: string) => string): string {
  return `${placeWords(fault, nameOf)}: ${effectWords(fault)}`;
}

const DO: Readonly<Record<LinkFaultKind | AgentDoing, string>> = {
  isolate: 'Isolate',
  cut: 'Cut',
  delay: 'Delay',
  drop: 'Drop',
  duplicate: 'Duplicate',
  pause: 'Pause',
  kill: 'Kill',
};

/** `Cut amber – crimson for 15 s`, `Isolate amber for 15 s`. */
export function doWords(
  doing: LinkFaultKind | AgentDoing,
  input: DemoFaultInput,
  nameOf: (id: string) => string,
): string {
  const { kind, agents = [], links = [], direction = 'both', healsAfterMs = 0 } = input;
  const place =
    doing === 'isolate' ? nameOf(links[0]?.[0] ?? '') : placeWords({ kind, agents, links, direction }, nameOf);
  return `${DO[doing]} ${place} for ${healsAfterMs / 1_000} s`;
}
