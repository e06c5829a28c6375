import { connect, type SynodClient } from '../../src/client/index.ts';
import { type Recorded, RecordedHistory, type WatchedBatch } from './history.ts';
import type { Run } from './judge.ts';
import { LoadClient, text } from './load-client.ts';

/** Clients that never give up within a test, over several agents each. */
const PATIENT = 5;
/** Longer than any pause that a test makes. */
const PATIENT_MS = 45_000;
/** Shorter than an election: this one's writes often have an unknown end. */
const HASTY_MS = 120;
/** Longer than an agent waits for the laggards of a write at quorum ALL: a shorter one would break off every one of them. */
const ATTEMPT_MS = 2_000;

/** Programs that use a cell all the time, and everything they saw. */
export class Workload {
  readonly history = new RecordedHistory();
  readonly batches: WatchedBatch[] = [];
  readonly clients: LoadClient[];
  readonly #watching: SynodClient;
  readonly #watch: Promise<void>;
  readonly #stopWatch = new AbortController();
  #phase = 0;
  #watchFailure: unknown;

  constructor(endpoints: readonly string[]) {
    // Each begins with another agent, so that all are asked.
    const from = (index: number): string[] => [...endpoints.slice(index), ...endpoints.slice(0, index)];
    this.clients = Array.from({ length: PATIENT + 1 }, (_, index) => {
      const isHasty = index === PATIENT;
      const client = connect({
        endpoints: from(index % endpoints.length),
        timeoutMs: isHasty ? HASTY_MS : PATIENT_MS,
        attemptMs: ATTEMPT_MS,
      });
      const name = isHasty ? 'hasty' : `client${index}`;
      return new LoadClient({ name, client, isHasty, useBatch: index === 1, history: this.history });
    });
    this.#watching = connect({ endpoints, timeoutMs: PATIENT_MS, attemptMs: ATTEMPT_MS });
    this.#watch = this.#follow().catch((error: unknown) => {
      this.#watchFailure = error;
    });
    for (const client of this.clients) client.begin(this.#prefix);
  }

  /** Throws when something happened that no fault explains. */
  check(): void {
    if (this.#watchFailure !== undefined) throw this.#watchFailure;
    for (const client of this.clients) client.check();
  }

  /** What each patient client has been answered so far; compare with `hasMoved`. */
  mark(): number[] {
    return this.#patient.map(({ begun }) => begun);
  }

  /** Every patient client has begun and ended `count` calls since then. */
  hasMoved(since: readonly number[], count = 10): boolean {
    this.check();
    return this.#patient.every(({ ended }, index) => ended >= since[index]! + count + 1);
  }

  /** Other keys from here on. Ends when no call on the old ones is under way. */
  async turn(): Promise<Run & { readonly revision: number }> {
    const ended = this.#prefix;
    this.#phase++;
    await Promise.all(this.clients.map((client) => client.turn(this.#prefix)));
    const operations = this.history.operations.filter(({ key }) => key.startsWith(ended));
    const revision = Math.max(0, ...this.history.operations.map((operation) => operation.revision));
    return { operations, batches: this.batches, revision };
  }

  /** The watch has delivered everything up to there. */
  hasSeen(revision: number): boolean {
    this.check();
    return (this.batches.at(-1)?.revision ?? 0) >= revision;
  }

  /** Ends the calls; the watch goes on. */
  async pause(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.abort();
    this.#stopWatch.abort();
    await Promise.all([this.#watch, ...this.clients.map((client) => client.end())]);
    await Promise.all([this.#watching.close(), ...this.clients.map((client) => client.close())]);
  }

  /** Calls that a patient client saw fail. */
  get failures(): Recorded[] {
    return this.history.operations.filter(
      ({ client, outcome }) => client !== 'hasty' && outcome !== 'ok' && outcome !== 'open',
    );
  }

  get #patient(): LoadClient[] {
    return this.clients.filter(({ isHasty }) => !isHasty);
  }

  get #prefix(): string {
    return `/load/${this.#phase}/`;
  }

  async #follow(): Promise<void> {
    const watch = this.#watching.watch('/', { fromRevision: 1, signal: this.#stopWatch.signal, progress: true });
    for await (const { events, revision } of watch) {
      this.batches.push({
        revision,
        events: events.map(({ item, slot }) => ({
          key: item.key,
          value: text(item.value),
          version: item.version,
          revision: item.modRevision,
          slot,
        })),
      });
    }
  }
}
