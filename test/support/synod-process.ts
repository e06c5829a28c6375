import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../tools/source-files.ts';

export interface ProcessOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The command line as a process of its own, from the sources. */
export class SynodProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessOutcome>;
  stdout = '';
  stderr = '';
  readonly #waiting: (() => void)[] = [];

  /**
   * @param under a program that runs the rest of its arguments, such as `nice`
   * @param entry the file to run, instead of the command line itself
   */
  constructor(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    under: readonly string[] = [],
    entry: string = join(ROOT, 'src/cli/synod.ts'),
  ) {
    const [program, ...rest] = [...under, process.execPath, entry, ...args];
    this.child = spawn(program!, rest, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    // Whoever is told to stop while it ends by itself is gone, and that is what was wanted.
    this.child.stdin!.on('error', () => undefined);
    this.child.stdout!.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
      for (const look of this.#waiting.splice(0)) look();
    });
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** The first line of standard output. Rejects when the process ends without one. */
  async firstLine(): Promise<string> {
    const ended = this.ended.then(({ code }) => {
      if (!this.stdout.includes('\n')) throw new Error(`ended with ${code} before it said anything:\n${this.stderr}`);
    });
    while (!this.stdout.includes('\n')) {
      await Promise.race([ended, new Promise<void>((resolve) => this.#waiting.push(resolve))]);
    }
    return this.stdout.split('\n')[0]!;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** Runs a command to its end. */
export async function synod(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin: string | Uint8Array = '',
) {
  const running = new SynodProcess(args, env);
  running.child.stdin!.end(stdin);
  const { code } = await running.ended;
  return { code, stdout: running.stdout, stderr: running.stderr };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
