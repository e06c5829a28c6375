import { formatDuration } from '../../command-line/values.ts';
import { type Command, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine, table } from '../output.ts';
import { systemRecords } from '../system-records.ts';

const SESSIONS = '/_internal/sessions/';

interface SessionRecord {
  readonly owner: string;
  readonly ttlMs: number;
  readonly openedSlot: number;
  readonly openedMs: number;
}

const list: Command = {
  name: 'list',
  summary: 'Show the sessions that are alive.',
  positionals: [],
  flags: [],
  examples: [{ command: 'synod session list -w json', explains: 'For a program' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const sessions: (SessionRecord & { sessionId: string })[] = [];
      for await (const { id, content } of systemRecords<SessionRecord>(context, client, SESSIONS)) {
        sessions.push({ sessionId: id, ...content });
      }
      const rows = sessions.map(({ sessionId, owner, ttlMs, openedMs }) => [
        ...[sessionId, owner, formatDuration(ttlMs), new Date(openedMs).toISOString()],
      ]);
      if (context.json) await printJson(context, { sessions });
      else await printLine(context, table(['SESSION', 'OWNER', 'TTL', 'OPENED'], rows));
      return EXIT.ok;
    }),
};

const end: Command = {
  name: 'end',
  summary: 'End a session now, with everything it owns.',
  details:
    'Its locks go to whoever is next, its candidacies and arrivals end, and its program is told at its next renewal. What a program holds that is still running is taken from it.',
  positionals: [{ name: 'SESSION' }],
  flags: [],
  examples: [{ command: 'synod session end 2b0c9a4e-51f7-4d1c-9f0e-6f3f5a1f7c11', explains: 'As "list" shows it' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [sessionId = ''] = context.positionals;
      const wasAlive = await client.endSession(sessionId, { signal: context.stop });
      if (!wasAlive) throw new Failure(`there is no session ${sessionId}: it has ended, or was never opened`);
      if (context.json) await printJson(context, { sessionId, ended: true });
      else await printLine(context, `ended session ${sessionId}`);
      return EXIT.ok;
    }),
};

export const sessionCommand: Command = {
  name: 'session',
  summary: 'List and end sessions: what locks belong to.',
  positionals: [],
  flags: [],
  examples: [{ command: 'synod session list', explains: 'Who is there' }],
  subcommands: [list, end],
  isClient: true,
};
