import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SharedPlaces } from '../client/index.ts';

/**
 * Numbers for the writes of one session by several processes of one machine, each once: a number is whose process created
 * the file of that name, which the file system lets happen once.
 */
export class PlacesFolder implements SharedPlaces {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  static create(): PlacesFolder {
    return new PlacesFolder(mkdtempSync(join(tmpdir(), 'synod-session-')));
  }

  take(): number {
    for (let place = this.#firstFree(); ; place++) {
      try {
        closeSync(openSync(this.#file(place), 'wx'));
        return place;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** They are taken without gaps, so that the end is found in a few looks, however many there are. */
  #firstFree(): number {
    let free = 1;
    while (existsSync(this.#file(free))) free *= 2;
    let taken = Math.floor(free / 2);
    while (free - taken > 1) {
      const middle = Math.floor((taken + free) / 2);
      if (existsSync(this.#file(middle))) taken = middle;
      else free = middle;
    }
    return free;
  }

  #file(place: number): string {
    return join(this.folder, String(place));
  }
}
