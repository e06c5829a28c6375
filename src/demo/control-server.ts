import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DemoFaultKind, PlannedDemoFault } from '../contract/index.ts';
import { type ControlReply, type ControlRequest, type DemoNews, FOLLOW } from './control-protocol.ts';
import { DemoError } from './demo-error.ts';
import { readLines } from './line-reader.ts';

const FAULT_KINDS: readonly DemoFaultKind[] = ['cut', 'delay', 'drop', 'duplicate', 'pause', 'kill'];
/** Each agent has one that stays. */
const CONNECTIONS_MAX = 1_024;
/** What the smallest of the systems takes for the path of a socket is 104 bytes with its end. */
const PATH_BYTES_MAX = 100;
const FOLDER = 'control';

/**
 * Where the supervisor of a demo cell in that directory listens: a socket in a folder that only this user may enter, on
 * Windows a named pipe that nobody can guess. Made anew; whatever an earlier supervisor left there is removed.
 */
export function makeControlPath(directory: string): string {
  if (platform() === 'win32') return `\\\\.\\pipe\\synod-demo-${randomBytes(16).toString('hex')}`;
  const folder = join(directory, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  const path = join(folder, 'socket');
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return join(mkdtempSync(join(tmpdir(), 'synod-demo-')), 'socket');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return path;
}

export interface ControlHandler {
  answer(request: ControlRequest): Promise<unknown>;
  /** For the agent that follows. */
  news(from: string): DemoNews;
}

interface Follower {
  readonly from: string;
  /** It does not read: a paused agent. It gets the newest when it does again. */
  isBehind: boolean;
}

/** The half that the supervisor has. */
export class ControlServer {
  readonly path: string;
  readonly #handler: ControlHandler;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #followers = new Map<Socket, Follower>();

  private constructor(path: string, handler: ControlHandler) {
    this.path = path;
    this.#handler = handler;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  static async listen(path: string, handler: ControlHandler): Promise<ControlServer> {
    const control = new ControlServer(path, handler);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen(path, resolve);
    });
    if (platform() !== 'win32') chmodSync(path, 0o600);
    return control;
  }

  /** Something has changed: whoever follows hears of it. */
  tell(): void {
    for (const [socket, follower] of this.#followers) this.#tell(socket, follower);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (platform() !== 'win32') rmSync(dirname(this.path), { recursive: true, force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#followers.delete(socket);
    });
    socket.on('error', () => socket.destroy());
    let before = Promise.resolve();
    readLines(socket, (line) => {
      before = before.then(async () => {
        const reply = await this.#answer(socket, line);
        if (reply !== undefined && !socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
      });
    });
  }

  #follow(socket: Socket, from: string): void {
    const follower = { from, isBehind: false };
    this.#followers.set(socket, follower);
    socket.on('drain', () => {
      if (follower.isBehind) this.#tell(socket, follower);
    });
    this.#tell(socket, follower);
  }

  #tell(socket: Socket, follower: Follower): void {
    follower.isBehind = socket.writableNeedDrain;
    if (follower.isBehind || socket.destroyed) return;
    socket.write(`${JSON.stringify(this.#handler.news(follower.from))}\n`);
  }

  /** Nothing: the connection follows from now on. */
  async #answer(socket: Socket, line: string): Promise<ControlReply | undefined> {
    try {
      const request = parsed(line);
      if (request.call === FOLLOW) {
        this.#follow(socket, request.from);
        return undefined;
      }
      return { ok: true, value: await this.#handler.answer(request) };
    } catch (error) {
      if (error instanceof DemoError) return { ok: false, reason: error.reason, message: error.message };
      const text = error instanceof Error ? error.message : String(error);
      return { ok: false, reason: 'FAILED', message: `the supervisor of the demo cell failed: ${text}` };
    }
  }
}

/** @throws DemoError */
function parsed(line: string): ControlRequest {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new DemoError('INVALID', 'a request is one line of JSON');
  }
  const { call, from, index, id, fault } = (value ?? {}) as Partial<Record<keyof ControlRequest, unknown>>;
  if (typeof call !== 'string' || typeof from !== 'string') {
    throw new DemoError('INVALID', 'a request names its call and who asks');
  }
  if (index !== undefined && !(Number.isSafeInteger(index) && (index as number) > 0)) {
    throw new DemoError('INVALID', 'the index of an agent is a number from 1');
  }
  if (id !== undefined && typeof id !== 'string') throw new DemoError('INVALID', 'the id of a fault is a text');
  if (fault !== undefined && !isFault(fault)) {
    throw new DemoError('INVALID', 'a fault names its kind, agents, links, direction, share, delays and when it heals');
  }
  return value as ControlRequest;
}

/** In form. What it means is judged where it is added. */
function isFault(value: unknown): value is PlannedDemoFault {
  const { kind, agents, links, direction, delayMs, jitterMs, share, healsAfterMs } = (value ?? {}) as Record<
    string,
    unknown
  >;
  const numbers = [delayMs, jitterMs, share, healsAfterMs];
  return (
    FAULT_KINDS.includes(kind as DemoFaultKind) &&
    (direction === 'both' || direction === 'forth') &&
    areTexts(agents) &&
    Array.isArray(links) &&
    links.every((link) => areTexts(link) && link.length === 2) &&
    numbers.every((number) => Number.isFinite(number) && (number as number) >= 0)
  );
}

function areTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}
