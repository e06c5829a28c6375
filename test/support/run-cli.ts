import { Readable, Writable } from 'node:stream';
import { main } from '../../src/cli/main.ts';

export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliInput {
  readonly stdin?: string | Uint8Array | Readable;
  readonly env?: Readonly<Record<string, string>>;
  readonly stop?: AbortSignal;
  /** Somebody sits at a terminal. */
  readonly isTerminal?: boolean;
  /** Called with everything printed so far whenever there is more. */
  readonly onOutput?: (stdout: string) => void;
}

/** Runs a command line in this process, in a world of its own. */
export async function runCli(args: readonly string[], input: CliInput = {}): Promise<CliOutcome> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const collect = (into: Buffer[], told?: (text: string) => void) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        into.push(Buffer.from(chunk));
        told?.(Buffer.concat(into).toString());
        done();
      },
    });
  const stdin = input.stdin instanceof Readable ? input.stdin : Readable.from([Buffer.from(input.stdin ?? '')]);
  const terminal = { isTTY: input.isTerminal ?? false };
  const code = await main(args, {
    stdin: Object.assign(stdin, terminal),
    stdout: Object.assign(collect(out, input.onOutput), terminal),
    stderr: collect(err),
    env: input.env ?? {},
    stop: input.stop ?? new AbortController().signal,
  });
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}
