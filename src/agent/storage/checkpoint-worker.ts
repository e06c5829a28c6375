// Copies what is in a WAL into its database, beside the thread that writes it.
import { type CheckpointOutcome, checkpoint, openDatabase } from './database.ts';
import { readStoredMeta } from './state-schema.ts';
import { serveJobs } from './worker-port.ts';

export interface CheckpointJob {
  readonly file: string;
  readonly content: 'log' | 'state';
}

export interface CheckpointResult extends CheckpointOutcome {
  /** Read before the checkpoint: durable if all frames were copied. 0 for the log. */
  readonly appliedSlot: number;
}

serveJobs<CheckpointJob, CheckpointResult>(({ file, content }) => {
  const database = openDatabase(file, { mustExist: true, cacheKib: 1_024 });
  try {
    const appliedSlot = content === 'state' ? readStoredMeta(database, file).meta.appliedSlot : 0;
    return { ...checkpoint(database, 'PASSIVE'), appliedSlot };
  } finally {
    database.close();
  }
});
