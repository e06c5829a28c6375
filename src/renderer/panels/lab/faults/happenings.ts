import { takesPlaceOf } from '../../../../contract/demo-faults.ts';
import type { CellView, DemoAgent, DemoState } from '../../../../contract/index.ts';
import { nameOfAgent } from '../../../cell/cell-store.ts';
import { faultWords } from './fault-words.ts';

/** Something that happened while one looked. */
export interface Happening {
  readonly id: number;
  readonly atMs: number;
  readonly tone: 'info' | 'good' | 'warning' | 'bad';
  readonly text: string;
}

/** What is compared to tell what happened. */
export interface Glimpse {
  readonly view: CellView | undefined;
  readonly demo: DemoState | undefined;
}

type Told = Pick<Happening, 'tone' | 'text'>;

/** What happened between two glimpses, as the asked agent sees it. */
export function happeningsBetween(before: Glimpse, after: Glimpse): readonly Told[] {
  return [...ofFaults(before, after), ...ofProcesses(before, after), ...ofCell(before.view, after)];
}

function ofFaults(before: Glimpse, after: Glimpse): Told[] {
  if (before.demo === undefined || after.demo === undefined) return [];
  const nameOf = (id: string): string => nameIn(after, id);
  const had = before.demo.faults;
  const has = after.demo.faults;
  const begun = has.filter(({ id }) => had.every((fault) => fault.id !== id));
  const gone = had.filter(({ id }) => has.every((fault) => fault.id !== id));
  // One that takes the place of another heals nothing.
  const healed = gone.filter((old) => !begun.some((fault) => takesPlaceOf(fault, old)));
  return [
    ...begun.map((fault): Told => ({ tone: 'warning', text: `Fault: ${faultWords(fault, nameOf)}` })),
    ...healed.map((fault): Told => ({ tone: 'good', text: `Healed: ${faultWords(fault, nameOf)}` })),
  ];
}

function ofProcesses(before: Glimpse, after: Glimpse): Told[] {
  const had = new Map(before.demo?.agents.map((agent) => [agent.index, agent.state]));
  return (after.demo?.agents ?? []).flatMap((agent) => {
    const was = had.get(agent.index);
    return was === undefined || was === agent.state ? [] : [processTold(agent, was, nameIn(after, agent.agentId))];
  });
}

function processTold({ state, pid }: DemoAgent, was: DemoAgent['state'], name: string): Told {
  switch (state) {
    case 'running':
      return { tone: 'good', text: `${name} runs${was === 'paused' ? ' on' : `, process ${pid}`}` };
    case 'paused':
      return { tone: 'warning', text: `${name} stands still` };
    case 'ended':
      return { tone: 'bad', text: `The process of ${name} has ended` };
    case 'starting':
      return { tone: 'info', text: `${name} is being started` };
  }
}

function ofCell(before: CellView | undefined, now: Glimpse): Told[] {
  const { view: after } = now;
  if (before === undefined || after === undefined) return [];
  const told: Told[] = [];
  const was = before.status;
  const is = after.status;
  if (is.leaderId !== was.leaderId && is.leaderId === '') {
    told.push({ tone: 'warning', text: `${is.name} knows no leader any more` });
  } else if (is.leaderId !== '' && (is.leaderId !== was.leaderId || is.ballot.round !== was.ballot.round)) {
    told.push({ tone: 'info', text: `${nameIn(now, is.leaderId)} leads, in round ${is.ballot.round}` });
  }
  if (after.health.level !== before.health.level) {
    const tone = ({ healthy: 'good', degraded: 'warning', read_only: 'bad', starting: 'info' } as const)[
      after.health.level
    ];
    told.push({ tone, text: after.health.sentence });
  }
  return told;
}

function nameIn({ view, demo }: Glimpse, agentId: string): string {
  return demo?.agents.find((agent) => agent.agentId === agentId)?.name || nameOfAgent(view, agentId);
}
