import type { CellError, CellPort, WatchHandle } from '../../host/cell-port.ts';
import type { FailureReporter } from '../failures.ts';
import type { MethodObserver } from '../ports.ts';
import { type ServerStream, StreamCall } from '../stream-call.ts';

/** One message: how something stands. */
export interface Told {
  readonly bytes: Buffer;
  /** The same as long as nothing that matters has changed. */
  readonly news: string;
  /** Nothing comes after it. */
  readonly isLast: boolean;
}

type Cancellable = Pick<WatchHandle, 'cancel'>;

/** Tells how something stands whenever that changes; a slow receiver hears the newest state, not every one. */
export class StateStream {
  readonly call: StreamCall;
  readonly #cell: CellPort;
  readonly #handles = new Set<Cancellable>();
  #look: () => Told = () => NOTHING;
  #told = '';
  #isBehind = false;
  #laterTimer: NodeJS.Timeout | undefined;

  constructor(
    cell: CellPort,
    stream: ServerStream,
    options: { readonly method: string; readonly observer: MethodObserver; readonly failures: FailureReporter },
  ) {
    this.#cell = cell;
    this.call = new StreamCall(stream, {
      ...options,
      ended: () => this.#stop(),
      drained: () => this.#isBehind && this.tell(),
    });
  }

  /** Tells at once, and whenever one of these system keys changes. */
  start(keys: readonly string[], look: () => Told): void {
    this.#look = look;
    for (const key of keys) this.watch(key, () => this.tell());
    this.tell();
  }

  watch(key: string, changed: () => void): void {
    if (this.call.isOver) return;
    const fromRevision = this.#cell.state.revision('system') + 1;
    const sink = {
      deliver: () => {
        changed();
        return true;
      },
      cut: (error: CellError) => {
        this.#handles.delete(handle);
        if (error.reason === 'SHUTTING_DOWN') this.call.fail(error);
        // Left behind, or the state was replaced: it says everything, and what comes is watched anew.
        else setImmediate(() => this.#watchAnew(key, changed));
      },
    };
    const query = { space: 'system', start: key, end: '', fromRevision, withPrevious: false } as const;
    const handle = this.#cell.watch(query, sink);
    this.#handles.add(handle);
  }

  /** Cancelled when the stream ends. */
  keep(handle: Cancellable): void {
    if (this.call.isOver) handle.cancel();
    else this.#handles.add(handle);
  }

  #watchAnew(key: string, changed: () => void): void {
    try {
      this.watch(key, changed);
      changed();
    } catch (error) {
      this.call.fail(error);
    }
  }

  /** What changes often is told now and then. */
  tellWithin(milliseconds: number): void {
    this.#laterTimer ??= setTimeout(() => {
      this.#laterTimer = undefined;
      this.tell();
    }, milliseconds);
  }

  tell(): void {
    if (this.call.isOver) return;
    const { bytes, news, isLast } = this.#look();
    this.#isBehind = this.call.isFull && !isLast;
    // Two changes of one turn may leave things as they were.
    if (this.#isBehind || news === this.#told) return;
    this.#told = news;
    this.call.write(bytes, this.#cell.state.appliedSlot);
    if (isLast) this.call.end();
  }

  #stop(): void {
    clearTimeout(this.#laterTimer);
    for (const handle of this.#handles) handle.cancel();
  }
}

const NOTHING: Told = { bytes: Buffer.alloc(0), news: '', isLast: false };
