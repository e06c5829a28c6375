import { text } from 'node:stream/consumers';
import { type Command, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { itemJson } from '../item-json.ts';
import { printJson } from '../output.ts';
import { positionJson, remarkLaggards, WRITE_QUORUM_FLAG, writeQuorumOf } from '../quorum.ts';
import { surroundingSession } from '../session-environment.ts';
import { parseTransaction } from '../transaction-json.ts';

export const txnCommand: Command = {
  name: 'txn',
  summary: 'Compare keys and change several at once (JSON on standard input).',
  details: `Reads one JSON object:

  {
    "compare": [ {"key": "/a", "version": 3}, {"key": "/b", "op": "!=", "value": "x"} ],
    "then":    [ {"put": {"key": "/a", "value": "1"}}, {"delete": {"key": "/b"}} ],
    "else":    [ {"get": {"key": "/a"}} ]
  }

If every comparison holds, "then" is done, else "else" is; all at once, as one revision. "compare" and "else" may be missing.
A comparison names a key (or a range: "key" and "rangeEnd"), one of "value", "version", "createRevision", "modRevision" or "leaseId", and "op": "=" (the default), "!=", "<" or ">". The version of a key that does not exist is 0.
Operations: "put" (key, value, leaseId), "delete" (key, or prefix), "get" (key, or prefix, and limit). Bytes that are not text are written as {"value": "AAEC", "encoding": "base64"}.
The exit code is 0 when the comparisons held and 1 when they did not; the result is JSON either way.`,
  positionals: [],
  flags: [WRITE_QUORUM_FLAG],
  examples: [
    { command: 'synod txn < move.json', explains: 'What the file says' },
    {
      command: `echo '{"compare":[{"key":"/lock","version":0}],"then":[{"put":{"key":"/lock","value":"me"}}]}' | synod txn`,
      explains: 'Create a key, unless it exists',
    },
  ],
  isClient: true,
  run: async (context) => {
    const transaction = parseTransaction(await text(context.stdin));
    return withClient(context, async (client) => {
      const options = {
        quorum: writeQuorumOf(context),
        signal: context.stop,
        ...surroundingSession(context, client),
      };
      const result = await client.transact(transaction, options);
      const results = result.results.map(({ items, count, more }) => ({ count, items: items.map(itemJson), more }));
      await printJson(context, { succeeded: result.succeeded, results, ...positionJson(result) });
      await remarkLaggards(context, result);
      return result.succeeded ? EXIT.ok : EXIT.failed;
    });
  },
};
