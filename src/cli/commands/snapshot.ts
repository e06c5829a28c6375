import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../command-line/flag.ts';
import { stateHome } from '../../command-line/state-home.ts';
import { formatBytes } from '../../command-line/values.ts';
import { type Command, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';

const save: Command = {
  name: 'save',
  summary: 'Copy the state of the asked agent into a file.',
  details:
    'All keys with their history, as of one slot, checked and durable when the command ends. It works without a majority, and on a learner.',
  positionals: [{ name: 'FILE' }],
  flags: [{ name: 'force', kind: 'switch', help: 'Replace FILE when it exists.' }],
  examples: [{ command: 'synod snapshot save monday.snapshot', explains: 'A backup' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [file = ''] = context.positionals;
      if (existsSync(file) && !context.flags.has('force')) {
        throw new Failure(`${file} exists already; choose another name, or --force`);
      }
      // Complete and durable under its name, or not there at all.
      const partial = `${file}.partial`;
      const handle = await open(partial, 'w', 0o600);
      try {
        const saved = await client.saveSnapshot(async (chunk) => void (await handle.write(chunk)), context.stop);
        await handle.sync();
        await handle.close();
        await rename(partial, file);
        await syncDirectory(dirname(file));
        if (context.json) await printJson(context, { file, ...saved });
        else
          await printLine(
            context,
            `saved slot ${saved.slot} of cell ${saved.cellId}, ${formatBytes(saved.sizeBytes)}, to ${file}`,
          );
        return EXIT.ok;
      } catch (error) {
        await handle.close().catch(() => undefined);
        await rm(partial, { force: true });
        throw error;
      }
    }),
};

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}

const restore: Command = {
  name: 'restore',
  summary: 'Found a new cell from a snapshot, in a new state directory.',
  details:
    'Makes DIR the state directory of the only voter of a new cell, with all keys and their history as of the snapshot. What the old cell acknowledged later is not in it, and sessions end; so this is for when a majority of the old voters is lost for good. Do not let the old cell run on beside it. Start the agent with "synod agent --state-dir DIR", and let others join it with --peer.',
  positionals: [{ name: 'FILE' }],
  flags: [
    { name: 'new-cell', kind: 'switch', help: 'Needed: says that you know that it founds another cell.' },
    {
      name: 'state-dir',
      kind: 'text',
      placeholder: 'DIR',
      help: 'The new state directory, which must not exist or be empty. Default: that of "synod agent".',
    },
  ],
  examples: [
    { command: 'synod snapshot restore monday.snapshot --new-cell --state-dir /var/lib/synod', explains: 'Restore' },
  ],
  isClient: false,
  run: async (context) => {
    const [file = ''] = context.positionals;
    if (!context.flags.has('new-cell')) {
      throw new UsageError(
        'restore founds a new cell without what was written after the snapshot; say so with --new-cell',
      );
    }
    const stateDir = context.flags.text('state-dir') ?? join(stateHome(context.env), 'agent');
    const { AgentError, restoreCell } = await import('../../agent/index.ts');
    try {
      const { cellId, slot } = restoreCell({ file, stateDir });
      if (context.json) await printJson(context, { cellId, slot, stateDir });
      else
        await printLine(
          context,
          `founded cell ${cellId} in ${stateDir} from slot ${slot}; later writes of the old cell are lost`,
        );
      return EXIT.ok;
    } catch (error) {
      if (error instanceof AgentError) throw new Failure(error.message);
      throw error;
    }
  },
};

export const snapshotCommand: Command = {
  name: 'snapshot',
  summary: 'Save the state of an agent; found a new cell from it.',
  positionals: [],
  flags: [],
  examples: [
    { command: 'synod snapshot save monday.snapshot', explains: 'Save' },
    { command: 'synod snapshot restore monday.snapshot --new-cell --state-dir /var/lib/synod', explains: 'Restore' },
  ],
  isClient: false,
  subcommands: [save, restore],
};
