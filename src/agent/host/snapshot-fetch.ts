import type { Base } from '../consensus/io.ts';
import type { AgentId } from '../consensus/types.ts';
import type { StateStore } from '../machine/store.ts';
import type { HostPorts } from './ports.ts';

const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 5_000;

/**
 * Fetches the state of another agent when the journal no longer reaches back to what is missing here: one at a time, and
 * after a failure again later, because whoever needs it is told so again and again. What is chosen is applied meanwhile:
 * a fetch may take minutes, and somebody else may have what is missing.
 */
export class SnapshotFetch {
  #ports: HostPorts;
  #end: (from: AgentId, installed: { store: StateStore; base: Base } | undefined) => void;
  #isUnderWay = false;
  #pauseMs = RETRY_MIN_MS;
  #notBeforeMs = 0;

  constructor(
    ports: HostPorts,
    end: (from: AgentId, installed: { store: StateStore; base: Base } | undefined) => void,
  ) {
    this.#ports = ports;
    this.#end = end;
  }

  needed(from: AgentId): void {
    if (this.#isUnderWay || this.#ports.nowMs() < this.#notBeforeMs) return;
    this.#isUnderWay = true;
    this.#ports.fetchSnapshot(from, (installed) => {
      this.#isUnderWay = false;
      if (installed === undefined) {
        this.#notBeforeMs = this.#ports.nowMs() + this.#pauseMs;
        this.#pauseMs = Math.min(2 * this.#pauseMs, RETRY_MAX_MS);
      } else this.#pauseMs = RETRY_MIN_MS;
      this.#end(from, installed);
    });
  }
}
