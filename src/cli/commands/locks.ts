import type { LockState } from '../../client/index.ts';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine, table } from '../output.ts';
import { READ_QUORUM_FLAG, readQuorumOf } from '../quorum.ts';

const HEAD = ['LOCK', 'STATE', 'HOLDER', 'TOKEN', 'SINCE', 'WAITING', 'LAST END'];

export const locksCommand: Command = {
  name: 'locks',
  summary: 'Show the locks, who holds them and who waits.',
  details:
    'Below a lock, its queue: who waits in which order, and for what. With -w json also who waits for whom. Times are by the clocks of the agents, for people.',
  positionals: [{ name: 'PREFIX', optional: true }],
  flags: [
    { name: 'all', kind: 'switch', help: 'Also locks that nobody holds or wants, as far as they are remembered.' },
    READ_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod locks', explains: 'What is held or wanted now' },
    { command: 'synod locks /jobs --all', explains: 'And how the last hold ended' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [prefix = ''] = context.positionals;
      const options = { prefix, withFree: context.flags.has('all'), quorum: readQuorumOf(context) };
      const answer = await client.locks({ ...options, signal: context.stop });
      if (context.json) await printJson(context, answer);
      else if (answer.locks.length === 0) await printLine(context, 'no locks are held or wanted');
      else await printLine(context, table(HEAD, answer.locks.flatMap(rowsOf)));
      return EXIT.ok;
    }),
};

function rowsOf(lock: LockState): string[][] {
  const { path, state, sessionId, owner, fencingToken, heldSinceMs, queue, ended } = lock;
  const isHeld = state === 'held';
  const since = isHeld ? new Date(heldSinceMs).toISOString() : '';
  const end = ended ? `${ended.kind}${ended.by ? ` by ${ended.by}` : ''}` : '';
  const holder = isHeld ? whoIs(owner, sessionId) : '';
  return [
    [path, state, holder, isHeld ? String(fencingToken) : '', since, String(queue.length), end],
    ...queue.map((waiter) => [
      `  ${waiter.position}. ${waiter.path === path ? '' : waiter.path}`.trimEnd(),
      'waits',
      whoIs(waiter.owner, waiter.sessionId),
      '',
      new Date(waiter.queuedMs).toISOString(),
      '',
      '',
    ]),
  ];
}

function whoIs(owner: string, sessionId: string): string {
  return owner === '' ? sessionId : `${owner} (${sessionId})`;
}
