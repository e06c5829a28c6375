import type { HeldLock, SynodClient } from '../../client/index.ts';
import { UsageError } from '../../command-line/flag.ts';
import { formatDuration } from '../../command-line/values.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine, write } from '../output.ts';
import { ownerOf } from '../owner.ts';
import { runWhileHeld } from '../run-while-held.ts';
import { environmentFor } from '../session-environment.ts';
import { PlacesFolder } from '../shared-places.ts';
import { untilAborted } from '../until-aborted.ts';

const SESSION_TTL_MS = 10_000;

export const lockCommand: Command = {
  name: 'lock',
  summary: 'Hold a lock, while a command runs or until Ctrl-C.',
  details: `PATH names every lock above it: each prefix that ends in a segment _lockable, itself included. Waits until all of them are granted, first in first out.
With a COMMAND after -- the lock is held while it runs, and the exit code is that of the command. It finds SYNOD_SESSION, SYNOD_SESSION_PLACES and SYNOD_FENCING_TOKEN in its environment: "synod put", "cas", "del" and "txn" then write only while the lock is held. When the lock is lost, the command gets SIGTERM.
A lock protects the keys below it. Anything else must check the token itself: see docs/coordination.md.`,
  positionals: [{ name: 'PATH' }, { name: '-- COMMAND', optional: true, repeated: true }],
  flags: [
    { name: 'try', kind: 'switch', help: 'Do not wait: fail when it is held.' },
    {
      name: 'wait',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'Wait at most so long. Default: as long as it takes.',
    },
    {
      name: 'ttl',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'The lock is lost when this program is silent for so long. Default 10s.',
    },
    {
      name: 'adaptive',
      kind: 'switch',
      help: 'Let the agent make that longer when the cell is slow; it says so.',
    },
    {
      name: 'delay',
      kind: 'duration',
      placeholder: 'DURATION',
      help: 'When it is lost, nobody gets it for so long. Not after it was given back.',
    },
    { name: 'owner', kind: 'text', placeholder: 'TEXT', help: 'For people: who holds it, and what for.' },
  ],
  examples: [
    { command: 'synod lock /jobs/_lockable -- ./import.sh', explains: 'One import at a time, on all machines' },
    { command: 'synod lock /jobs/_lockable --try -- ./import.sh', explains: 'Or fail at once' },
    {
      command: "synod lock /jobs/_lockable -- sh -c 'synod put /jobs/_lockable/state done'",
      explains: 'Write below it',
    },
    { command: 'synod lock /jobs/_lockable', explains: 'Hold it until Ctrl-C' },
  ],
  isClient: true,
  endsItself: true,
  run: (context) => withClient(context, (client) => runWithLock(context, client)),
};

async function runWithLock(context: Context, client: SynodClient): Promise<number> {
  const [path = '', ...command] = context.positionals;
  const { flags } = context;
  if (flags.has('try') && flags.has('wait')) throw new UsageError('--try does not wait: give either --try or --wait');
  const owner = ownerOf(context, command, 'synod lock');
  const places = PlacesFolder.create();
  try {
    const ttlMs = flags.durationMs('ttl') ?? SESSION_TTL_MS;
    const session = await client.openSession({ ttlMs, owner, places, signal: context.stop });
    try {
      const isAdaptive = flags.has('adaptive');
      const lock = client.lock(path, {
        ...{ session, owner, adaptive: isAdaptive, lockDelayMs: flags.durationMs('delay') ?? 0 },
        // Only a lease of its own can be widened.
        leaseTtlMs: isAdaptive ? ttlMs : 0,
        onWidened: (ms) =>
          void write(context.stderr, `synod: the cell is slow: the lease is ${formatDuration(ms)} now\n`),
      });
      const held = flags.has('try') ? await tried(lock) : await waited(context, lock);
      try {
        if (command.length === 0) return await holdUntilStopped(context, held);
        const environment = environmentFor(session, places, held.fencingToken);
        return await runWhileHeld(context, { command, environment, lost: held.signal });
      } finally {
        // Given back, not lost with the session: the next holder need not wait for a delay.
        await held.release({ timeoutMs: 2_000 }).catch(() => undefined);
      }
    } finally {
      // Its end gives everything back at once, however this ended.
      await session.end({ timeoutMs: 2_000 }).catch(() => undefined);
    }
  } finally {
    places.remove();
  }
}

type Lock = ReturnType<SynodClient['lock']>;

async function tried(lock: Lock): Promise<HeldLock> {
  const outcome = await lock.tryAcquire();
  if (outcome.kind === 'held') return outcome.lock;
  throw new Failure(outcome.message.replace(/\.$/, ''));
}

async function waited(context: Context, lock: Lock): Promise<HeldLock> {
  const timeoutMs = context.flags.durationMs('wait');
  let told = 0;
  return await lock.acquire({
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    signal: context.stop,
    onQueued: (position) => {
      if (position === told) return;
      told = position;
      void write(context.stderr, `synod: waiting for ${lock.path}, number ${position} in the queue\n`);
    },
  });
}

async function holdUntilStopped(context: Context, held: HeldLock): Promise<number> {
  const { path, fencingToken, session, ticket, signal } = held;
  if (context.json) await printJson(context, { path, fencingToken, sessionId: session.id, ticket });
  else await printLine(context, `holding ${path}, fencing token ${fencingToken}; Ctrl-C gives it back`);
  const until = AbortSignal.any([context.stop, signal]);
  await untilAborted(until);
  if (signal.aborted) throw new Failure((signal.reason as Error).message);
  return EXIT.ok;
}
