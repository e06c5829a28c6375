import type { SynodClient } from '../client/index.ts';
import type { Context } from './command.ts';

/** What the cell keeps below a path of its own, each with the rest of its path. */
export async function* systemRecords<Content>(
  context: Context,
  client: SynodClient,
  prefix: string,
): AsyncGenerator<{ readonly id: string; readonly content: Content }, void> {
  for await (const { key, value } of client.scan({ prefix }, { signal: context.stop })) {
    yield { id: key.slice(prefix.length), content: JSON.parse(Buffer.from(value).toString('utf8')) as Content };
  }
}
