import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium, _electron as electron, type Page } from 'playwright-core';
import { ROOT } from '../../tools/source-files.ts';
import type { EvaluateReply, EvaluateRequest, Recorded } from './electron-stand-in/test-channel.ts';
import { until } from './support/until.ts';

const MAIN = join(ROOT, 'dist', 'main', 'index.js');
const REGISTER = join(ROOT, 'test', 'desktop', 'electron-stand-in', 'register.ts');
const PAGE_HOST = 'window.synod.invalid';

/** Of the real thing, when it was downloaded: nothing here downloads it. */
export function electronBinary(): string | undefined {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

/** What a function that looks into the app gets: `electron`, and in the stand-in also what was recorded. */
// biome-ignore lint/suspicious/noExplicitAny: it runs in the other process, in one of two worlds
export type Electron = any;

/** The built app in a process of its own: on real Electron when its binary is there, else on the stand-in. */
export interface DesktopApp {
  readonly kind: 'electron' | 'stand-in';
  readonly pid: number;
  /** Resolves to the exit code. */
  readonly exited: Promise<number | null>;
  /** The page of its window, once there is one. */
  page(): Promise<Page>;
  /** Runs `look` in the main process. It can use nothing from around it. */
  evaluate<R, A>(look: (electron: Electron, argument: A) => R | Promise<R>, argument: A): Promise<R>;
  /** What the app asked of the system; only the stand-in knows. */
  recorded(kind: Recorded['kind']): Promise<readonly Recorded['details'][]>;
  signal(signal: NodeJS.Signals): void;
  output(): string;
}

export function startApp(stateDir: string, args: readonly string[] = []): Promise<DesktopApp> {
  const all = ['--state-dir', stateDir, '--grpc-addr', '127.0.0.1:0', '--http-addr', '127.0.0.1:0', ...args];
  const binary = electronBinary();
  return binary === undefined ? Promise.resolve(startOnStandIn(stateDir, all)) : startOnElectron(binary, all);
}

/** How this machine starts the built app. */
export function desktopUnderTest(): { readonly program: string; readonly args: readonly string[] } {
  const binary = electronBinary();
  if (binary === undefined) return { program: process.execPath, args: ['--import', REGISTER, MAIN] };
  return { program: binary, args: [ROOT, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])] };
}

/** The line that says under what a run was. */
export function worldOf(): string {
  const binary = electronBinary();
  return binary === undefined
    ? "on the stand-in for electron: Electron's binary is not installed"
    : `on Electron at ${binary}`;
}

function startOnStandIn(stateDir: string, args: readonly string[]): DesktopApp {
  const { program, args: given } = desktopUnderTest();
  const child = spawn(program, [...given, ...args], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    // A link in an argument, an agent in another process: nothing of this test's surroundings.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ask = evaluator(child);
  let connected: Browser | undefined;
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  void exited.then(() => connected?.close());
  return {
    kind: 'stand-in',
    pid: child.pid!,
    exited,
    output: outputOf(child),
    signal: (signal) => child.kill(signal),
    evaluate: (look, argument) => ask(look.toString(), argument) as never,
    recorded: async (kind) => {
      const all = (await ask('({ recorded }) => recorded', undefined)) as readonly Recorded[];
      return all.filter((entry) => entry.kind === kind).map(({ details }) => details);
    },
    page: () =>
      until("the app's window", async () => {
        const port = portOf(join(stateDir, 'desktop', 'chromium', 'DevToolsActivePort'));
        if (port === undefined) return undefined;
        // The port may be that of an earlier run, until this one has written its own.
        connected ??= await chromium.connectOverCDP(`http://127.0.0.1:${port}`).catch(() => undefined);
        const pages = connected?.contexts().flatMap((context) => context.pages());
        return pages?.find((page) => page.url().includes(`//${PAGE_HOST}/`));
      }),
  };
}

async function startOnElectron(binary: string, args: readonly string[]): Promise<DesktopApp> {
  const app = await electron.launch({ executablePath: binary, args: [...desktopUnderTest().args, ...args] });
  const child = app.process();
  return {
    kind: 'electron',
    pid: child.pid!,
    exited: new Promise((resolve) => child.once('exit', resolve)),
    output: outputOf(child),
    signal: (signal) => child.kill(signal),
    evaluate: (look, argument) => app.evaluate(look as never, argument) as never,
    recorded: () => Promise.reject(new Error('Electron does not tell what was asked of the system')),
    page: () => until("the app's window", () => app.windows().find((page) => page.url().includes(`//${PAGE_HOST}/`))),
  };
}

function evaluator(child: ChildProcess): (source: string, argument: unknown) => Promise<unknown> {
  let nextId = 1;
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  child.on('message', ({ id, result, error }: EvaluateReply) => {
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the app has ended'));
  });
  return (source, argument) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      child.send({ id, source, argument } satisfies EvaluateRequest, (error) => error && reject(error));
    });
}

function outputOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}

function portOf(file: string): string | undefined {
  try {
    // Port and path; a file that is being written has only a part of them.
    return /^(\d+)\n\//.exec(readFileSync(file, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
