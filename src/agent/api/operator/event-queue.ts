import { AsyncIteratorClass } from '@orpc/server';

/**
 * Events on their way to one viewer. Whoever fills it asks `length` and holds back; it never drops anything by itself.
 * It ends at once when the viewer goes away, also while the viewer waits for the next event.
 */
export class EventQueue<T> {
  readonly #events: T[] = [];
  #end: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  readonly #taken: () => void;

  /** `taken` is called after each event that the viewer took. */
  constructor(taken: () => void = () => undefined) {
    this.#taken = taken;
  }

  get length(): number {
    return this.#events.length;
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  push(event: T): void {
    if (this.#end !== undefined) return;
    this.#events.push(event);
    this.#wake?.();
  }

  /** After everything that was pushed; with an error, that is what the viewer gets last. */
  end(error?: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /**
   * For the viewer. `closed` is called once, however it ends: also when the viewer goes away before it has asked for
   * anything, and never will.
   */
  iterate(signal: AbortSignal, closed: () => void): AsyncIteratorClass<T, void, void> {
    let isClosed = false;
    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      signal.removeEventListener('abort', close);
      this.#events.length = 0;
      this.end();
      closed();
    };
    if (signal.aborted) close();
    else signal.addEventListener('abort', close, { once: true });
    return new AsyncIteratorClass<T, void, void>(
      () => this.#next(),
      async () => close(),
    );
  }

  async #next(): Promise<IteratorResult<T, void>> {
    while (this.#events.length === 0) {
      if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    const value = this.#events.shift() as T;
    this.#taken();
    return { done: false, value };
  }
}
