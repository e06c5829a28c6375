import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Failure } from './command.ts';

/** What an agent says on standard output, in one line, once it serves. */
export interface Ready {
  readonly name: string;
  readonly agentId: string;
  readonly cellId: string;
  readonly pid: number;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly stateDir: string;
}

export interface AgentProcessOptions {
  /** Of `synod agent`. */
  readonly args: readonly string[];
  /** Its standard error goes there; appended. */
  readonly logFile: string;
  /** Gives up on it while it starts. */
  readonly stop?: AbortSignal;
}

const STOP_MS = 15_000;
const entry = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './synod.ts' : './synod.js', import.meta.url));

/**
 * An agent in a process of its own, which ends when this process ends, however it does: the agent is told to stop when its
 * standard input ends, and the kernel ends that with its other side.
 */
export class AgentProcess {
  readonly ready: Ready;
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ready: Ready, exited: Promise<string>) {
    this.#child = child;
    this.ready = ready;
    this.exited = exited;
  }

  /** Resolves when the agent serves. @throws Failure with the end of its log when it exits before */
  static async start(options: AgentProcessOptions): Promise<AgentProcess> {
    const log = openSync(options.logFile, 'a');
    const child = spawn(process.execPath, [entry, 'agent', ...options.args, '--until-stdin-ends', '-w', 'json'], {
      stdio: ['pipe', 'pipe', log],
    });
    closeSync(log);
    // Written to by nobody; that its other side is gone is no news.
    child.stdin?.on('error', () => undefined);
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const giveUp = () => child.stdin?.end();
    if (options.stop?.aborted) giveUp();
    options.stop?.addEventListener('abort', giveUp, { once: true });
    const ready = await Promise.race([
      firstLine(child),
      exited.then((how) => {
        throw new Failure(`an agent ended before it was ready (${how}):\n${tail(options.logFile)}`);
      }),
    ]);
    options.stop?.removeEventListener('abort', giveUp);
    return new AgentProcess(child, JSON.parse(ready) as Ready, exited);
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Lets it hand over and exit; kills it when that takes too long. */
  async stop(): Promise<void> {
    if (this.hasExited) return;
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.exited;
    clearTimeout(timer);
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const line = await new Promise<string>((resolve) => lines.once('line', resolve));
  // Whatever else it says there must not fill the pipe.
  lines.close();
  child.stdout!.resume();
  return line;
}

/** The last lines of a log: why it ended is there. */
function tail(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  return lines.slice(-5).join('\n');
}
