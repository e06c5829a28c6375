import { performance } from 'node:perf_hooks';

/** A call of a client while it runs. Made by `UserCallLog`, kept here until it ends. */
export interface RunningCall {
  readonly id: number;
  readonly messageId: string;
  readonly method: string;
  readonly peer: string;
  /** `performance.now()`. */
  readonly startedMs: number;
  readonly own: boolean;
  /** `local`, `majority` or `all`; empty for calls without one. */
  readonly quorum: string;
  /** gRPC status name once it ended. */
  readonly status: string;
  readonly endedMs: number;
  /** Of the answer; 0 when it concerns none. */
  readonly slot: number;
  /** Bytes, or undefined; with what makes sense of them. */
  readonly payload: unknown;
  readonly decode: (payload: Uint8Array) => unknown;
  readonly reply: unknown;
  readonly decodeReply: (payload: Uint8Array) => unknown;
  cancel(): void;
}

/** One call as a viewer sees it. */
export interface CallView {
  readonly id: number;
  readonly messageId: string;
  readonly method: string;
  readonly peer: string;
  /** Wall clock. */
  readonly startedMs: number;
  /** So far, for a call that still runs. */
  readonly durationMs: number;
  readonly quorum: string;
  /** Empty while it runs. */
  readonly status: string;
  readonly slot: number;
  readonly own: boolean;
}

/** A call with what was said, as far as it is kept. */
export interface CallDetail {
  readonly call: CallView;
  /** Decoded by the transport that carried it; undefined for streams. */
  readonly request: unknown;
  readonly reply: unknown;
}

/** Calls of clients that run now, and the last ones that ended. */
export class InFlight {
  readonly #running = new Map<number, RunningCall>();
  readonly #ended: (RunningCall | undefined)[];
  #endedCount = 0;
  #changes = 0;

  constructor(recentMax: number) {
    this.#ended = new Array<RunningCall | undefined>(recentMax).fill(undefined);
  }

  began(call: RunningCall): void {
    this.#running.set(call.id, call);
    this.#changes += 1;
  }

  ended(call: RunningCall): void {
    if (!this.#running.delete(call.id)) return;
    this.#ended[this.#endedCount % this.#ended.length] = call;
    this.#endedCount += 1;
    this.#changes += 1;
  }

  /** Grows whenever a call begins or ends. */
  get changes(): number {
    return this.#changes;
  }

  get count(): number {
    return this.#running.size;
  }

  /** Oldest first, so that what hangs is on top. */
  running(limit: number): CallView[] {
    const nowMs = performance.now();
    const views: CallView[] = [];
    for (const call of this.#running.values()) {
      if (views.length === limit) break;
      views.push(view(call, nowMs));
    }
    return views;
  }

  /** Newest first. */
  recent(limit: number): CallView[] {
    const views: CallView[] = [];
    const oldest = Math.max(0, this.#endedCount - this.#ended.length);
    for (let index = this.#endedCount - 1; index >= oldest && views.length < limit; index--) {
      const call = this.#ended[index % this.#ended.length]!;
      views.push(view(call, call.endedMs));
    }
    return views;
  }

  /** Undefined when it is none of those that are kept. */
  detail(messageId: string): CallDetail | undefined {
    const is = (call: RunningCall | undefined): boolean => call?.messageId === messageId;
    const call = [...this.#running.values()].find(is) ?? this.#ended.find(is);
    if (call === undefined) return undefined;
    return {
      call: view(call, call.status === '' ? performance.now() : call.endedMs),
      request: call.payload instanceof Uint8Array ? call.decode(call.payload) : undefined,
      reply: call.reply instanceof Uint8Array ? call.decodeReply(call.reply) : undefined,
    };
  }

  /** False when no such call runs any more. What a cancelled write did is unknown. */
  cancel(id: number): boolean {
    const call = this.#running.get(id);
    call?.cancel();
    return call !== undefined;
  }
}

function view(call: RunningCall, untilMs: number): CallView {
  const { id, messageId, method, peer, quorum, status, slot, own } = call;
  const startedMs = performance.timeOrigin + call.startedMs;
  return { id, messageId, method, peer, startedMs, durationMs: untilMs - call.startedMs, quorum, status, slot, own };
}
