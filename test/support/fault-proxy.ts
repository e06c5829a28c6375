import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy on loopback that stands between two real processes and misbehaves on command. A cut holds bytes back as a
 * partition does: TCP delivers them when it heals, so a stream is late but never corrupted. Lost bytes come with a dead
 * connection, as in reality: `dropConnections` and `halfOpen`.
 */
export type ProxyDirection = 'toTarget' | 'fromTarget' | 'both';

/** Who a connection comes from, by what it said first; undefined: it cannot be told yet. */
export type Identify = (said: Buffer) => string | undefined;

const HELD_BYTES_MAX = 1024 * 1024;
/** Whoever has not said who it is by then remains a stranger. */
const INTRODUCTION_BYTES_MAX = 16 * 1024;

export class FaultProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #identify: Identify;
  readonly #pairs = new Set<Pair>();
  readonly #cut = { toTarget: false, fromTarget: false };
  readonly #delayMs = { toTarget: 0, fromTarget: 0 };
  readonly #cutSources = new Set<string>();
  #isRefusing = false;
  /** Connections taken since the start. */
  accepted = 0;

  private constructor(target: { readonly host: string; readonly port: number }, identify: Identify) {
    this.#target = target;
    this.#identify = identify;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Listens on a free port of loopback (or on `port`) and passes everything on to the target. */
  static async start(
    target: { readonly host: string; readonly port: number },
    port = 0,
    identify: Identify = () => undefined,
  ): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, identify);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject);
      proxy.#server.listen({ host: '127.0.0.1', port }, resolve);
    });
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Nothing passes in this direction, on present and new connections, until `heal`. */
  cut(direction: ProxyDirection = 'both'): void {
    for (const one of oneWay(direction)) this.#cut[one] = true;
  }

  /** Nothing passes, in either direction, on connections that come from `source`, until `heal`. */
  cutFrom(source: string): void {
    this.#cutSources.add(source);
  }

  /** Ends cuts, delays and refusals; what was held back is delivered. */
  heal(): void {
    this.#isRefusing = false;
    this.#cutSources.clear();
    for (const one of oneWay('both')) {
      this.#cut[one] = false;
      this.#delayMs[one] = 0;
    }
    this.#pumpAll();
  }

  delay(delayMs: number, direction: ProxyDirection = 'both'): void {
    for (const one of oneWay(direction)) this.#delayMs[one] = delayMs;
    this.#pumpAll();
  }

  /** Resets every connection, as a crashed router or a killed process does. */
  dropConnections(): void {
    for (const pair of [...this.#pairs]) pair.reset();
  }

  /** New connections are closed at once, and present ones are reset. */
  refuse(): void {
    this.#isRefusing = true;
    this.dropConnections();
  }

  /** The target loses its end of every connection and the client is not told: only silence shows it. */
  halfOpen(): void {
    for (const pair of this.#pairs) pair.loseTarget();
  }

  async close(): Promise<void> {
    this.dropConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    this.accepted += 1;
    if (this.#isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const target = connect({ ...this.#target, noDelay: true, allowHalfOpen: true });
    const introduction = new Introduction(client, this.#identify);
    const condition = (one: 'toTarget' | 'fromTarget') => () => ({
      isCut: this.#cut[one] || (this.#cutSources.size > 0 && this.#cutSources.has(introduction.source)),
      delayMs: this.#delayMs[one],
    });
    const pair = new Pair(
      new Pipe(client, target, condition('toTarget')),
      new Pipe(target, client, condition('fromTarget')),
      () => this.#pairs.delete(pair),
    );
    this.#pairs.add(pair);
  }

  #pumpAll(): void {
    for (const pair of this.#pairs) pair.pump();
  }
}

function oneWay(direction: ProxyDirection): ('toTarget' | 'fromTarget')[] {
  return direction === 'both' ? ['toTarget', 'fromTarget'] : [direction];
}

/** What a connection said first. Looked at only when it matters: by then one may know more names than when it was said. */
class Introduction {
  readonly #identify: Identify;
  #said = Buffer.alloc(0);
  #source = '';

  constructor(client: Socket, identify: Identify) {
    this.#identify = identify;
    client.on('data', (chunk: Buffer) => {
      if (this.#said.length < INTRODUCTION_BYTES_MAX) this.#said = Buffer.concat([this.#said, chunk]);
    });
  }

  /** Empty: not known. */
  get source(): string {
    if (this.#source === '') this.#source = this.#identify(this.#said) ?? '';
    return this.#source;
  }
}

/** Both directions of one connection. */
class Pair {
  readonly #there: Pipe;
  readonly #back: Pipe;
  readonly #onEnd: () => void;
  #isHalfOpen = false;

  constructor(there: Pipe, back: Pipe, onEnd: () => void) {
    this.#there = there;
    this.#back = back;
    this.#onEnd = onEnd;
    for (const socket of [there.source, there.sink]) {
      socket.on('error', () => {});
      socket.on('close', () => {
        if (socket === there.sink && this.#isHalfOpen) return;
        this.reset();
      });
    }
  }

  pump(): void {
    this.#there.pump();
    this.#back.pump();
  }

  reset(): void {
    this.#there.stop();
    this.#back.stop();
    this.#there.source.resetAndDestroy();
    this.#there.sink.resetAndDestroy();
    this.#onEnd();
  }

  loseTarget(): void {
    this.#isHalfOpen = true;
    this.#there.stop();
    this.#back.stop();
    this.#there.sink.resetAndDestroy();
  }
}

interface Condition {
  readonly isCut: boolean;
  readonly delayMs: number;
}

/** One direction of one connection: an ordered queue of chunks that leave when the condition lets them. */
class Pipe {
  readonly source: Socket;
  readonly sink: Socket;
  readonly #condition: () => Condition;
  readonly #held: { readonly chunk: Buffer | undefined; readonly arrivedMs: number }[] = [];
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(source: Socket, sink: Socket, condition: () => Condition) {
    this.source = source;
    this.sink = sink;
    this.#condition = condition;
    source.on('data', (chunk: Buffer) => this.#hold(chunk));
    source.on('end', () => this.#hold(undefined));
    sink.on('drain', () => this.pump());
  }

  pump(): void {
    clearTimeout(this.#timer);
    while (!this.#isStopped && !this.sink.writableNeedDrain) {
      const next = this.#held[0];
      const { isCut, delayMs } = this.#condition();
      if (next === undefined || isCut) break;
      const waitMs = next.arrivedMs + delayMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.pump(), waitMs);
        break;
      }
      this.#held.shift();
      this.#heldBytes -= next.chunk?.length ?? 0;
      if (next.chunk === undefined) this.sink.end();
      else this.sink.write(next.chunk);
    }
    if (this.#heldBytes < HELD_BYTES_MAX) this.source.resume();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#held.length = 0;
  }

  #hold(chunk: Buffer | undefined): void {
    if (this.#isStopped) return;
    this.#held.push({ chunk, arrivedMs: performance.now() });
    this.#heldBytes += chunk?.length ?? 0;
    if (this.#heldBytes >= HELD_BYTES_MAX) this.source.pause();
    this.pump();
  }
}
