import type { Expected } from '../../client/index.ts';
import { UsageError } from '../../command-line/flag.ts';
import { type Command, type Context, EXIT } from '../command.ts';
import { withClient } from '../connection.ts';
import { itemJson } from '../item-json.ts';
import { preview, printJson, printLine, write } from '../output.ts';
import { positionJson, remarkLaggards, WRITE_QUORUM_FLAG, writeQuorumOf } from '../quorum.ts';
import { surroundingSession } from '../session-environment.ts';
import { valueArgument } from './put.ts';

export const casCommand: Command = {
  name: 'cas',
  summary: 'Write a key only if it is as expected.',
  details:
    'Compares and writes as one step: of several who try it with the same expectation, one succeeds. With OLD the value must be OLD; with --version N the version must be N, where 0 means that the key must not exist. When the key is otherwise, nothing is written, what stands there is printed, and the exit code is 1.',
  positionals: [{ name: 'KEY' }, { name: 'OLD', optional: true }, { name: 'NEW' }],
  flags: [
    {
      name: 'version',
      kind: 'number',
      placeholder: 'N',
      help: 'Expect version N instead of a value: cas KEY --version N NEW.',
    },
    WRITE_QUORUM_FLAG,
  ],
  examples: [
    { command: 'synod cas /leader --version 0 ada', explains: 'Create it, unless somebody else has' },
    { command: 'synod cas /leader ada bruno', explains: 'From one value to another' },
    { command: 'synod cas /counter --version 7 8', explains: 'Only if nobody wrote since version 7' },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const { key, expected, value } = await argumentsOf(context);
      const options = {
        quorum: writeQuorumOf(context),
        signal: context.stop,
        ...surroundingSession(context, client),
      };
      const result = await client.compareAndWrite(key, expected, value, options);
      const { succeeded, current } = result;
      if (context.json) {
        const shown = current ? itemJson(current) : null;
        await printJson(context, { key, succeeded, current: shown, ...positionJson(result) });
      } else if (succeeded) {
        await printLine(context, `version ${current?.version ?? 0}, revision ${result.revision}, slot ${result.slot}`);
      }
      if (!succeeded) {
        const stands = current ? `it is ${preview(current.value)}, version ${current.version}` : 'it does not exist';
        await write(context.stderr, `synod: ${key} is not as expected: ${stands}\n`);
      }
      await remarkLaggards(context, result);
      return succeeded ? EXIT.ok : EXIT.failed;
    }),
};

async function argumentsOf(context: Context) {
  const { positionals, flags } = context;
  const version = flags.number('version');
  const [key = ''] = positionals;
  const takes = version === undefined ? 3 : 2;
  if (positionals.length !== takes) {
    throw new UsageError(
      version === undefined
        ? 'cas takes KEY OLD NEW, or KEY --version N NEW'
        : 'with --version cas takes KEY and NEW, and no OLD',
    );
  }
  const value = await valueArgument(context, positionals[takes - 1]!);
  const expected: Expected = version === undefined ? { value: positionals[1]! } : { version };
  return { key, expected, value };
}
