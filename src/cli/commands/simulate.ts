import { setImmediate as turn } from 'node:timers/promises';
import { UsageError } from '../../command-line/flag.ts';
import { runSimulation, type SimulationReport } from '../../simulation/index.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { printJson, printLine } from '../output.ts';

const SAFETY_MS = 60_000;
const STABLE_MS = 60_000;

export const simulateCommand: Command = {
  name: 'simulate',
  summary: 'Run whole cells in a simulated world and check what must hold.',
  details:
    'Runs the real code of several agents in one process, over a simulated network, disk and clock: first with faults (lost, late and repeated messages, partitions, crashes, pauses, changes of members), checking the invariants after every event; then without, when the cell must serve again and stay calm. The same seed gives exactly the same run, so a failing seed is a bug report.\nThe exit code is 1 when an invariant was broken.',
  positionals: [],
  flags: [
    { name: 'seed', kind: 'number', placeholder: 'N', help: 'The run. Default 1.' },
    { name: 'seeds', kind: 'number', placeholder: 'K', help: 'K runs: seeds N, N+1 and so on. Default 1.' },
    { name: 'agents', kind: 'number', placeholder: 'N', help: 'How many agents, 3 to 7. Default: as the seed has it.' },
    {
      name: 'layer',
      kind: 'choice',
      choices: ['replica', 'host'],
      help: 'The consensus alone, or whole agents with machine, sessions and reads. Default replica.',
    },
    { name: 'for', kind: 'duration', placeholder: 'DURATION', help: 'Simulated time with faults. Default 60s.' },
  ],
  examples: [
    { command: 'synod simulate --seed 7', explains: 'One run' },
    { command: 'synod simulate --seed 1 --seeds 100', explains: 'A hundred, until one fails' },
    { command: 'synod simulate --layer host --seeds 20', explains: 'Whole agents' },
  ],
  isClient: false,
  run: async (context) => {
    const { flags, stop } = context;
    const first = flags.number('seed') ?? 1;
    const count = Math.max(1, flags.number('seeds') ?? 1);
    const agents = flags.number('agents');
    if (agents !== undefined && (agents < 3 || agents > 7))
      throw new UsageError(`--agents: ${agents} is not between 3 and 7`);
    const options = {
      ...(agents === undefined ? {} : { agents }),
      layer: flags.text('layer') === 'host' ? ('host' as const) : ('replica' as const),
      safetyMs: flags.durationMs('for') ?? SAFETY_MS,
      stableMs: STABLE_MS,
      work: true,
      counting: true,
      watching: true,
    };
    const reports: SimulationReport[] = [];
    for (let seed = first; seed < first + count && !stop.aborted; seed++) {
      const report = runSimulation({ ...options, seed });
      reports.push(report);
      if (context.json) await printJson(context, report);
      else await print(context, report);
      if (!report.ok) break;
      // A run is one long turn; between two of them signals are heard.
      await turn();
    }
    if (!context.json && count > 1) await summarise(context, reports);
    return reports.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
  },
};

async function print(context: Context, report: SimulationReport): Promise<void> {
  const { seed, violation, simulatedMs, wallMs, events, traceHash, counters } = report;
  const size = `${seconds(simulatedMs)} s simulated in ${seconds(wallMs)} s, ${events} events, trace ${traceHash}`;
  if (!violation) {
    await printLine(context, `seed ${seed}: ok, ${size}`);
    if (context.flags.number('seeds') !== undefined) return;
    const happened = Object.entries(counters).map(([name, times]) => `${name} ${times}`);
    await printLine(context, `  ${happened.join(', ')}`);
    return;
  }
  await printLine(context, `seed ${seed}: BROKEN after ${seconds(violation.atMs)} s: ${violation.invariant}`);
  await printLine(context, `${violation.explanation}\n\nThe last events:\n${violation.lastEvents.join('\n')}\n`);
  const given = ['agents', 'layer', 'for'].filter((name) => context.flags.text(name) !== undefined);
  const same = given.map((name) => ` --${name} ${context.flags.text(name)}`).join('');
  await printLine(context, `Again with: synod simulate --seed ${seed}${same}`);
}

async function summarise(context: Context, reports: readonly SimulationReport[]): Promise<void> {
  const simulated = reports.reduce((sum, { simulatedMs }) => sum + simulatedMs, 0);
  const spent = reports.reduce((sum, { wallMs }) => sum + wallMs, 0);
  const good = reports.filter(({ ok }) => ok).length;
  const rate = Math.round(simulated / Math.max(1, spent));
  await printLine(context, `${good} of ${reports.length} seeds ok; ${rate} simulated seconds per second`);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
