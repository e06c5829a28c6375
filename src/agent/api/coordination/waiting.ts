import type { CellError, CellPort, WatchHandle } from '../../host/cell-port.ts';
import type { CallContext } from '../unary-call.ts';

/** A wait that ends when its time is up, when nobody waits for the answer any more, or when it is ended. */
export class Patience {
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  #isAbandoned = false;

  constructor(call: CallContext, waitMs: number) {
    if (waitMs < LONGEST_TIMER_MS) this.#timer = setTimeout(() => this.#end.abort(OVER), waitMs);
    call.whenAbandoned(() => {
      this.#isAbandoned = true;
      this.#end.abort(OVER);
    });
  }

  /** Nobody waits for the answer any more. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#end.abort(OVER);
  }
}

/** Nobody reads why; without a reason every end would cost an exception with its stack. */
const OVER = 'over';
/** Beyond it a timer of the platform fires at once; a longer wait has no end of its own. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Looks at the applied state now and after every change of these system keys, until `look` has an answer. Undefined: the
 * signal fired first, and nothing is known beyond what the state says. What happened between two looks may go unseen, so
 * `look` asks how things stand, not what happened.
 *
 * @throws CellError when this agent ends
 */
export function whenRecorded<T>(
  cell: CellPort,
  keys: readonly string[],
  look: () => T | undefined,
  signal: AbortSignal,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let handles: WatchHandle[] = [];
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      signal.removeEventListener('abort', giveUp);
      for (const handle of handles) handle.cancel();
      settle();
    };
    const giveUp = (): void => end(() => resolve(look()));
    const check = (): boolean => {
      if (isOver) return true;
      try {
        const found = look();
        if (found !== undefined) end(() => resolve(found));
      } catch (error) {
        end(() => reject(error));
      }
      return true;
    };
    const cut = (error: CellError): void => {
      if (error.reason === 'SHUTTING_DOWN') {
        end(() => reject(error));
        return;
      }
      // It was left behind, or a snapshot replaced the state: the state says everything, and what comes is watched anew.
      setImmediate(open);
    };
    const open = (): void => {
      if (isOver) return;
      for (const handle of handles) handle.cancel();
      const fromRevision = cell.state.revision('system') + 1;
      const sink = { deliver: check, cut };
      try {
        handles = keys.map((start) =>
          cell.watch({ space: 'system', start, end: '', fromRevision, withPrevious: false }, sink),
        );
      } catch (error) {
        end(() => reject(error));
      }
      check();
    };
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp, { once: true });
    open();
  });
}
