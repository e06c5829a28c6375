import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { OWN_COMMAND } from '../agent-command.ts';
import { Failure } from '../command.ts';

interface Holding {
  readonly fencingToken: number;
  readonly sessionId: string;
}

/** A program of its own that holds a lock, so that it can be killed like one. */
export class LockHolder {
  readonly pid: number;
  readonly fencingToken: number;
  readonly sessionId: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, { fencingToken, sessionId }: Holding) {
    this.#child = child;
    this.pid = child.pid!;
    this.fencingToken = fencingToken;
    this.sessionId = sessionId;
  }

  /** Resolves once it holds the lock. */
  static async start(args: readonly string[], stop: AbortSignal): Promise<LockHolder> {
    const { file, args: own } = OWN_COMMAND;
    const child = spawn(file, [...own, 'lock', ...args, '-w', 'json'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const complaint = text(child.stderr);
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line', { signal: stop }).then(([first]) => first as string),
      once(child, 'exit').then(async () => {
        throw new Failure(`the holder of the lock ended: ${(await complaint).trim()}`);
      }),
    ]).finally(() => {
      if (stop.aborted) child.kill('SIGKILL');
    });
    return new LockHolder(child, JSON.parse(line) as Holding);
  }

  /** kill -9. Repeatable. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
