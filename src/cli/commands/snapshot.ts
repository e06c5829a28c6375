import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Command, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { formatBytes } from '../values.ts';

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
  subcommands: [save],
};
