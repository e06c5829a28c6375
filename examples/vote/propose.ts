// A program of its own imports from 'synod/client'.
import { connect } from '../../src/client/index.ts';
import { ELECTORATE, SETTING } from './setting.ts';

/**
 * Proposes another value for the setting, and says how the voting goes. Two of the three must be for it.
 *
 *   node examples/vote/propose.ts VALUE HOST:PORT...
 */
const [value = '', ...endpoints] = process.argv.slice(2);

await using client = connect({ endpoints });
const proposal = await client.propose(SETTING, value, {
  electorate: ELECTORATE,
  quorum: 2 / ELECTORATE.length,
  // As long as a person may need.
  timeoutMs: 300_000,
  // What they vote on is a change of what stands there now, not of what somebody else makes of it meanwhile.
  isOnlyIfUnchanged: true,
});
console.log(`proposal ${proposal.number}: ${value} requests a second`);

let heard = 0;
for await (const { votes } of proposal.watch()) {
  for (const { voter, isFor } of votes.slice(heard)) console.log(`${voter} is ${isFor ? 'for' : 'against'} it`);
  heard = votes.length;
}
const { state, why } = await proposal.decided();
console.log(`${state}: ${why}`);
