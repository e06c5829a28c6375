import { formatDuration, parseDuration } from '../../command-line/values.ts';
import { type Command, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { counted, printJson, printLine, table } from '../output.ts';
import { systemRecords } from '../system-records.ts';
import { untilAborted } from '../until-aborted.ts';

const LEASES = '/_internal/leases/';
const EXAMPLE_ID = '7e0f6d52-7c4f-4e0c-8d0e-2f6f0a3f4b11';

interface LeaseRecord {
  readonly ttlMs: number;
  readonly grantedSlot: number;
  readonly grantedMs: number;
}

const grant: Command = {
  name: 'grant',
  summary: 'Make a lease, and print its id.',
  details:
    'It ends TTL after it was granted or last renewed, not before; then the keys that were put with it are deleted. "synod lease keep" renews it.',
  positionals: [{ name: 'TTL' }],
  flags: [{ name: 'id', kind: 'text', placeholder: 'LEASE', help: 'The id it gets. Default: a new UUID.' }],
  examples: [
    {
      command: 'lease=$(synod lease grant 60s) && synod put /services/a here --lease "$lease"',
      explains: 'A key that goes away by itself',
    },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [ttl = ''] = context.positionals;
      const leaseId = context.flags.text('id');
      const granted = await client.grantLease({
        ttlMs: parseDuration(ttl, 'TTL'),
        keepAlive: false,
        ...(leaseId === undefined ? {} : { leaseId }),
        signal: context.stop,
      });
      if (context.json) await printJson(context, { leaseId: granted.id, ttlMs: granted.ttlMs });
      else await printLine(context, granted.id);
      return EXIT.ok;
    }),
};

const keep: Command = {
  name: 'keep',
  summary: 'Renew a lease until Ctrl-C.',
  details:
    'Goes on with another agent when one is lost. After Ctrl-C the lease runs out by itself, unless somebody else renews it. The exit code is 1 when it has ended.',
  positionals: [{ name: 'LEASE' }],
  flags: [],
  examples: [{ command: `synod lease keep ${EXAMPLE_ID}`, explains: 'As long as this runs' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [leaseId = ''] = context.positionals;
      const lease = await client.joinLease(leaseId, { signal: context.stop });
      if (context.json) await printJson(context, { leaseId, ttlMs: lease.ttlMs });
      else await printLine(context, `renewing lease ${leaseId}; it ends ${formatDuration(lease.ttlMs)} after Ctrl-C`);
      await untilAborted(AbortSignal.any([context.stop, lease.ended]));
      if (lease.isEnded) throw new Failure((lease.ended.reason as Error).message);
      return EXIT.ok;
    }),
};

const revoke: Command = {
  name: 'revoke',
  summary: 'End a lease now, and delete its keys.',
  positionals: [{ name: 'LEASE' }],
  flags: [],
  examples: [{ command: `synod lease revoke ${EXAMPLE_ID}`, explains: 'As "list" shows it' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [leaseId = ''] = context.positionals;
      const lease = await client.joinLease(leaseId, { keepAlive: false, signal: context.stop });
      const deleted = await lease.revoke({ signal: context.stop });
      if (context.json) await printJson(context, { leaseId, deleted });
      else await printLine(context, `ended lease ${leaseId}; deleted ${counted(deleted, 'key')}`);
      return EXIT.ok;
    }),
};

const list: Command = {
  name: 'list',
  summary: 'Show the leases that have not ended.',
  positionals: [],
  flags: [],
  examples: [{ command: 'synod lease list -w json', explains: 'For a program' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const leases: (LeaseRecord & { leaseId: string })[] = [];
      for await (const { id, content } of systemRecords<LeaseRecord>(context, client, LEASES)) {
        leases.push({ leaseId: id, ...content });
      }
      const rows = leases.map(({ leaseId, ttlMs, grantedMs }) => [
        ...[leaseId, formatDuration(ttlMs), new Date(grantedMs).toISOString()],
      ]);
      if (context.json) await printJson(context, { leases });
      else await printLine(context, table(['LEASE', 'TTL', 'GRANTED'], rows));
      return EXIT.ok;
    }),
};

export const leaseCommand: Command = {
  name: 'lease',
  summary: 'Make, renew and end leases: keys that are put with one are deleted when it ends.',
  positionals: [],
  flags: [],
  examples: [{ command: 'synod lease grant 60s', explains: 'Prints its id, for "synod put KEY VALUE --lease ID"' }],
  subcommands: [grant, keep, revoke, list],
  isClient: true,
};
