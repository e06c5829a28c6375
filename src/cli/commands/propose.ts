import type { ProposalState } from '../../client/index.ts';
import { UsageError } from '../../command-line/flag.ts';
import { formatDuration } from '../../command-line/values.ts';
import { type Command, type Context, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { printJson, printLine } from '../output.ts';
import { userName } from '../owner.ts';
import { proposalJson, talliesOf, voterNames } from '../proposal-view.ts';
import { surroundingSession } from '../session-environment.ts';
import { valueArgument } from './put.ts';

export const proposeCommand: Command = {
  name: 'propose',
  summary: 'Propose a value for a key, which is written when enough voters are for it.',
  details: `Prints the number of the proposal, for "synod vote", then every vote, and waits for the decision. The exit code is 0 when it was accepted, and 1 when it was rejected, expired or withdrawn: then nothing was written. It stands until its deadline, also when this command is ended before; "synod withdraw" ends it.
The voters are those of the cell, by name, or whoever is named with --voter: sessions, owners of sessions, agents, people. Below "synod lock" the write happens only while the lock is held.
VALUE - takes the value from standard input. A value that begins with a dash goes after --.`,
  positionals: [{ name: 'KEY' }, { name: 'VALUE' }],
  flags: [
    {
      name: 'share',
      kind: 'text',
      placeholder: 'FRACTION',
      help: 'The share of the voters that accepts it, above 0 and at most 1, such as 0.75 or 2/3. Default 0.51.',
    },
    { name: 'voter', kind: 'text', placeholder: 'NAME', repeatable: true, help: 'Who may vote; repeatable.' },
    { name: 'deadline', kind: 'duration', placeholder: 'DURATION', help: 'It expires after so long. Default 5s.' },
    { name: 'if-unchanged', kind: 'switch', help: 'Rejected when somebody else has written the key before.' },
    { name: 'why', kind: 'text', placeholder: 'TEXT', help: 'For those who vote.' },
    { name: 'owner', kind: 'text', placeholder: 'NAME', help: 'For people: who proposes. Default: the user.' },
    { name: 'no-wait', kind: 'switch', help: 'Do not wait for the decision: the exit code is 0 when it stands.' },
  ],
  examples: [
    { command: 'synod propose /config/mode careful --deadline 1m', explains: 'The voters of the cell decide' },
    { command: 'synod propose /release 2.1 --voter ada --voter bruno --share 1', explains: 'Both must be for it' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [path = '', text = ''] = context.positionals;
      const { flags } = context;
      const share = flags.text('share');
      const timeoutMs = flags.durationMs('deadline');
      const proposal = await client.propose(path, await valueArgument(context, text), {
        ...(share === undefined ? {} : { quorum: shareOf(share) }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        electorate: flags.list('voter'),
        isOnlyIfUnchanged: flags.has('if-unchanged'),
        why: flags.text('why') ?? '',
        owner: flags.text('owner') ?? userName(),
        signal: context.stop,
        ...surroundingSession(context, client),
      });
      let known: ProposalState | undefined;
      let nameOf: ((voter: string) => string) | undefined;
      for await (const state of proposal.watch({ signal: context.stop })) {
        nameOf ??= await voterNames(client, [state], context.stop);
        await tell(context, state, known, nameOf);
        known = state;
        if (state.decided !== undefined || flags.has('no-wait')) break;
      }
      if (known?.decided === undefined && !flags.has('no-wait')) {
        const remedy = `"synod withdraw ${proposal.number}" ends it`;
        throw new Failure(
          `interrupted; proposal ${proposal.number} stands until its deadline: ${remedy}`,
          EXIT.interrupted,
        );
      }
      return known?.state === 'accepted' || known?.state === 'pending' ? EXIT.ok : EXIT.failed;
    }),
};

function shareOf(text: string): number {
  const [, part = '', , whole = '1'] = /^(\d*\.?\d+)(\/([1-9]\d*))?$/.exec(text) ?? [];
  const share = Number(part) / Number(whole);
  if (share > 0 && share <= 1) return share;
  throw new UsageError(`--share: "${text}" is not a share above 0 and at most 1, such as 0.75 or 2/3`);
}

/** What is new since `known`. */
async function tell(
  context: Context,
  state: ProposalState,
  known: ProposalState | undefined,
  nameOf: (voter: string) => string,
): Promise<void> {
  if (context.json) return printJson(context, proposalJson(state));
  if (known === undefined) {
    const { proposal, electorate, required, timeoutMs } = state;
    const who = `${required} of ${electorate.length} must be for it (${electorate.map(nameOf).join(', ')})`;
    await printLine(context, `proposal ${proposal} stands for ${formatDuration(timeoutMs)}: ${who}`);
  }
  for (const { voter, isFor } of state.votes.slice(known?.votes.length ?? 0)) {
    await printLine(context, `${nameOf(voter)} is ${isFor ? 'for' : 'against'} it`);
  }
  if (state.decided !== undefined) {
    await printLine(context, `${state.state}: ${talliesOf(state)}; ${state.decided.why}`);
  }
}
