import type { DemoAgent, ParticipantView } from '../../../contract/index.ts';

export interface JoiningStep {
  readonly text: string;
  readonly done: boolean;
}

/** Started, joined, caught up: up to the step that is under way. */
export function joiningSteps(agent: DemoAgent, participants: readonly ParticipantView[]): readonly JoiningStep[] {
  const started: JoiningStep = { text: `Started as process ${agent.pid}`, done: true };
  // The process may be known before it has an id; its address is its own from the start.
  const joined = participants.find(
    ({ agentId, grpcAddress }) =>
      agentId === agent.agentId || (agent.grpcAddress !== '' && grpcAddress === agent.grpcAddress),
  );
  if (joined === undefined) return [started, { text: 'Joining the cell', done: false }];
  const name = joined.name || agent.agentId.slice(0, 8);
  const inCell: JoiningStep = { text: `${name} has joined as a ${joined.role}`, done: true };
  const caughtUp = joined.applied > 0 && joined.lagSlots === 0;
  return [
    started,
    inCell,
    { text: caughtUp ? 'It has caught up' : `Catching up: ${joined.lagSlots} slots to go`, done: caughtUp },
  ];
}
