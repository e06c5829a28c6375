import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type Command, EXIT, Failure } from '../command.ts';
import { withClient } from '../connection.ts';
import { decodeValue } from '../item-json.ts';
import { counted, printJson, printLine } from '../output.ts';

const IN_FLIGHT_MAX = 512;

export const importCommand: Command = {
  name: 'import',
  summary: 'Write the keys that "export" printed.',
  details:
    'Reads one JSON object a line, each with "key", "value" and, for bytes that are not text, "encoding": "base64"; other fields are ignored. Keys that exist are overwritten, others stay. It is not one transaction: when it stops half way, run it again.',
  positionals: [{ name: 'FILE', optional: true }],
  flags: [],
  examples: [
    { command: 'synod import keys.jsonl', explains: 'A file' },
    {
      command: 'synod export --endpoint :50101 | synod import --endpoint :60101',
      explains: 'From one cell to another',
    },
  ],
  isClient: true,
  run: (context) =>
    withClient(context, async (client) => {
      const [file = '-'] = context.positionals;
      const input = file === '-' ? context.stdin : (await open(file)).createReadStream();
      const lines = createInterface({ input });
      const writing = new Set<Promise<unknown>>();
      let failure: unknown;
      let count = 0;
      let lineNumber = 0;
      for await (const line of lines) {
        lineNumber++;
        if (line.trim() === '') continue;
        const { key, value } = parseLine(line, `line ${lineNumber}`);
        const written = client.batch.put(key, value, { signal: context.stop }).then(
          () => void count++,
          (error: unknown) => {
            failure ??= error;
          },
        );
        writing.add(written);
        void written.then(() => writing.delete(written));
        if (writing.size >= IN_FLIGHT_MAX) await Promise.race(writing);
        if (failure) break;
      }
      await Promise.all(writing);
      if (failure) throw failure;
      if (context.json) await printJson(context, { imported: count });
      else await printLine(context, `imported ${counted(count, 'key')}`);
      return EXIT.ok;
    }),
};

function parseLine(line: string, where: string): { readonly key: string; readonly value: Buffer } {
  let fields: { readonly key?: unknown; readonly value?: unknown; readonly encoding?: unknown };
  try {
    fields = JSON.parse(line);
  } catch {
    throw new Failure(`${where} is not JSON; expected lines as "synod export" prints them`);
  }
  if (typeof fields?.key !== 'string') throw new Failure(`${where}: "key" must be a string`);
  return { key: fields.key, value: decodeValue(fields, where) };
}
