import type { Members, Status } from '../../client/index.ts';
import { formatBytes, formatDuration } from '../../command-line/values.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { memberTable } from '../member-table.ts';
import { printJson, printLine } from '../output.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'Show how the asked agent and its cell are doing.',
  details:
    'Asks the first endpoint that answers, and works without a majority. The exit code is 1 when the cell takes no writes.',
  positionals: [],
  flags: [],
  examples: [
    { command: 'synod status', explains: 'Of the agent on this machine' },
    { command: 'synod status --endpoint :50102 -w json', explains: 'Of another one, for a program' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const status = await client.status({ signal: context.stop });
      const members = await client.members({ signal: context.stop });
      if (context.json) await printJson(context, { ...status, members: members.members });
      else await print(context, status, members);
      return status.writable ? EXIT.ok : EXIT.failed;
    }),
};

async function print(context: Context, status: Status, members: Members): Promise<void> {
  const since = status.unwritableSinceMs > 0 ? ` since ${new Date(status.unwritableSinceMs).toISOString()}` : '';
  const lines: readonly (readonly [string, string])[] = [
    ['cell', `${status.cellId}, epoch ${status.epoch}`],
    ['leader', status.leader || 'none'],
    ['writes', status.writable ? 'yes' : `no: ${status.unwritableReason}${since}`],
    ['agent', `${status.name} (${status.agentId}), ${status.state}, ballot ${status.ballot.round}`],
    ['process', `${status.pid}, up ${formatDuration(status.uptimeMs)}, version ${status.version}`],
    ['addresses', `grpc ${status.grpcAddress}, http ${status.httpAddress || '-'}`],
    ['journal', `slots ${status.journalFloor}-${status.journalEnd}, ${formatBytes(status.journalSizeBytes)}`],
    ['state', `slot ${status.applied} of ${status.chosenThrough} applied, ${formatBytes(status.stateSizeBytes)}`],
    ['revision', `${status.revision}, kept from ${status.revisionFloor}`],
    ['directory', status.stateDir],
  ];
  for (const [name, text] of lines) await printLine(context, `${name.padEnd(11)}${text}`);
  await printLine(context, `\n${memberTable(members)}`);
}
