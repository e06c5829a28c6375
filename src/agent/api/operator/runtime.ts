import { availableParallelism, totalmem } from 'node:os';
import { arch, platform, versions } from 'node:process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { RuntimeSeries } from '../../../contract/index.ts';
import { CellError } from '../../host/cell-port.ts';
import type { RuntimeHistory } from '../../observe/index.ts';
import { nameOfAgent } from '../names.ts';
import type { OperatorBuilder } from './builder.ts';
import { EventQueue } from './event-queue.ts';
import { perAgent } from './per-agent.ts';

/** The process of this agent: what it uses, what it does, and what it logs. */
export function runtimeProcedures(os: OperatorBuilder) {
  return {
    series: os.runtime.series.handler(({ input, context }) =>
      seriesOf(context.reach.ports().observe.history, input.sinceMs, input.limit),
    ),

    watch: os.runtime.watch.handler(({ context }) =>
      watchHistory(context.reach.ports().observe.history, context.call.signal),
    ),

    facts: os.runtime.facts.handler(({ context }) => {
      const { api, links, observe } = context.reach.ports();
      return {
        pid: process.pid,
        platform,
        arch,
        nodeVersion: versions.node,
        v8Version: versions.v8,
        electronVersion: versions.electron ?? '',
        cpuCount: availableParallelism(),
        memoryTotalBytes: totalmem(),
        uptimeMs: api.agent.uptimeMs,
        logLevel: observe.introspection.logLevel,
        links: links().map((link) => ({ ...link, name: nameOfAgent(api.cell.state, link.agentId) })),
      };
    }),

    callStack: os.runtime.callStack.handler(async ({ context }) => {
      const stack = await context.reach.ports().observe.introspection.callStack();
      return { ...stack, frames: [...stack.frames] };
    }),

    cpuProfile: os.runtime.cpuProfile.handler(async ({ input, context }) => {
      const ports = context.reach.ports();
      const fileName = fileNameOf(ports.api.agent.name, 'cpuprofile');
      const profile = await exclusive(ports).run('a CPU profile', () =>
        ports.observe.introspection.cpuProfile({ durationMs: input.durationMs }),
      );
      return { fileName, profile };
    }),

    heapSnapshot: os.runtime.heapSnapshot.handler(async function* ({ context }) {
      const ports = context.reach.ports();
      const fileName = fileNameOf(ports.api.agent.name, 'heapsnapshot');
      const { signal } = context.call;
      const done = exclusive(ports).begin('a heap snapshot');
      let snapshot: Readable | undefined;
      const stop = (): void => void snapshot?.destroy();
      signal.addEventListener('abort', stop, { once: true });
      try {
        snapshot = ports.observe.introspection.heapSnapshot();
        // A character may be cut in two between pieces.
        const decoder = new StringDecoder('utf8');
        for await (const text of pieces(snapshot, decoder, signal)) yield { fileName, text };
      } catch (error) {
        // It was stopped while the next piece was waited for.
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        stop();
        done();
      }
    }),

    setLogLevel: os.runtime.setLogLevel.handler(({ input, context }) => {
      context.reach.ports().observe.introspection.setLogLevel(input.level);
      return {};
    }),
  };
}

/** One at a time of each kind, whoever asks and over whatever: two of them would measure, or stop, each other. */
class Exclusive {
  readonly #running = new Set<string>();

  /** @throws CellError while one runs */
  begin(what: string): () => void {
    if (this.#running.has(what)) {
      throw new CellError('OVERLOADED', `${what} of this agent is being taken already: wait until it has ended`);
    }
    this.#running.add(what);
    return () => this.#running.delete(what);
  }

  async run<T>(what: string, work: () => Promise<T>): Promise<T> {
    const done = this.begin(what);
    try {
      return await work();
    } finally {
      done();
    }
  }
}

/** Each window has a router of its own, and the dashboard one more. */
const exclusive = perAgent(() => new Exclusive());

const PIECE_BYTES = 256 * 1024;

/** Node hands out what it has made so far in one chunk, however large; a viewer takes it in pieces. */
async function* pieces(chunks: AsyncIterable<Buffer>, decoder: StringDecoder, signal: AbortSignal) {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      if (signal.aborted) return;
      yield decoder.write(chunk.subarray(at, at + PIECE_BYTES));
    }
  }
}

function seriesOf(history: RuntimeHistory, sinceMs: number, limit?: number): RuntimeSeries {
  const { intervalMs, atMs, columns } = history.series(sinceMs, limit);
  return {
    intervalMs,
    atMs: [...atMs],
    columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, [...values]])),
  };
}

/** Every sample once. A slow viewer gets several at once: the history is the buffer. */
function watchHistory(history: RuntimeHistory, signal: AbortSignal) {
  let toldMs = history.series(0, 1).atMs.at(-1) ?? 0;
  const tell = (): void => {
    if (queue.length > 0) return;
    const series = seriesOf(history, toldMs);
    const newestMs = series.atMs.at(-1);
    if (newestMs === undefined) return;
    toldMs = newestMs;
    queue.push(series);
  };
  const queue = new EventQueue<RuntimeSeries>(() => tell());
  const stop = history.onSample(tell);
  return queue.iterate(signal, () => stop());
}

function fileNameOf(agentName: string, extension: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return `synod-${agentName.toLowerCase() || 'agent'}-${time}.${extension}`;
}
