import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { type Context, EXIT, Failure } from './command.ts';
import { write } from './output.ts';

export interface WhileHeld {
  readonly command: readonly string[];
  /** Added to the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it runs for was lost: the command gets SIGTERM. */
  readonly lost: AbortSignal;
  /** Its standard input. Default: that of this program. */
  readonly input?: Uint8Array;
  /** Gets its standard output. Default: it is that of this program. */
  readonly output?: Buffer[];
}

/** How a command ended. */
export interface CommandEnd {
  /** As shells tell it. */
  readonly code: number;
  /** What ended it, if it did not end by itself. */
  readonly signal: NodeJS.Signals | undefined;
}

const NOT_FOUND = 127;
const CANNOT_RUN = 126;
/** What shells add to the number of the signal that ended a command. */
const ENDED_BY_SIGNAL = 128;

/**
 * Runs a command with the terminal of this one. Resolves to its exit code; a command that was told to stop because what it
 * ran for was lost has failed, whatever it says.
 */
export async function runWhileHeld(context: Context, held: WhileHeld): Promise<number> {
  const { code } = await runCommand(context, held);
  return held.lost.aborted && code === EXIT.ok ? EXIT.failed : code;
}

/** @throws Failure when it cannot be run */
export async function runCommand(context: Context, held: WhileHeld): Promise<CommandEnd> {
  const { command, environment, lost, input, output } = held;
  const [file = '', ...args] = command;
  const stdio = [
    input === undefined ? descriptorOf(context.stdin) : 'pipe',
    output === undefined ? descriptorOf(context.stdout) : 'pipe',
    descriptorOf(context.stderr),
  ];
  const child = spawn(file, args, { stdio, env: { ...context.env, ...environment } });
  connectStreams(context, child, held);
  const terminate = () => child.kill('SIGTERM');
  const stopForLoss = () => {
    terminate();
    // Whoever stopped this program knows why.
    if (context.stop.aborted) return;
    const why = (lost.reason as Error).message;
    void write(context.stderr, `synod: ${why}; the command was sent SIGTERM\n`);
  };
  context.stop.addEventListener('abort', terminate, { once: true });
  lost.addEventListener('abort', stopForLoss, { once: true });
  try {
    const exit = once(child, 'close');
    if (lost.aborted) stopForLoss();
    if (context.stop.aborted) terminate();
    const [code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
    return { code: code ?? ENDED_BY_SIGNAL + (constants.signals[signal!] ?? 0), signal: signal ?? undefined };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Failure(`cannot run "${file}": there is no such command`, NOT_FOUND);
    throw new Failure(`cannot run "${file}": ${code ?? (error as Error).message}`, CANNOT_RUN);
  } finally {
    context.stop.removeEventListener('abort', terminate);
    lost.removeEventListener('abort', stopForLoss);
  }
}

/** The terminal itself, where there is one, so that the command can talk to it. */
function descriptorOf(stream: Readable | Writable): number | 'pipe' {
  return 'fd' in stream && typeof stream.fd === 'number' ? stream.fd : 'pipe';
}

function connectStreams(context: Context, child: ChildProcess, { input, output }: WhileHeld): void {
  if (child.stdin) {
    // A command may end without having read what it was given.
    child.stdin.on('error', () => undefined);
    if (input === undefined) context.stdin.pipe(child.stdin);
    else child.stdin.end(input);
  }
  if (output === undefined) child.stdout?.pipe(context.stdout, { end: false });
  else child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr?.pipe(context.stderr, { end: false });
}
