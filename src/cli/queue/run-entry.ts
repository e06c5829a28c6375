import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClaimedEntry } from '../../client/index.ts';
import type { Context } from '../command.ts';
import { write } from '../output.ts';
import { type CommandEnd, runCommand } from '../run-while-held.ts';
import { placesOf } from '../session-environment.ts';
import type { PlacesFolder } from '../shared-places.ts';

/** The exit code by which a command says that another attempt is in vain: of `sysexits.h`, for wrong input. */
export const IN_VAIN = 65;

export interface EntryRun extends CommandEnd {
  readonly output: Buffer;
  /** For the record, when it failed. */
  readonly why: string;
}

/**
 * Runs the command on one claimed entry.
 * @throws Failure when the command cannot be run
 */
export async function runOnEntry(
  context: Context,
  entry: ClaimedEntry,
  command: readonly string[],
  places: PlacesFolder,
): Promise<EntryRun> {
  const { path, seq, token, attempt, payload, progress, session, signal: lost } = entry;
  const folder = mkdtempSync(join(tmpdir(), 'synod-entry-'));
  const checkpoint = join(folder, 'checkpoint');
  try {
    writeFileSync(checkpoint, progress ?? '');
    const environment = {
      ...placesOf(session, places),
      SYNOD_QUEUE: path,
      SYNOD_ENTRY: String(seq),
      SYNOD_ENTRY_TOKEN: String(token),
      SYNOD_ENTRY_ATTEMPT: String(attempt),
      SYNOD_CHECKPOINT: checkpoint,
    };
    const parts: Buffer[] = [];
    const end = await runCommand(context, { command, environment, lost, input: payload, output: parts });
    const output = Buffer.concat(parts);
    await write(context.stdout, output);
    return { ...end, output, why: end.signal === undefined ? `exit code ${end.code}` : `ended by ${end.signal}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
