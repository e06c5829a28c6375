import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const JOINING = 'joining.json';

/**
 * What a state directory says of how it began. A directory that was to join a cell and has not is asked about again:
 * resuming it would found a cell that nobody wanted.
 */
export class Beginning {
  readonly #stateDir: string;
  readonly #folder: string;

  /** @param folder of the app's own files */
  constructor(stateDir: string, folder: string) {
    this.#stateDir = stateDir;
    this.#folder = folder;
  }

  get isOver(): boolean {
    return existsSync(join(this.#stateDir, 'log.db')) && !existsSync(this.#file);
  }

  /** Of a joining that was never finished; empty when there is none. */
  get unfinishedPeers(): readonly string[] {
    try {
      const peers: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return Array.isArray(peers) ? peers.filter((peer) => typeof peer === 'string') : [];
    } catch {
      return [];
    }
  }

  joining(peers: readonly string[]): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#file, `${JSON.stringify(peers)}\n`);
  }

  finished(): void {
    rmSync(this.#file, { force: true });
  }

  get #file(): string {
    return join(this.#folder, JOINING);
  }
}
