import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ROOT } from '../../../tools/source-files.ts';

const PAGE = join(ROOT, 'dist', 'renderer', 'index.html');
const LOCK = join(ROOT, '.build', 'page-lock');
const LOOK_MS = 100;
/** What the page is made of. */
const SOURCES = ['src/renderer', 'src/contract', 'electron.vite.config.ts', 'package-lock.json'];

/** Run once before the browser tests: agents serve the built page, and it must be the page of these sources. */
export async function setup(): Promise<void> {
  if (!isStale()) return;
  const release = await takeLock();
  try {
    if (isStale()) await build();
  } finally {
    release();
  }
}

function isStale(): boolean {
  if (!existsSync(PAGE)) return true;
  const builtMs = statSync(PAGE).mtimeMs;
  return SOURCES.some((source) => newestMs(join(ROOT, source)) > builtMs);
}

function newestMs(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // The time of a folder changes when something in it goes or comes.
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

async function build(): Promise<void> {
  const binaries = join(ROOT, 'node_modules', '.bin');
  const program = join(ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  await promisify(execFile)(process.execPath, [program, 'build'], {
    cwd: ROOT,
    env: { ...process.env, PATH: `${binaries}:${process.env.PATH}`, NODE_ENV: 'production' },
  });
  await readFile(PAGE);
}

/** Two runs at once must not write the same files. A symbolic link is made at once together with what it says. */
async function takeLock(): Promise<() => void> {
  await mkdir(join(ROOT, '.build'), { recursive: true });
  for (;;) {
    try {
      symlinkSync(String(process.pid), LOCK);
      return () => rmSync(LOCK, { force: true });
    } catch {
      if (!holderLives()) rmSync(LOCK, { force: true });
      else await delay(LOOK_MS);
    }
  }
}

function holderLives(): boolean {
  try {
    process.kill(Number(readlinkSync(LOCK)), 0);
    return true;
  } catch {
    return false;
  }
}
