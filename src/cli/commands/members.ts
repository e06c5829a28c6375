import { setTimeout as delay } from 'node:timers/promises';
import type { Member, MemberAction, SynodClient } from '../../client/index.ts';
import { type Flag, UsageError } from '../../command-line/flag.ts';
import { parseAddress } from '../../command-line/values.ts';
import { type Command, type Context, EXIT, Failure, type Positional } from '../command.ts';
import { withClient } from '../connection.ts';
import { memberTable } from '../member-table.ts';
import { printJson, printLine, write } from '../output.ts';

const AGENTS: readonly Positional[] = [{ name: 'AGENT', repeated: true }];
const EPOCH_FLAG: Flag = {
  name: 'expected-epoch',
  kind: 'number',
  placeholder: 'N',
  help: 'Refuse when the membership has changed since epoch N.',
};

const list: Command = {
  name: 'list',
  summary: 'Show who is in the cell.',
  positionals: [],
  flags: [],
  examples: [{ command: 'synod members list -w json', explains: 'For a program' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const members = await client.members({ signal: context.stop });
      if (context.json) await printJson(context, members);
      else await printLine(context, memberTable(members));
      return EXIT.ok;
    }),
};

const add: Command = {
  name: 'add',
  summary: 'Say how to start an agent that joins; with an address, wait until it has.',
  details:
    'An agent joins by itself when it is started with --peer, from an empty state directory: it becomes a learner, and the autopilot makes it a voter when that helps. This prints the command to start it. With HOST:PORT it then waits until an agent at that address is a member.',
  positionals: [{ name: 'HOST:PORT', optional: true }],
  flags: [{ name: 'for', kind: 'duration', placeholder: 'DURATION', help: 'How long to wait. Default 1m.' }],
  examples: [
    { command: 'synod members add', explains: 'What to run on the other machine' },
    { command: 'synod members add 127.0.0.1:50104 --for 5m', explains: 'And wait for it' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [given] = context.positionals;
      const address = given === undefined ? undefined : parseAddress(given, 'HOST:PORT');
      const { members } = await client.members({ signal: context.stop });
      const here = members.find((member) => member.grpcAddress === address);
      if (!here) {
        const peers = members.map((member) => `--peer ${member.grpcAddress}`).join(' ');
        const own = address === undefined ? '' : ` --grpc-addr ${address}`;
        await write(context.stderr, 'synod: start the new agent with\n');
        await printLine(context, `synod agent --state-dir DIR${own} ${peers}`);
      }
      if (address === undefined) return EXIT.ok;
      const member = here ?? (await joined(context, client, address));
      if (context.json) await printJson(context, member);
      else await printLine(context, `${member.name} at ${member.grpcAddress} is a member: ${member.role}`);
      return EXIT.ok;
    }),
};

async function joined(context: Context, client: SynodClient, address: string): Promise<Member> {
  const waitMs = context.flags.durationMs('for') ?? 60_000;
  const endMs = performance.now() + waitMs;
  while (performance.now() < endMs && !context.stop.aborted) {
    await delay(250, undefined, { signal: context.stop }).catch(() => undefined);
    const { members } = await client.members({ signal: context.stop });
    const member = members.find(({ grpcAddress }) => grpcAddress === address);
    if (member) return member;
  }
  throw new Failure(`no agent at ${address} has joined; start it with the command above, then look at its log`);
}

function change(parts: {
  readonly name: string;
  readonly action: MemberAction;
  readonly summary: string;
  readonly details: string;
  readonly positionals?: readonly Positional[];
  readonly example: string;
  readonly done: string;
}): Command {
  const { name, action, summary, details, done } = parts;
  return {
    name,
    summary,
    details,
    positionals: parts.positionals ?? AGENTS,
    flags: [EPOCH_FLAG],
    examples: [{ command: `synod members ${parts.example}`, explains: summary }],
    isClient: true,
    run: (context) => withClient(context, (client) => make(context, client, action, context.positionals, done)),
  };
}

async function make(
  context: Context,
  client: SynodClient,
  action: MemberAction,
  agents: readonly string[],
  done: string,
): Promise<number> {
  const expectedEpoch = context.flags.number('expected-epoch') ?? 0;
  const result = await client.changeMembers(action, agents, { expectedEpoch, signal: context.stop });
  if (context.json) await printJson(context, result);
  else
    await printLine(
      context,
      `${done} ${agents.join(', ')}; epoch ${result.epoch}, leader ${result.leader || 'none yet'}`,
    );
  return EXIT.ok;
}

const pin: Command = {
  name: 'pin',
  summary: 'Keep an agent a voter or a learner, whatever the autopilot thinks.',
  details: 'A pinned agent keeps its role until "synod members pin AGENT none".',
  positionals: [{ name: 'AGENT' }, { name: 'voter|learner|none' }],
  flags: [EPOCH_FLAG],
  examples: [{ command: 'synod members pin Ada learner', explains: 'Reads only, never a vote' }],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [agent = '', role = ''] = context.positionals;
      const actions: Readonly<Record<string, MemberAction>> = {
        voter: 'pinVoter',
        learner: 'pinLearner',
        none: 'unpin',
      };
      const action = actions[role];
      if (!action) throw new UsageError(`"${role}" is no role: synod members pin AGENT voter|learner|none`);
      return make(context, client, action, [agent], action === 'unpin' ? 'unpinned' : `pinned as ${role}:`);
    }),
};

const subcommands: readonly Command[] = [
  list,
  add,
  change({
    name: 'remove',
    action: 'remove',
    summary: 'Remove agents from the cell.',
    details: 'A removed agent never counts again. One that still runs asks to join anew; stop it first.',
    example: 'remove Clara',
    done: 'removed',
  }),
  change({
    name: 'promote',
    action: 'promote',
    summary: 'Make learners voters.',
    details: 'Several are promoted together, as one change. They must have caught up.',
    example: 'promote Dino Elsa',
    done: 'promoted',
  }),
  change({
    name: 'demote',
    action: 'demote',
    summary: 'Make voters learners.',
    details: 'A learner keeps a copy and serves reads, but has no vote. The autopilot may promote it again: see pin.',
    example: 'demote Ada',
    done: 'demoted',
  }),
  change({
    name: 'transfer',
    action: 'transfer',
    summary: 'Hand the leadership to another voter.',
    details: 'For instance before its machine goes down. Writes pause for a moment.',
    positionals: [{ name: 'AGENT' }],
    example: 'transfer Bruno',
    done: 'leadership handed to',
  }),
  change({
    name: 'replace',
    action: 'replace',
    summary: 'Replace the whole set of voters.',
    details:
      'The named agents, which must be members and caught up, become the voters; all others become learners. One change.',
    example: 'replace Dino Elsa Fritz',
    done: 'the voters are now',
  }),
  pin,
];

export const membersCommand: Command = {
  name: 'members',
  summary: 'List, add, remove, promote, demote, transfer, replace, pin.',
  details: 'AGENT is a short name or an agent id. Without a command it lists.',
  positionals: [],
  flags: [],
  examples: [
    { command: 'synod members', explains: 'Who is there' },
    { command: 'synod members transfer Bruno', explains: 'Let Bruno lead' },
  ],
  isClient: true,
  subcommands,
  run: list.run!,
};
