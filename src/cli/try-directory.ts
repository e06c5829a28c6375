import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './command.ts';

const HOLDER = 'running';

export interface TryHold {
  /** For whoever starts a second one: where this one can be used. */
  tell(where: readonly string[]): void;
  release(): void;
}

/**
 * Takes the directory for this process.
 * @throws Failure when another process has it
 */
export function holdTry(directory: string): TryHold {
  mkdirSync(directory, { recursive: true });
  const holder = join(directory, HOLDER);
  try {
    writeFileSync(holder, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const [pid = '', ...where] = readFileSync(holder, 'utf8').trimEnd().split('\n');
    if (isAlive(Number(pid))) {
      const at = where.length === 0 ? '' : ` at ${where.join(', ')}`;
      throw new Failure(`a cell to try is running already (process ${pid})${at}: use it, or end it with Ctrl-C`);
    }
    writeFileSync(holder, `${process.pid}\n`);
  }
  return {
    tell: (where) => writeFileSync(holder, `${process.pid}\n${where.join('\n')}\n`),
    release: () => rmSync(holder, { force: true }),
  };
}

/** Removes what an earlier cell left: agents' state and logs, nothing else. */
export function clearTry(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (/^agent\d+(\.log)?$/.test(name)) rmSync(join(directory, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
