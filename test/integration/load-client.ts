import { setTimeout as delay } from 'node:timers/promises';
import { type ReadQuorum, type SynodClient, SynodError } from '../../src/client/index.ts';
import type { Recorded, RecordedHistory } from './history.ts';

/** Keeps the load of a test below what its machine can do, so that faults and not queues decide. */
const THINK_MS = 8;
const REGISTERS = 3;
const TOTAL = '/load/total';

interface Known {
  readonly version: number;
  readonly value: string;
}

interface LoadClientOptions {
  readonly name: string;
  readonly client: SynodClient;
  readonly isHasty: boolean;
  readonly useBatch: boolean;
  readonly history: RecordedHistory;
}

/** One program: one call at a time, for ever. */
export class LoadClient {
  readonly isHasty: boolean;
  begun = 0;
  ended = 0;
  readonly #name: string;
  readonly #client: SynodClient;
  readonly #api: Pick<SynodClient, 'get' | 'put' | 'compareAndWrite' | 'transact'>;
  readonly #history: RecordedHistory;
  readonly #known = new Map<string, Known>();
  readonly #stop = new AbortController();
  #prefix = '';
  #turned: (() => void) | undefined;
  #loop: Promise<void> = Promise.resolve();
  #isEnding = false;
  #written = 0;
  #failure: unknown;

  constructor({ name, client, isHasty, useBatch, history }: LoadClientOptions) {
    this.#name = name;
    this.#client = client;
    this.#api = useBatch ? client.batch : client;
    this.isHasty = isHasty;
    this.#history = history;
  }

  begin(prefix: string): void {
    this.#prefix = prefix;
    this.#loop = this.#run().catch((error: unknown) => {
      this.#failure = error;
      this.#turned?.();
    });
  }

  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  turn(prefix: string): Promise<void> {
    this.#prefix = prefix;
    return new Promise((resolve) => {
      this.#turned = resolve;
      if (this.#failure !== undefined || this.#isEnding) resolve();
    });
  }

  end(): Promise<void> {
    this.#isEnding = true;
    return this.#loop;
  }

  abort(): void {
    this.#isEnding = true;
    this.#stop.abort();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #run(): Promise<void> {
    while (!this.#isEnding) {
      this.#turned?.();
      this.#turned = undefined;
      this.begun++;
      await this.#call();
      this.ended++;
      await delay(THINK_MS);
    }
    this.#turned?.();
  }

  async #call(): Promise<void> {
    const dice = Math.random();
    const register = `${this.#prefix}register${Math.floor(Math.random() * REGISTERS)}`;
    if (dice < 0.3) return this.#read(register, 'majority');
    if (dice < 0.5) return this.#read(register, 'local');
    if (dice < 0.7) return this.#put(register);
    if (dice < 0.85) return this.#compareAndWrite(register);
    if (dice < 0.95) return this.#compareAndWrite(TOTAL);
    return this.#putPair();
  }

  /** Unique in a run, so that who wrote what is never a question. */
  #value(): string {
    return `${this.#name}:${++this.#written}`;
  }

  async #read(key: string, quorum: ReadQuorum & Recorded['quorum']): Promise<void> {
    const operation = this.#invoke({ key, kind: 'read', value: '', quorum });
    await this.#settle(operation, async () => {
      const { item, slot, revision } = await this.#api.get(key, { quorum, signal: this.#stop.signal });
      operation.value = item === undefined ? '' : text(item.value);
      const version = item?.version ?? 0;
      this.#known.set(key, { version, value: operation.value });
      return { slot, revision, version };
    });
  }

  async #put(key: string): Promise<void> {
    const operation = this.#invoke({ key, kind: 'write', value: this.#value() });
    await this.#settle(operation, async () => {
      const quorum = Math.random() < 0.05 ? 'all' : 'majority';
      const { slot, revision, current } = await this.#api.put(key, operation.value, {
        quorum,
        signal: this.#stop.signal,
      });
      return { slot, revision, version: current?.version ?? 0 };
    });
  }

  /** By version or by value, whichever; both mean what this client knows of the key. */
  async #compareAndWrite(key: string): Promise<void> {
    const known = this.#known.get(key) ?? { version: 0, value: '' };
    const operation = this.#invoke({ key, kind: 'compareAndSet', value: this.#value(), expected: known.value });
    await this.#settle(operation, async () => {
      const byValue = known.version > 0 && Math.random() < 0.5;
      const expected = byValue ? { value: known.value } : { version: known.version };
      const { signal } = this.#stop;
      const { succeeded, slot, revision, current } = await this.#api.compareAndWrite(key, expected, operation.value, {
        signal,
      });
      const version = current?.version ?? 0;
      operation.succeeded = succeeded;
      if (!succeeded) operation.observed = current === undefined ? '' : text(current.value);
      this.#known.set(key, { version, value: succeeded ? operation.value : operation.observed });
      return { slot, revision, version };
    });
  }

  /** Two keys at once. */
  async #putPair(): Promise<void> {
    const [key, twin] = [`${this.#prefix}pair/a`, `${this.#prefix}pair/b`];
    const operation = this.#invoke({ key, kind: 'write', value: this.#value(), twin });
    await this.#settle(operation, async () => {
      const { value } = operation;
      const { slot, revision, results } = await this.#api.transact(
        {
          then: [
            { kind: 'put', key, value },
            { kind: 'put', key: twin, value },
            { kind: 'read', range: { start: key } },
          ],
        },
        { signal: this.#stop.signal },
      );
      return { slot, revision, version: results[2]?.items[0]?.version ?? 0 };
    });
  }

  #invoke(
    call: Pick<Recorded, 'key' | 'kind' | 'value'> & Partial<Pick<Recorded, 'expected' | 'quorum'>> & { twin?: string },
  ): Recorded {
    return this.#history.invoke({ client: this.#name, expected: '', quorum: 'majority', ...call });
  }

  async #settle(
    operation: Recorded,
    call: () => Promise<Pick<Recorded, 'slot' | 'revision' | 'version'>>,
  ): Promise<void> {
    try {
      this.#history.answered(operation, await call());
    } catch (error) {
      if (!(error instanceof SynodError)) throw error;
      const isCertain = operation.kind === 'read' || error.effect === 'not_done';
      this.#history.failed(operation, isCertain ? 'refused' : 'unknown', `${error.reason}: ${error.message}`);
    }
  }
}

export function text(value: Uint8Array): string {
  return Buffer.from(value).toString('utf8');
}
