import { type Step, sinceMs } from './step.ts';
import type { AgentNow } from './tour-cell.ts';

export const leadership: Step = {
  name: 'leadership',
  title: 'Who leads, and what happens when it dies',
  why: 'One agent leads, chosen by a majority: 2 of 3. A leadership lasts one ballot, and ballots only grow, so that two agents can never lead in the same one. When the others hear nothing of the leader for a moment, one of them campaigns with a higher ballot.',
  run: async (cell, tell) => {
    await tell.table(HEAD, (await cell.now()).map(rowOf));
    const before = await cell.leader();
    await tell.done(`kill -9 ${before.agent.pid}   # ${before.agent.name}, which leads`);
    await cell.kill(before.agent);
    const startMs = performance.now();
    const after = await cell.leader();
    const tookMs = sinceMs(startMs);
    await tell.seen(
      `${after.agent.name} leads ${tookMs} ms later, in ballot ${after.status.ballot.round}: above ${before.status.ballot.round}, the ballot of ${before.agent.name}.`,
    );
    await tell.table(HEAD, (await cell.now()).map(rowOf));
    return {
      before: { name: before.agent.name, ballot: before.status.ballot.round },
      after: { name: after.agent.name, ballot: after.status.ballot.round },
      tookMs,
    };
  },
};

const HEAD = ['AGENT', 'PID', 'STATE', 'BALLOT', 'APPLIED SLOT'];

function rowOf({ agent, status }: AgentNow): (string | number)[] {
  return [agent.name, agent.pid, status.state, status.ballot.round, status.applied];
}
