import { EventEmitter } from 'node:events';

/** Messages as the bridge to a page carries them. Ports of the app carry text and bytes, nothing else. */
export type Carried = { readonly text: string } | { readonly base64: string };

export function carry(data: unknown): Carried {
  if (typeof data === 'string') return { text: data };
  if (data instanceof Uint8Array) return { base64: Buffer.from(data).toString('base64') };
  if (data instanceof ArrayBuffer) return { base64: Buffer.from(data).toString('base64') };
  throw new Error(`the stand-in carries text and bytes only, not ${typeof data}`);
}

export function uncarry(carried: Carried): unknown {
  return 'text' in carried ? carried.text : new Uint8Array(Buffer.from(carried.base64, 'base64'));
}

/** One end of a channel. Messages wait until it is started. */
export class MessagePortMain extends EventEmitter {
  #peer: MessagePortMain | undefined;
  #waiting: unknown[] = [];
  #isStarted = false;
  #isClosed = false;
  /** Set when this end was given to a page: what is said to it goes there. */
  #away: ((data: unknown) => void) | undefined;

  entangle(peer: MessagePortMain): void {
    this.#peer = peer;
  }

  postMessage(data: unknown): void {
    if (!this.#isClosed) this.#peer?.receive(data);
  }

  start(): void {
    this.#isStarted = true;
    for (const data of this.#waiting.splice(0)) this.#deliver(data);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.emit('close');
    this.#peer?.close();
  }

  receive(data: unknown): void {
    if (this.#isClosed) return;
    if (this.#away !== undefined) this.#away(data);
    else if (this.#isStarted) this.#deliver(data);
    else this.#waiting.push(data);
  }

  /** From here on a page has this end. Returns how the page says something to the other. */
  giveAway(send: (data: unknown) => void): (data: unknown) => void {
    this.#away = send;
    for (const data of this.#waiting.splice(0)) send(data);
    return (data) => this.#peer?.receive(data);
  }

  /** In a turn of its own, as messages of ports are. */
  #deliver(data: unknown): void {
    setImmediate(() => this.emit('message', { data, ports: [] }));
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain();
  readonly port2 = new MessagePortMain();

  constructor() {
    this.port1.entangle(this.port2);
    this.port2.entangle(this.port1);
  }
}
