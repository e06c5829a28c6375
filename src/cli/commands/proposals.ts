import type { ProposalState } from '../../client/index.ts';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { preview, printJson, printLine, table } from '../output.ts';
import { proposalJson, talliesOf, voterNames } from '../proposal-view.ts';
import { READ_QUORUM_FLAG, readQuorumOf } from '../quorum.ts';

const HEAD = ['PROPOSAL', 'STATE', 'KEY', 'VALUE', 'VOTES', 'NEEDED', 'VOTERS', 'BY', 'WHY'];

export const proposalsCommand: Command = {
  name: 'proposals',
  summary: 'Show proposals and their votes.',
  details: 'Newest first. Those that are decided are shown as far as they are remembered.',
  positionals: [{ name: 'PREFIX', optional: true }],
  flags: [{ name: 'pending', kind: 'switch', help: 'Only those that are not decided.' }, READ_QUORUM_FLAG],
  examples: [
    { command: 'synod proposals --pending', explains: 'What waits for votes' },
    { command: 'synod proposals /config -w json', explains: 'For keys below a path, with every vote' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [prefix = ''] = context.positionals;
      const proposals: ProposalState[] = [];
      for (let more = true; more; ) {
        const page = await client.proposals({
          prefix,
          withDecided: !context.flags.has('pending'),
          before: proposals.at(-1)?.proposal ?? 0,
          quorum: readQuorumOf(context),
          signal: context.stop,
        });
        proposals.push(...page.proposals);
        more = page.more && page.proposals.length > 0;
      }
      if (context.json) await printJson(context, { proposals: proposals.map(proposalJson) });
      else if (proposals.length === 0) await printLine(context, noneText(prefix));
      else
        await printLine(context, table(HEAD, proposals.map(rowsOf(await voterNames(client, proposals, context.stop)))));
      return EXIT.ok;
    }),
};

function noneText(prefix: string): string {
  return prefix === '' ? 'there are no proposals' : `there are no proposals for keys that begin with "${prefix}"`;
}

function rowsOf(nameOf: (voter: string) => string) {
  return (proposal: ProposalState): (string | number)[] => {
    const { path, value, valueBytes, required, electorate, votes, owner, sessionId, decided } = proposal;
    const voters = electorate.map((voter) => {
      const vote = votes.find((cast) => cast.voter === voter);
      return vote === undefined ? nameOf(voter) : `${nameOf(voter)} (${vote.isFor ? 'for' : 'against'})`;
    });
    const shown = value === undefined ? `(${valueBytes} bytes)` : preview(value, 30);
    const why = decided === undefined ? proposal.why : decided.why;
    const about = [proposal.proposal, proposal.state, path, shown, talliesOf(proposal), required];
    return [...about, voters.join(', '), owner || sessionId, why];
  };
}
