import { connect } from 'node:net';
import {
  type ControlArguments,
  type ControlCalls,
  type ControlReply,
  type ControlRequest,
  type DemoNews,
  FOLLOW,
} from './control-protocol.ts';
import { DemoError } from './demo-error.ts';
import { readLines } from './line-reader.ts';

/** Longer than an agent may take to start, which is the longest that a supervisor lets anybody wait. */
const ANSWER_MS = 30_000;

export interface DemoFollower {
  readonly news: (news: DemoNews) => void;
  /** Called once: nobody is there, or not any more. */
  readonly gone: (error: DemoError) => void;
}

/** The half that an agent of a demo cell has. */
export class DemoControlClient {
  readonly #path: string;
  readonly #from: string;
  readonly #answerMs: number;

  /** @param from the id of the agent that asks */
  constructor(path: string, from: string, { answerMs = ANSWER_MS }: { readonly answerMs?: number } = {}) {
    this.#path = path;
    this.#from = from;
    this.#answerMs = answerMs;
  }

  /** On a connection of its own. @throws DemoError */
  call<Call extends keyof ControlCalls>(call: Call, args: ControlArguments = {}): Promise<ControlCalls[Call]> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#path);
      const patience = setTimeout(() => {
        const text = `whoever started this demo cell has not answered for ${this.#answerMs / 1_000} s: see whether that process is stopped; what was asked for may still be done`;
        reject(new DemoError('SILENT', text));
        socket.destroy();
      }, this.#answerMs);
      socket.on('error', () => reject(gone()));
      socket.on('close', () => {
        clearTimeout(patience);
        reject(gone());
      });
      socket.on('connect', () => socket.write(this.#line({ ...args, call, from: this.#from })));
      readLines(socket, (line) => {
        const reply = JSON.parse(line) as ControlReply;
        if (reply.ok) resolve(reply.value as ControlCalls[Call]);
        else reject(new DemoError(reply.reason, reply.message));
        socket.end();
      });
    });
  }

  /** Listens to all that changes, until the returned function is called or the supervisor ends. */
  follow(follower: DemoFollower): () => void {
    const socket = connect(this.#path);
    let isOver = false;
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!isOver) follower.gone(gone());
      isOver = true;
    });
    socket.on('connect', () => socket.write(this.#line({ call: FOLLOW, from: this.#from })));
    readLines(socket, (line) => {
      if (!isOver) follower.news(JSON.parse(line) as DemoNews);
    });
    return () => {
      isOver = true;
      socket.destroy();
    };
  }

  #line(request: ControlRequest): string {
    return `${JSON.stringify(request)}\n`;
  }
}

function gone(): DemoError {
  return new DemoError('GONE', 'whoever started this demo cell has ended: start it again with "synod try"');
}
