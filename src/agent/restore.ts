import { AgentError } from './agent-error.ts';
import { type RestoredCell, restoreSnapshot, StorageFault } from './storage/index.ts';

/**
 * Founds a new cell from a snapshot file in a new state directory. Whatever the old cell acknowledged after the slot of
 * the snapshot is not in it.
 *
 * @throws AgentError, whose message is one line that says what to do
 */
export function restoreCell(options: { readonly file: string; readonly stateDir: string }): RestoredCell {
  try {
    return restoreSnapshot({ file: options.file, directory: options.stateDir, stampMs: Date.now() });
  } catch (error) {
    if (error instanceof StorageFault) throw new AgentError(error.message, error);
    throw error;
  }
}
