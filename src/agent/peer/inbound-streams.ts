import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Hello } from '../../gen/synod/v1/peer.ts';
import type { AgentId } from '../consensus/types.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { decodeFrame, encodeKeepAlive, type ReceivedMessage, UNMEASURED } from './frames.ts';
import type { LinkPolicy } from './link-policy.ts';
import { MalformedMessage } from './malformed.ts';
import type { DropReason } from './observer.ts';
import type { StreamLimits } from './outbound-stream.ts';
import type { QuietLog } from './quiet-log.ts';
import { type RefusalReason, refusal } from './refusals.ts';

export interface InboundStreamsOptions {
  readonly agentId: AgentId;
  /** Undefined while this agent is not part of a cell yet. */
  readonly cellId: () => string | undefined;
  readonly policy: LinkPolicy;
  readonly limits: StreamLimits;
  readonly acknowledgements: Acknowledgements;
  readonly nowMs: () => number;
  readonly log: QuietLog;
  readonly onHello: (hello: Hello) => void;
  readonly onHeard: (peer: AgentId) => void;
  readonly onMessage: (from: AgentId, received: ReceivedMessage) => void;
  readonly onDropped: (from: AgentId, received: ReceivedMessage, why: DropReason) => void;
}

type Call = ServerDuplexStream<Buffer, Buffer>;

interface Inbound {
  readonly call: Call;
  readonly hello: Hello;
  heardMs: number;
}

/** The receiving half of all links: checks who speaks, reads frames, answers keep-alives. One stream per peer. */
export class InboundStreams {
  readonly #options: InboundStreamsOptions;
  readonly #streams = new Map<AgentId, Inbound>();
  readonly #strangers = new Map<Call, number>();
  readonly #timer: NodeJS.Timeout;
  #lookedMs: number;
  #isStopped = false;

  constructor(options: InboundStreamsOptions) {
    this.#options = options;
    this.#lookedMs = options.nowMs();
    this.#timer = setInterval(() => this.#endSilent(), options.limits.silenceMs);
    this.#timer.unref();
  }

  accept(call: Call): void {
    if (this.#isStopped) {
      this.#refuse(call, 'STOPPING', 'this agent is stopping');
      return;
    }
    let inbound: Inbound | undefined;
    this.#strangers.set(call, this.#options.nowMs());
    const onData = (bytes: Buffer): void => {
      if (inbound !== undefined) {
        this.#receive(inbound, bytes);
        return;
      }
      this.#strangers.delete(call);
      inbound = this.#greet(call, bytes);
      if (inbound !== undefined) return;
      // Refused: whatever else comes is read and forgotten until the other side notices.
      call.removeListener('data', onData);
      call.resume();
    };
    call.on('data', onData);
    const forget = (): void => {
      this.#strangers.delete(call);
      if (inbound !== undefined && this.#streams.get(inbound.hello.from) === inbound) {
        this.#streams.delete(inbound.hello.from);
      }
    };
    call.on('end', () => {
      forget();
      call.end();
    });
    call.on('cancelled', forget);
    call.on('close', forget);
    call.on('error', forget);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    for (const { call } of this.#streams.values()) this.#refuse(call, 'STOPPING', 'this agent is stopping');
    for (const call of this.#strangers.keys()) this.#refuse(call, 'STOPPING', 'this agent is stopping');
    this.#streams.clear();
    this.#strangers.clear();
  }

  #greet(call: Call, bytes: Buffer): Inbound | undefined {
    const { log, acknowledgements } = this.#options;
    const where = call.getPeer();
    let hello: Hello;
    try {
      const frame = decodeFrame(bytes);
      if (frame.kind !== 'hello') throw new MalformedMessage('the first frame on a stream is not a Hello');
      hello = frame.hello;
    } catch (error) {
      this.#refuseMalformed(call, where, error);
      return undefined;
    }
    const cellId = this.#options.cellId();
    if (cellId === undefined) {
      this.#refuse(call, 'STARTING', 'this agent is not part of a cell yet');
      return undefined;
    }
    const { agentId } = this.#options;
    if (hello.cellId !== cellId) {
      const text = `agent ${hello.from} at ${where} is of cell ${hello.cellId}, this one of cell ${cellId}`;
      log.warn(`cell ${where} ${hello.from}`, `refused a stream: ${text}`);
      this.#refuse(call, 'OTHER_CELL', text);
      return undefined;
    }
    if (hello.to !== agentId || hello.from === agentId || hello.from === '') {
      const text = `the stream from ${hello.from || 'nobody'} is meant for ${hello.to || 'nobody'}, this is ${agentId}`;
      log.warn(`addressee ${where}`, `refused a stream from ${where}: ${text}`);
      this.#refuse(call, 'WRONG_ADDRESSEE', text);
      return undefined;
    }
    const lost = acknowledgements.judge(hello);
    if (lost !== undefined) {
      const text = `${hello.name || hello.from} came back with less than it had acknowledged here: ${lost}`;
      log.warn(`below ${hello.from}`, `refused a stream: ${text}`);
      this.#refuse(call, 'BELOW_ACKNOWLEDGED', text);
      return undefined;
    }
    return this.#admit(call, hello);
  }

  #admit(call: Call, hello: Hello): Inbound {
    const inbound: Inbound = { call, hello, heardMs: this.#options.nowMs() };
    const earlier = this.#streams.get(hello.from);
    this.#streams.set(hello.from, inbound);
    if (earlier !== undefined) this.#refuse(earlier.call, 'REPLACED', 'a newer stream replaces this one');
    if (this.#options.policy.isCut('receive', hello.from)) return inbound;
    this.#options.onHello(hello);
    this.#options.onHeard(hello.from);
    this.#answer(inbound, UNMEASURED);
    return inbound;
  }

  #receive(inbound: Inbound, bytes: Buffer): void {
    const { from, name } = inbound.hello;
    if (this.#streams.get(from) !== inbound || this.#options.policy.isCut('receive', from)) return;
    inbound.heardMs = this.#options.nowMs();
    this.#options.onHeard(from);
    const frame = this.#guarded(inbound, () => decodeFrame(bytes));
    if (frame === undefined) return;
    if (frame.kind === 'keepAlive') {
      this.#answerInTime(inbound, frame.counter);
      return;
    }
    if (frame.kind === 'hello') {
      this.#refuseMalformed(inbound.call, name || from, new MalformedMessage('a second Hello on a stream'));
      return;
    }
    const messages = frame.messages[Symbol.iterator]();
    for (;;) {
      const next = this.#guarded(inbound, () => messages.next());
      if (next === undefined || next.done === true) return;
      this.#dispatch(inbound, next.value);
    }
  }

  #dispatch(inbound: Inbound, received: ReceivedMessage): void {
    const { hello } = inbound;
    const { message } = received;
    const { from, to, cellId } = message.kind === 'consensus' ? message.envelope : message;
    if (from !== hello.from || to !== hello.to || cellId !== hello.cellId) {
      const text = `a message from ${from} to ${to} on a stream from ${hello.from} to ${hello.to}`;
      this.#options.log.warn(`addressee ${hello.from}`, `dropped ${text}`);
      this.#options.onDropped(hello.from, received, 'addressee');
      return;
    }
    const delays = this.#options.policy.judge('receive', from);
    if (delays.length === 0) this.#options.onDropped(from, received, 'policy');
    for (const delayMs of delays) {
      if (delayMs === 0) this.#deliver(from, received);
      else setTimeout(() => this.#deliver(from, received), delayMs);
    }
  }

  #deliver(from: AgentId, received: ReceivedMessage): void {
    if (this.#isStopped) return;
    if (received.message.kind === 'consensus') {
      this.#options.acknowledgements.observe(from, received.message.envelope.message);
    }
    this.#options.onMessage(from, received);
  }

  /** What is measured is as late as messages are; that this agent is alive is said at once. */
  #answerInTime(inbound: Inbound, counter: number): void {
    const { policy } = this.#options;
    const { from } = inbound.hello;
    const lateMs = counter === UNMEASURED ? 0 : policy.lateMs('receive', from) + policy.lateMs('send', from);
    if (lateMs === 0) {
      this.#answer(inbound, counter);
      return;
    }
    this.#answer(inbound, UNMEASURED);
    const timer = setTimeout(() => {
      if (this.#streams.get(from) === inbound) this.#answer(inbound, counter);
    }, lateMs);
    timer.unref();
  }

  #answer(inbound: Inbound, counter: number): void {
    if (this.#options.policy.isCut('send', inbound.hello.from)) return;
    // Answers are tiny, but a peer that never reads them must not make us keep them.
    if (inbound.call.writableLength > 64) return;
    inbound.call.write(encodeKeepAlive(counter));
  }

  /** Bytes from outside never bring the agent down; what the host does with a good message is not caught here. */
  #guarded<T>(inbound: Inbound, decode: () => T): T | undefined {
    try {
      return decode();
    } catch (error) {
      this.#refuseMalformed(inbound.call, inbound.hello.name || inbound.hello.from, error);
      return undefined;
    }
  }

  #refuseMalformed(call: Call, who: string, error: unknown): void {
    if (!(error instanceof MalformedMessage)) throw error;
    this.#options.log.warn(`malformed ${who}`, `closed a stream from ${who}: ${error.message}`);
    this.#refuse(call, 'MALFORMED', error.message);
  }

  #refuse(call: Call, reason: RefusalReason, text: string): void {
    for (const [from, { call: known }] of this.#streams) if (known === call) this.#streams.delete(from);
    call.emit('error', refusal(reason, text, this.#options.agentId));
  }

  #endSilent(): void {
    const { nowMs, limits } = this.#options;
    const now = nowMs();
    const wasPaused = now - this.#lookedMs > 2 * limits.silenceMs;
    this.#lookedMs = now;
    // When this process itself was paused, what the peers said meanwhile may be waiting in the sockets.
    if (wasPaused) {
      for (const inbound of this.#streams.values()) inbound.heardMs = now;
      for (const call of this.#strangers.keys()) this.#strangers.set(call, now);
      return;
    }
    const overdueMs = now - 3 * limits.silenceMs;
    for (const { call, heardMs } of this.#streams.values()) {
      if (heardMs < overdueMs) this.#refuse(call, 'SILENT', 'nothing was heard on this stream for too long');
    }
    for (const [call, sinceMs] of this.#strangers) {
      if (sinceMs < overdueMs) this.#refuse(call, 'SILENT', 'no Hello came on this stream');
    }
  }
}
