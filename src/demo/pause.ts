import { type ChildProcess, spawn } from 'node:child_process';
import { platform } from 'node:os';
import type { AgentProcess } from './agent-process.ts';
import { DemoError } from './demo-error.ts';

/** `cat` ends with its standard input, which ends with this process. */
const WAKE_WHEN_STDIN_ENDS = 'cat > /dev/null; kill -CONT "$0"';

/**
 * A process that is stopped where it is. It goes on when the pause ends, and also when this process ends, however it does: a
 * stopped agent cannot notice by itself that its cell is over, so a helper waits to wake it.
 */
export class Pause {
  readonly #paused: AgentProcess;
  readonly #waker: ChildProcess;

  /** @throws DemoError where processes cannot be stopped */
  constructor(paused: AgentProcess, title: string) {
    if (platform() === 'win32') {
      throw new DemoError('REFUSED', `Windows cannot pause ${title}: cut its links instead, or kill it`);
    }
    this.#paused = paused;
    // Detached, so that Ctrl-C in the terminal does not end it before it has woken anybody.
    this.#waker = spawn('sh', ['-c', WAKE_WHEN_STDIN_ENDS, `${paused.pid}`], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.#waker.on('error', () => undefined);
    this.#waker.stdin?.on('error', () => undefined);
    this.#waker.unref();
    paused.signal('SIGSTOP');
  }

  end(): void {
    // Before it hears of the end: it would wake the process late, perhaps out of its next pause.
    this.#waker.kill('SIGKILL');
    this.#waker.stdin?.end();
    this.#paused.signal('SIGCONT');
  }
}
