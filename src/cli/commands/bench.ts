import { mkdirSync, rmSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../command-line/flag.ts';
import { stateHome } from '../../command-line/state-home.ts';
import { suggest } from '../../command-line/suggest.ts';
import { BenchCell } from '../bench/bench-cell.ts';
import { type Figure, formatGoal, formatNumber, isReached } from '../bench/figure.ts';
import { type BenchOptions, MODES, type Mode } from '../bench/modes.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { printJson, printLine, table, write } from '../output.ts';

export const benchCommand: Command = {
  name: 'bench',
  summary: 'Measure a cell of real processes on this machine.',
  details: `Starts three agents with durable disks, puts load on them from this process (and from h2load, Debian's nghttp2-client, when it is installed), and prints what was measured beside what two cores should reach. Modes, all unless some are named:

${MODES.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

The exit code is 1 when a goal was missed.`,
  positionals: [{ name: 'MODE', optional: true, repeated: true }],
  flags: [
    { name: 'for', kind: 'duration', placeholder: 'DURATION', help: 'How long each load lasts. Default 10s.' },
    { name: 'in-flight', kind: 'number', placeholder: 'N', help: 'Calls on their way at once. Default 64.' },
    { name: 'keys', kind: 'number', placeholder: 'N', help: 'Keys that are written. Default 10000.' },
    { name: 'value-bytes', kind: 'number', placeholder: 'N', help: 'Size of each value. Default 256.' },
    { name: 'rounds', kind: 'number', placeholder: 'N', help: 'How often the leader is killed. Default 20.' },
    {
      name: 'state-dir',
      kind: 'text',
      placeholder: 'DIR',
      help: 'Where the agents write; a folder below it is made and removed. Default: below $XDG_STATE_HOME/synod. A disk in memory measures nothing durable.',
    },
  ],
  examples: [
    { command: 'synod bench', explains: 'Everything, some minutes' },
    { command: 'synod bench put batch --for 5s -w json', explains: 'Writes only, for a program' },
  ],
  isClient: false,
  run: async (context) => {
    const modes = modesOf(context.positionals);
    const directory = join(context.flags.text('state-dir') ?? stateHome(context.env), `bench-${process.pid}`);
    mkdirSync(directory, { recursive: true });
    try {
      const figures = await measureAll(context, modes, directory);
      await print(context, figures);
      return figures.some((figure) => isReached(figure) === false) ? EXIT.failed : EXIT.ok;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

function modesOf(names: readonly string[]): readonly Mode[] {
  const known = MODES.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const meant = suggest(name, known);
    throw new UsageError(
      `unknown mode "${name}"; ${meant ? `did you mean ${meant}?` : `there are ${known.join(', ')}`}`,
    );
  }
  return MODES.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function measureAll(context: Context, modes: readonly Mode[], directory: string): Promise<Figure[]> {
  const { flags, stop } = context;
  const options: BenchOptions = {
    durationMs: flags.durationMs('for') ?? 10_000,
    inFlight: flags.number('in-flight') ?? 64,
    keys: Math.max(1, flags.number('keys') ?? 10_000),
    valueBytes: flags.number('value-bytes') ?? 256,
    rounds: Math.max(1, flags.number('rounds') ?? 20),
    stop,
  };
  const cell = await BenchCell.start(directory, stop);
  const figures: Figure[] = [];
  try {
    for (const { name, summary, measure } of modes) {
      await write(context.stderr, `synod: ${name}: ${summary}\n`);
      figures.push(...(await measure(cell, options)));
    }
  } finally {
    await cell.stop();
  }
  return figures;
}

async function print(context: Context, figures: readonly Figure[]): Promise<void> {
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node.js ${process.version}`;
  if (context.json) {
    await printJson(context, {
      machine,
      figures: figures.map((figure) => ({ ...figure, reached: isReached(figure) })),
    });
    return;
  }
  const rows = figures.map((figure) => [
    figure.what,
    `${formatNumber(figure.value)} ${figure.unit}`,
    formatGoal(figure),
    isReached(figure) === false ? 'missed' : isReached(figure) ? 'ok' : '',
    figure.details,
  ]);
  await printLine(context, `${machine}\n\n${table(['WHAT', 'MEASURED', 'GOAL', '', 'DETAILS'], rows)}`);
}
