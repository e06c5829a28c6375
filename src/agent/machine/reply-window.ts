import { prefixEnd } from './keys.ts';
import { ResultReader, ResultWriter } from './result-codec.ts';
import type { Result } from './results.ts';
import type { Key, StateStore } from './store.ts';
import { repliesFolder, SESSIONS } from './system-records.ts';

/** The replies of one session that are still kept. Nothing here is not also in the store; it saves looking there. */
export interface ReplyWindow {
  readonly sessionId: string;
  readonly folder: Key;
  /** The client has acknowledged every reply below it. */
  floor: number;
  /** With the size of each stored reply in bytes. */
  readonly sequences: Map<number, number>;
  /** The sum of them: a function of the replies that are kept, so that a restarted agent refuses what others refuse. */
  sizeBytes: number;
}

/** Replies may be large: a window is loaded without having all of them in memory. */
const REPLIES_PER_PAGE = 16;

export interface StoredReply {
  readonly floor: number;
  readonly digest: number;
  readonly result: Result;
}

/**
 * Replies are plain records, one per request, and the session's own record is never touched: with each reply goes the
 * floor of the window at that time. The reply that raised the floor last is itself not below it, so it is still there
 * after a restart, and the largest floor among the kept replies is the floor.
 */
export class ReplyWindows {
  readonly #store: StateStore;
  readonly #windows = new Map<string, ReplyWindow>();
  readonly #writer = new ResultWriter();

  constructor(store: StateStore) {
    this.#store = store;
  }

  /** Undefined when there is no such session. */
  open(sessionId: string): ReplyWindow | undefined {
    const known = this.#windows.get(sessionId);
    if (known !== undefined) return known;
    if (this.#store.get('system', SESSIONS.keyOf(sessionId)) === undefined) return undefined;
    const window = this.#load(sessionId);
    this.#windows.set(sessionId, window);
    return window;
  }

  /** The session has ended. */
  forget(sessionId: string): void {
    this.#windows.delete(sessionId);
  }

  read(window: ReplyWindow, sequence: number): StoredReply | undefined {
    if (!window.sequences.has(sequence)) return undefined;
    const bytes = this.#store.getPlain(window.folder + sequence);
    return bytes && decodeReply(bytes);
  }

  write(window: ReplyWindow, sequence: number, digest: number, result: Result): void {
    const writer = this.#writer;
    writer.start();
    writer.float(window.floor);
    writer.float(digest);
    writer.result(result);
    const bytes = writer.finish();
    this.#store.putPlain(window.folder + sequence, bytes);
    window.sequences.set(sequence, bytes.length);
    window.sizeBytes += bytes.length;
  }

  /** What the replies would take after `trim(window, floor)`. */
  sizeBytesFrom(window: ReplyWindow, floor: number): number {
    let sizeBytes = 0;
    for (const [sequence, bytes] of window.sequences) if (sequence >= floor) sizeBytes += bytes;
    return sizeBytes;
  }

  /** Forgets the replies below `floor`. Costs what is there, not the distance: sequences may be far apart. */
  trim(window: ReplyWindow, floor: number): void {
    if (floor <= window.floor) return;
    if (floor - window.floor <= window.sequences.size) {
      for (let sequence = window.floor; sequence < floor; sequence += 1) this.#drop(window, sequence);
    } else {
      for (const sequence of window.sequences.keys()) if (sequence < floor) this.#drop(window, sequence);
    }
    window.floor = floor;
  }

  #drop(window: ReplyWindow, sequence: number): void {
    const bytes = window.sequences.get(sequence);
    if (bytes === undefined) return;
    window.sequences.delete(sequence);
    window.sizeBytes -= bytes;
    this.#store.deletePlain(window.folder + sequence);
  }

  #load(sessionId: string): ReplyWindow {
    const folder = repliesFolder(sessionId);
    const window: ReplyWindow = { sessionId, folder, floor: 1, sequences: new Map(), sizeBytes: 0 };
    const end = prefixEnd(folder);
    for (let start = folder; ; ) {
      const page = this.#store.rangePlain(start, end, REPLIES_PER_PAGE);
      for (const { key, value } of page) {
        window.sequences.set(Number(key.slice(folder.length)), value.length);
        window.sizeBytes += value.length;
        window.floor = Math.max(window.floor, new ResultReader(value).float());
      }
      if (page.length < REPLIES_PER_PAGE) return window;
      start = `${page.at(-1)!.key}\0`;
    }
  }
}

function decodeReply(bytes: Uint8Array): StoredReply {
  const reader = new ResultReader(bytes);
  return { floor: reader.float(), digest: reader.float(), result: reader.result() };
}
