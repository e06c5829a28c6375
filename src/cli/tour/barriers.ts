import type { Step } from './step.ts';

const PATH = '/demo/stages/load';
const ARRIVING = ['loader-1', 'loader-2', 'loader-3'] as const;

export const barriers: Step = {
  name: 'barriers',
  title: 'Three programs wait for each other',
  why: 'A barrier holds who arrives until enough have come, here three, each through another agent. Then all are released in one slot, and the next generation of the barrier begins.',
  run: async (cell, tell) => {
    const signal = cell.stop;
    const clients = cell.running.map((agent) => cell.clientOf(agent));
    const first = clients[0]!;
    await first.barrier(PATH).create({ threshold: { count: ARRIVING.length }, isOpen: true }, { signal });
    await tell.done(`synod barrier create ${PATH} --count ${ARRIVING.length} --open`);
    const sessions = [];
    const waiting = [];
    for (const [index, owner] of ARRIVING.entries()) {
      const client = clients[index % clients.length]!;
      const session = await client.openSession({ owner, signal });
      sessions.push(session);
      const released = client.barrier(PATH, { session }).await({ signal });
      // Should the tour end before, nobody asks for it any more.
      released.catch(() => undefined);
      waiting.push(released);
      const count = index + 1;
      if (count === ARRIVING.length) break;
      for await (const state of first.barrier(PATH).watch({ signal })) if (state?.arrived === count) break;
      await tell.seen(
        `${owner} arrives through ${cell.running[index]?.name}, and waits: ${count} of ${ARRIVING.length}.`,
      );
    }
    const released = await Promise.all(waiting);
    await tell.seen(
      `${ARRIVING.at(-1)} arrives: all three are released, generation ${released[0]!.generation} is over.`,
    );
    await Promise.all(sessions.map((session) => session.end({ signal })));
    await first.barrier(PATH).delete({ signal });
    return { released: released.map(({ state, generation, arrived }) => ({ state, generation, arrived })) };
  },
};
