import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../client/index.ts';
import type { Ready } from '../command-line/run-agent.ts';
import { Failure } from './command.ts';

/** Of a cell to try things out: one of them may die. */
export const AGENTS = 3;
const FORMED_MS = 30_000;

/** Three voters and a leader: from here on one of them may die. */
export async function formed(agents: readonly Ready[], stop: AbortSignal): Promise<void> {
  await using client = connect({ endpoints: agents.map(({ grpcAddress }) => grpcAddress), timeoutMs: 5_000 });
  const endMs = performance.now() + FORMED_MS;
  while (performance.now() < endMs && !stop.aborted) {
    const { members, leader } = await client.members();
    const voters = members.filter(({ role }) => role === 'voter').length;
    if (voters >= AGENTS && leader !== '') return;
    await delay(50);
  }
  if (!stop.aborted) throw new Failure(`the agents did not form a cell of ${AGENTS} voters in time; see their logs`);
}
