import { SynodError } from './errors.ts';
import { LeaseGuard } from './lease-guard.ts';
import type { Session } from './session.ts';
import type { CallOptions } from './types.ts';
import { pathBytes } from './wire.ts';
import type { Writer } from './writes.ts';

interface Won {
  readonly path: string;
  readonly session: Session;
  readonly tenure: number;
  /** Called when the tenure is given up. */
  readonly resigned: () => void;
}

/** The time in which one candidate is the elected one, until it resigns or its session ends. */
export class Tenure {
  readonly path: string;
  readonly session: Session;
  /** Numbers only grow: whoever gets orders may refuse those of lower tenures. */
  readonly tenure: number;
  readonly #writer: Writer;
  readonly #resigned: () => void;
  readonly #guard: LeaseGuard;
  readonly #sessionEnded: () => void;
  #resigning: Promise<void> | undefined;

  constructor(writer: Writer, won: Won) {
    const { path, session, tenure, resigned } = won;
    this.path = path;
    this.session = session;
    this.tenure = tenure;
    this.#writer = writer;
    this.#resigned = resigned;
    this.#guard = new LeaseGuard(
      () => session.certainMs,
      session.ttlMs,
      () => this.#lostError('no renewal was acknowledged in time'),
    );
    this.#sessionEnded = () => this.#guard.fire(this.#lostError('its session has ended'));
    session.ended.addEventListener('abort', this.#sessionEnded, { once: true });
    if (session.isEnded) this.#sessionEnded();
  }

  /** Fires before the tenure can have ended, or when it has: stop then. */
  get signal(): AbortSignal {
    return this.#guard.signal;
  }

  /** @throws SynodError NOT_ELECTED when this tenure has ended */
  async proclaim(value: string, options: CallOptions = {}): Promise<void> {
    const body = { path: pathBytes(this.path), value, tenure: this.tenure };
    await this.#writer.run((stub) => stub.proclaim, body, { session: this.session, ...options });
  }

  /** Ends the tenure; the next in line follows at once. Resigned once, however often it is called. */
  resign(options: CallOptions = {}): Promise<void> {
    this.#resigned();
    this.#guard.stop();
    this.session.ended.removeEventListener('abort', this.#sessionEnded);
    this.#resigning ??= this.#resign(options);
    return this.#resigning;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resign();
  }

  async #resign(options: CallOptions): Promise<void> {
    await this.#writer.run(
      (stub) => stub.resign,
      { path: pathBytes(this.path) },
      { session: this.session, ...options },
    );
  }

  #lostError(why: string): SynodError {
    return new SynodError('NOT_ELECTED', `tenure ${this.tenure} of ${this.path} may have ended: ${why}`);
  }
}
