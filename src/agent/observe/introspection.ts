import { createWriteStream } from 'node:fs';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getHeapSnapshot } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Logger } from './host-stats.ts';
import type { BlockedLoop, CallStack, WorkerReply, WorkerRequest, WorkerStart } from './introspection-protocol.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface CpuProfileOptions {
  readonly durationMs: number;
  readonly samplingMicros?: number;
}

const CPU_PROFILE_MS_MAX = 120_000;
const CPU_PROFILE_SAMPLING_MICROS = 1_000;
/** Several times within the interval at which the worker looks. */
const TURN_INTERVAL_MS = 50;
const BLOCKED_KEPT = 50;

/** Looks into the running process. Its worker is started by the first use and costs nothing before. */
export class Introspection {
  readonly #logger: Logger;
  readonly #turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #pending = new Map<number, { resolve(reply: WorkerReply): void; reject(error: Error): void }>();
  readonly #blocked: BlockedLoop[] = [];
  readonly #blockedListeners = new Set<(blocked: BlockedLoop) => void>();
  #worker: Worker | undefined;
  #turnTimer: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** What the main thread does right now. */
  async callStack(): Promise<CallStack> {
    const reply = await this.#ask((id) => ({ kind: 'callStack', id }));
    if (reply.kind !== 'callStack') throw new Error(`unexpected answer ${reply.kind}`);
    return reply.stack;
  }

  /**
   * Samples the main thread.
   *
   * @returns JSON of Chrome's `.cpuprofile` format
   */
  async cpuProfile({ durationMs, samplingMicros = CPU_PROFILE_SAMPLING_MICROS }: CpuProfileOptions): Promise<string> {
    if (!(durationMs > 0 && durationMs <= CPU_PROFILE_MS_MAX)) {
      throw new RangeError(`a CPU profile takes between 1 and ${CPU_PROFILE_MS_MAX} ms, not ${durationMs}`);
    }
    const reply = await this.#ask((id) => ({ kind: 'cpuProfile', id, durationMs, samplingMicros }));
    if (reply.kind !== 'cpuProfile') throw new Error(`unexpected answer ${reply.kind}`);
    return reply.profile;
  }

  /**
   * From now on the worker takes a stack whenever the loop stands still for so long. They are told once the loop turns
   * again, and kept.
   */
  watchForBlocks(blockedAfterMs: number): void {
    this.#send({ kind: 'watch', blockedAfterMs });
  }

  /** The last blocks, oldest first. */
  get blocked(): readonly BlockedLoop[] {
    return this.#blocked;
  }

  onBlocked(listener: (blocked: BlockedLoop) => void): () => void {
    this.#blockedListeners.add(listener);
    return () => this.#blockedListeners.delete(listener);
  }

  /** JSON of Chrome's `.heapsnapshot` format. Taking it stops the process for a moment, depending on the heap. */
  heapSnapshot(): Readable {
    return getHeapSnapshot();
  }

  async writeHeapSnapshot(file: string): Promise<void> {
    await pipeline(this.heapSnapshot(), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  }

  get logLevel(): string {
    return this.#logger.level;
  }

  /** @throws RangeError when there is no such level */
  setLogLevel(level: string): void {
    if (!LOG_LEVELS.includes(level as LogLevel)) {
      throw new RangeError(`there is no log level "${level}"; there are ${LOG_LEVELS.join(', ')}`);
    }
    this.#logger.level = level;
  }

  async stop(): Promise<void> {
    clearInterval(this.#turnTimer);
    this.#turnTimer = undefined;
    const worker = this.#worker;
    this.#worker = undefined;
    this.#failPending(new Error('the agent stops'));
    await worker?.terminate();
  }

  #ask(request: (id: number) => WorkerRequest): Promise<WorkerReply> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#pending.set(this.#lastId, { resolve, reject });
      this.#send(request(this.#lastId));
    });
  }

  #send(request: WorkerRequest): void {
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage(request);
  }

  #startWorker(): Worker {
    // Beside this file: TypeScript when run from source, JavaScript when compiled.
    const file = new URL(`./introspection-worker${extname(import.meta.url)}`, import.meta.url);
    const start: WorkerStart = { turns: this.#turns.buffer as SharedArrayBuffer };
    const worker = new Worker(file, { workerData: start, execArgv: [], name: 'introspection' });
    worker.unref();
    worker.on('message', (reply: WorkerReply) => this.#received(reply));
    worker.on('error', (error: Error) => {
      this.#logger.warn({ error: error.message }, 'introspection ended');
      this.#worker = undefined;
      this.#failPending(error);
    });
    this.#turnTimer ??= setInterval(() => Atomics.add(this.#turns, 0, 1), TURN_INTERVAL_MS).unref();
    return worker;
  }

  #received(reply: WorkerReply): void {
    if (reply.kind === 'blocked') {
      this.#blocked.push(reply.blocked);
      if (this.#blocked.length > BLOCKED_KEPT) this.#blocked.shift();
      for (const listener of this.#blockedListeners) listener(reply.blocked);
      return;
    }
    const pending = this.#pending.get(reply.id);
    this.#pending.delete(reply.id);
    if (reply.kind === 'failed') pending?.reject(new Error(reply.message));
    else pending?.resolve(reply);
  }

  #failPending(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}
