import type { PeerLog } from './peer-log.ts';

const EVERY_MS = 10_000;
/** More subjects than a cell has peers means strangers; they share the oldest places. */
const SUBJECTS_MAX = 256;

/** Says the same thing about the same subject at most once in ten seconds: retries and strangers must not fill the log. */
export class QuietLog {
  readonly #log: PeerLog;
  readonly #nowMs: () => number;
  readonly #said = new Map<string, { atMs: number; silenced: number }>();

  constructor(log: PeerLog, nowMs: () => number) {
    this.#log = log;
    this.#nowMs = nowMs;
  }

  warn(subject: string, text: string): void {
    const now = this.#nowMs();
    const said = this.#said.get(subject);
    if (said !== undefined && now - said.atMs < EVERY_MS) {
      said.silenced += 1;
      return;
    }
    const again =
      said !== undefined && said.silenced > 0 ? ` (and ${said.silenced} times more since the last line)` : '';
    this.#said.delete(subject);
    if (this.#said.size >= SUBJECTS_MAX) this.#said.delete(this.#said.keys().next().value!);
    this.#said.set(subject, { atMs: now, silenced: 0 });
    this.#log.warn(text + again);
  }

  info(text: string): void {
    this.#log.info(text);
  }

  /** The matter is settled: the next line about it is news. */
  forget(subject: string): void {
    this.#said.delete(subject);
  }
}
