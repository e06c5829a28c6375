import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StorageFault } from './storage-fault.ts';

export interface WorkerRequest<Job> {
  readonly id: number;
  readonly job: Job;
}

export type WorkerReply<Result> =
  | { readonly id: number; readonly ok: true; readonly result: Result }
  | ({ readonly id: number; readonly ok: false } & PlainFailure);

/** Errors lose their class on the way between threads. */
export type PlainFailure =
  | { readonly kind: 'error'; readonly message: string; readonly code: string }
  | { readonly kind: 'fault'; readonly fault: Pick<StorageFault, 'kind' | 'file' | 'whatHappened' | 'whatToDo'> };

/** How long a worker without work stays. */
const IDLE_MS = 10_000;

/** What went wrong in a worker, as far as it survives the way back. */
export class WorkerFailure extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = 'WorkerFailure';
    this.code = code;
  }
}

/**
 * A thread for work on the disk that would block the loop. It runs from source (`.ts`) as from the build (`.js`): the
 * worker's file lies beside this one, with the same extension. It is there only while it is needed: an idle thread costs
 * megabytes.
 */
export class WorkerClient<Job, Result> {
  readonly #name: string;
  #worker: Worker | undefined;
  #nextId = 1;
  #idle: NodeJS.Timeout | undefined;
  #waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();

  /** @param name of the file, without extension */
  constructor(name: string) {
    this.#name = name;
  }

  run(job: Job): Promise<Result> {
    const worker = this.#started();
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ id, job } satisfies WorkerRequest<Job>);
    });
  }

  /** Whoever waits is told. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#fail(new WorkerFailure('stopped', 'STOPPED'));
    await worker?.terminate();
  }

  #started(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) return this.#worker;
    const url = new URL(`./${this.#name}${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(url, { name: this.#name });
    worker.unref();
    worker.on('message', (reply: WorkerReply<Result>) => this.#settle(reply));
    const failed = (error: Error): void => {
      if (this.#worker === worker) this.#fail(error);
    };
    worker.on('error', (error) => failed(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => failed(new WorkerFailure('the worker ended', 'WORKER_EXITED')));
    this.#worker = worker;
    return worker;
  }

  #settle(reply: WorkerReply<Result>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.result);
    else waiting?.reject(revived(reply));
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
  }

  #fail(error: Error): void {
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

function revived(failure: PlainFailure): Error {
  if (failure.kind === 'error') return new WorkerFailure(failure.message, failure.code);
  const { kind, file, whatHappened, whatToDo } = failure.fault;
  return new StorageFault(kind, file, whatHappened, whatToDo);
}
