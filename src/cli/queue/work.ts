import { hostname } from 'node:os';
import type { ClaimedEntry, Queue } from '../../client/index.ts';
import { type Flag, UsageError } from '../../command-line/flag.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { write } from '../output.ts';
import { PlacesFolder } from '../shared-places.ts';
import { IN_VAIN, runOnEntry } from './run-entry.ts';

const SESSION_TTL_MS = 10_000;

const FLAGS: readonly Flag[] = [
  { name: 'worker', kind: 'text', placeholder: 'NAME', help: 'Who works. Default: the name of this machine.' },
  {
    name: 'ttl',
    kind: 'duration',
    placeholder: 'DURATION',
    help: 'Its entries go to others when this program is silent for so long. Default 10s.',
  },
];

const ENVIRONMENT = `It gets the payload on standard input; what it prints on standard output is the result, and printed here as well. With exit code 0 the entry is done. With ${IN_VAIN} it is dead at once, with any other one it is tried again after its backoff, until its attempts are used up.
It finds SYNOD_QUEUE, SYNOD_ENTRY, SYNOD_ENTRY_TOKEN and SYNOD_ENTRY_ATTEMPT in its environment, and in the file SYNOD_CHECKPOINT the last checkpoint, empty when there is none; "synod queue checkpoint" in it keeps another one. SYNOD_SESSION is that of the worker: "synod put" and others then write only while it lives. When the entry is lost, the command gets SIGTERM.`;

export const claim: Command = {
  name: 'claim',
  summary: 'Run a command on the next entry of a queue.',
  details: `Claims the first entry that can be done and runs COMMAND on it. The exit code is that of COMMAND, or 1 when there is no entry.\n${ENVIRONMENT}`,
  positionals: [{ name: 'QUEUE' }, { name: '-- COMMAND', repeated: true }],
  flags: [
    {
      name: 'wait',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'Wait so long for an entry. Default: not at all.',
    },
    ...FLAGS,
  ],
  examples: [{ command: 'synod queue claim /jobs -- ./do-job', explains: 'One, if there is one' }],
  isClient: true,
  endsItself: true,
  run: (context) =>
    withWorker(context, async (queue, command, places) => {
      const entry = await queue.claim({ timeoutMs: context.flags.durationMs('wait') ?? 0, signal: context.stop });
      if (entry === undefined) throw new Failure(`there is nothing to do in ${queue.path}`);
      await using claimed = entry;
      const { code, output, why } = await runOnEntry(context, claimed, command, places);
      if (claimed.isSettled) throw claimed.signal.reason;
      if (code === EXIT.ok) await claimed.complete(output);
      else await claimed.fail(why, { isRetried: code !== IN_VAIN });
      return code;
    }),
};

export const work: Command = {
  name: 'work',
  summary: 'Run a command on one entry of a queue after the other.',
  details: `Until Ctrl-C; what runs then gets SIGTERM.\n${ENVIRONMENT}`,
  positionals: [{ name: 'QUEUE' }, { name: '-- COMMAND', repeated: true }],
  flags: [
    { name: 'limit', kind: 'number', placeholder: 'N', help: 'End after N entries.' },
    { name: 'parallel', kind: 'number', placeholder: 'N', help: 'Entries at a time. Default 1.' },
    ...FLAGS,
  ],
  examples: [
    { command: 'synod queue work /jobs -- ./do-job', explains: 'As long as there is something to do' },
    { command: 'synod queue work /jobs -- sh -c \'curl -sf "$(cat)"\'', explains: 'The payload is on standard input' },
  ],
  isClient: true,
  endsItself: true,
  run: (context) =>
    withWorker(context, async (queue, command, places) => {
      const concurrency = context.flags.number('parallel') ?? 1;
      if (concurrency < 1) throw new UsageError('--parallel: at least 1 entry at a time');
      const enough = new AbortController();
      let left = context.flags.number('limit') ?? Number.POSITIVE_INFINITY;
      const one = async (entry: ClaimedEntry): Promise<Uint8Array> => {
        if (--left <= 0) enough.abort();
        const { code, output, why } = await runOnEntry(context, entry, command, places);
        if (code === EXIT.ok) return output;
        if (code === IN_VAIN && !entry.isSettled) await entry.fail(why, { isRetried: false });
        throw new EntryFailure(why);
      };
      let failure: unknown;
      const onError = (error: unknown, { seq }: ClaimedEntry) => {
        void write(context.stderr, `synod: entry ${seq} has failed: ${(error as Error).message}\n`);
        // What cannot be run on one entry cannot be run on any.
        if (!(error instanceof Failure)) return;
        failure ??= error;
        enough.abort();
      };
      const signal = AbortSignal.any([context.stop, enough.signal]);
      if (left > 0) await queue.work(one, { concurrency, signal, onError });
      if (failure !== undefined) throw failure;
      return EXIT.ok;
    }),
};

/** Of the command, on one entry. */
class EntryFailure extends Error {}

async function withWorker(
  context: Context,
  run: (queue: Queue, command: readonly string[], places: PlacesFolder) => Promise<number>,
): Promise<number> {
  const [path = '', ...command] = context.positionals;
  const { flags, stop: signal } = context;
  const worker = flags.text('worker') ?? hostname();
  const ttlMs = flags.durationMs('ttl') ?? SESSION_TTL_MS;
  return withClient(context, async (client) => {
    const places = PlacesFolder.create();
    try {
      const session = await client.openSession({ ttlMs, owner: worker, places, signal });
      try {
        return await run(client.queue(path, { session, worker }), command, places);
      } finally {
        await session.end({ timeoutMs: 2_000 }).catch(() => undefined);
      }
    } finally {
      places.remove();
    }
  });
}
