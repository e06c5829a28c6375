import type { AgentLogger } from './agent-options.ts';
import { CellError } from './host/cell-port.ts';
import { StorageFault } from './storage/index.ts';

/**
 * Fail-stop. What broke an invariant or the disk must not say another word to anybody: the agent ends with one line that
 * a person can act on, and what it had promised is on its disk.
 */
export class FailStop {
  #logger: AgentLogger;
  #onFatal: (text: string) => void;
  #hasFailed = false;
  #hasEnded = false;
  /** Called first: silences everything. */
  silence: () => void = () => {};

  constructor(logger: AgentLogger, onFatal: ((text: string) => void) | undefined) {
    this.#logger = logger;
    this.#onFatal = onFatal ?? exit;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** In good order: its files are closed, so whoever still asks finds nothing, which is no failure. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Work from timers, sockets and workers. */
  readonly run = (work: () => void): void => {
    if (this.#hasFailed) return;
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  };

  /** Work on behalf of a caller, who gets the failure too. */
  readonly guard = <T>(work: () => T): T => {
    if (this.#hasFailed) throw new CellError('SHUTTING_DOWN', 'this agent had to stop', { effect: 'unknown' });
    try {
      return work();
    } catch (error) {
      if (!(error instanceof CellError)) this.fail(error);
      throw error;
    }
  };

  fail(error: unknown): void {
    if (this.#hasFailed || this.#hasEnded) return;
    this.#hasFailed = true;
    const text = explain(error);
    try {
      this.silence();
    } finally {
      this.#logger.error({ error: trace(error) }, 'this agent must stop');
      this.#onFatal(text);
    }
  }
}

/** Where in the program a disk was found full helps nobody; where an invariant broke is half of the finding. */
function trace(error: unknown): string {
  if (error instanceof StorageFault && error.kind !== 'unexpected') return error.message;
  return (error instanceof Error ? error.stack : undefined) ?? String(error);
}

function explain(error: unknown): string {
  if (error instanceof StorageFault) return error.message;
  if (typeof error === 'string') return error;
  const message = error instanceof Error ? error.message : String(error);
  return `an internal check failed (${message}). Nothing that was acknowledged is lost; start the agent again and report this`;
}

function exit(text: string): void {
  process.stderr.write(`synod: ${text}\n`);
  process.exit(1);
}
