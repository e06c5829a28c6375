import type { ReadQuorum, WriteQuorum, WriteResult } from '../client/index.ts';
import type { Flag } from '../command-line/flag.ts';
import type { Context } from './command.ts';
import { write } from './output.ts';

export const READ_QUORUM_FLAG: Flag = {
  name: 'quorum',
  kind: 'choice',
  choices: ['local', 'majority', 'all'],
  help: 'local: what the asked agent has applied; majority: linearizable (the default); all: also applied by every voter.',
};

export const WRITE_QUORUM_FLAG: Flag = {
  name: 'quorum',
  kind: 'choice',
  choices: ['majority', 'all'],
  help: 'majority: durable on a majority (the default); all: also applied by every live voter, waiting at most a second.',
};

export function readQuorumOf(context: Context): ReadQuorum {
  return (context.flags.text('quorum') ?? 'majority') as ReadQuorum;
}

export function writeQuorumOf(context: Context): WriteQuorum {
  return (context.flags.text('quorum') ?? 'majority') as WriteQuorum;
}

/** Quorum `all` was asked for and not quite reached: the write stands, so it is a remark and not a failure. */
export async function remarkLaggards(context: Context, { notAppliedBy }: WriteResult): Promise<void> {
  if (notAppliedBy.length === 0) return;
  await write(context.stderr, `synod: written; not yet applied by ${notAppliedBy.join(', ')}\n`);
}

export function positionJson({ slot, revision, notAppliedBy }: WriteResult): object {
  return { slot, revision, ...(notAppliedBy.length > 0 ? { notAppliedBy } : {}) };
}
