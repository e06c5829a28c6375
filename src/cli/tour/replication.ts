import { preview } from '../output.ts';
import type { Step } from './step.ts';

const KEY = '/demo/greeting';

export const replication: Step = {
  name: 'replication',
  title: 'A write while one agent is dead, and what it knows when it is back',
  why: 'A write is done once a majority has it on disk; the dead agent is not needed. It is in the journal at a slot, and whoever comes back is given the slots that it missed. The reads are linearizable: each agent asks the leader how far it must be before it answers.',
  run: async (cell, tell) => {
    const { agent: leader } = await cell.leader();
    const signal = cell.stop;
    const written = await cell.clientOf(leader).put(KEY, 'hello', { signal });
    await tell.done(`synod put ${KEY} hello --endpoint ${leader.grpcAddress}`);
    await tell.seen(`written at slot ${written.slot}, with ${cell.running.length} of 3 agents running`);
    for (const agent of cell.ended) {
      const { name, pid } = await cell.restart(agent);
      await tell.seen(`${name} is started again, with what it had on its disk (pid ${pid}).`);
    }
    const reads = cell.running.map(async (agent) => {
      const client = cell.clientOf(agent);
      const { item, slot } = await client.get(KEY, { signal });
      const { ballot } = await client.status({ signal });
      return { name: agent.name, value: preview(item?.value ?? new Uint8Array()), slot, ballot: ballot.round };
    });
    const seen = await Promise.all(reads);
    await tell.done(`synod get ${KEY}   # of each agent`);
    await tell.table(
      ['AGENT', 'VALUE', 'AS OF SLOT', 'BALLOT'],
      seen.map(({ name, value, slot, ballot }) => [name, value, slot, ballot]),
    );
    return { writtenSlot: written.slot, reads: seen };
  },
};
