import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Ready } from '../command-line/run-agent.ts';
import { DemoError } from './demo-error.ts';

/** The program that runs one agent; the flags of `synod agent` are appended. */
export interface AgentCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface AgentProcessOptions {
  readonly command: AgentCommand;
  /** Of `synod agent`. */
  readonly args: readonly string[];
  /** Its standard error goes there; appended. */
  readonly logFile: string;
  /** Gives up on it while it starts. */
  readonly stop?: AbortSignal;
}

const STOP_MS = 15_000;
const LOG_LINES_TOLD = 5;
const LINE_CHARACTERS_TOLD = 500;

/**
 * An agent in a process of its own, which ends when this process ends, however it does: the agent is told to stop when its
 * standard input ends, and the kernel ends that with its other side.
 */
export class AgentProcess {
  /** What it says once it serves. Rejects with a `DemoError` and the end of its log when it exits before. */
  readonly ready: Promise<Ready>;
  /** How it ended: a signal or an exit code. */
  readonly exited: Promise<string>;
  readonly #child: ChildProcess;

  constructor({ command, args, logFile, stop }: AgentProcessOptions) {
    const log = openSync(logFile, 'a');
    const child = spawn(command.file, [...command.args, ...args, '--until-stdin-ends', '-w', 'json'], {
      stdio: ['pipe', 'pipe', log],
      env: command.env ?? process.env,
    });
    closeSync(log);
    this.#child = child;
    // Written to by nobody; that its other side is gone is no news.
    child.stdin?.on('error', () => undefined);
    this.exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    const giveUp = (): void => {
      child.stdin?.end();
    };
    if (stop?.aborted) giveUp();
    stop?.addEventListener('abort', giveUp, { once: true });
    this.ready = Promise.race([
      firstLine(child).then(readiness),
      this.exited.then((how) => {
        throw new DemoError('FAILED', `an agent ended before it was ready (${how}):\n${tail(logFile)}`);
      }),
    ]).finally(() => stop?.removeEventListener('abort', giveUp));
    // Whoever started it may have lost interest before; what is of no use to anybody ends.
    this.ready.catch(giveUp);
  }

  /** Resolves when the agent serves. @throws DemoError */
  static async start(options: AgentProcessOptions): Promise<StartedAgentProcess> {
    const process = new AgentProcess(options);
    return { process, ready: await process.ready };
  }

  /** 0: it could not even be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasExited(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#child.pid === undefined;
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

export interface StartedAgentProcess {
  readonly process: AgentProcess;
  readonly ready: Ready;
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const line = await new Promise<string>((resolve) => lines.once('line', resolve));
  // Whatever else it says there must not fill the pipe.
  lines.close();
  child.stdout!.resume();
  return line;
}

/** @throws DemoError when something else than an agent speaks there */
function readiness(line: string): Ready {
  try {
    return JSON.parse(line) as Ready;
  } catch {
    throw new DemoError('FAILED', `an agent began with what is no JSON: ${line.slice(0, LINE_CHARACTERS_TOLD)}`);
  }
}

/** The last lines of a log: why it ended is there. */
function tail(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  return lines.slice(-LOG_LINES_TOLD).join('\n');
}
