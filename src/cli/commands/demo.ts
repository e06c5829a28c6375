import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { barriers } from '../tour/barriers.ts';
import { elections } from '../tour/elections.ts';
import { leadership } from '../tour/leadership.ts';
import { locks } from '../tour/locks.ts';
import { Narrator } from '../tour/narrator.ts';
import { race } from '../tour/race.ts';
import { replication } from '../tour/replication.ts';
import type { Step } from '../tour/step.ts';
import { TourCell } from '../tour/tour-cell.ts';

const STEPS: readonly Step[] = [leadership, replication, elections, locks, barriers, race];

export const demoCommand: Command = {
  name: 'demo',
  summary: 'A guided run through a cell of three agents, in this terminal.',
  details: `Starts three agents in a temporary directory, each a process of its own, and shows on them, step by step: who leads and what happens when it dies, replication, elections, locks and fencing tokens, barriers, and two programs that write one key at once. What is shown is what they do and answer at that moment. Enter goes on; where nobody sits at a terminal, it runs through. At the end, and at Ctrl-C, the agents are ended and the directory is removed.
With -w json it prints one object for each step. The exit code is 0 when all steps went as they should, 1 when one did not, 130 after Ctrl-C. "synod try" starts a cell of your own.`,
  positionals: [],
  flags: [{ name: 'yes', short: 'y', kind: 'switch', help: 'Do not wait for Enter.' }],
  examples: [
    { command: 'synod demo', explains: 'Step by step' },
    { command: 'synod demo --yes', explains: 'All of it, in a few seconds' },
  ],
  isClient: false,
  run: async (context) => {
    const tell = new Narrator(context);
    try {
      return await tour(context, tell);
    } catch (error) {
      // Whatever was under way when Ctrl-C was pressed fails in a way of its own.
      if (context.stop.aborted) throw new Failure('interrupted', EXIT.interrupted);
      throw error;
    } finally {
      tell.close();
    }
  },
};

async function tour(context: Context, tell: Narrator): Promise<number> {
  await tell.title(
    'Synod: a guided run',
    'Three agents are started on this machine. Together they keep one key-value store, and go on as long as two of them live.',
  );
  const cell = await TourCell.start(context.stop);
  try {
    await tell.table(
      ['AGENT', 'PID', 'GRPC', 'DASHBOARD'],
      cell.running.map(({ name, pid, grpcAddress, httpAddress }) => [name, pid, grpcAddress, `http://${httpAddress}`]),
    );
    await tell.seen(`State and logs: ${cell.directory}, removed at the end.`);
    for (const [index, step] of STEPS.entries()) {
      await tell.pause();
      context.stop.throwIfAborted();
      await tell.title(`${index + 1}/${STEPS.length}  ${step.title}`, step.why);
      const facts = await step.run(cell, tell);
      await tell.facts({ step: step.name, ...facts });
    }
    await tell.pause();
    await tell.title('That was it.', 'Start a cell of your own with "synod try", and see "synod --help".');
    return EXIT.ok;
  } finally {
    await cell.close();
  }
}
