import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { DesktopProgram } from '../command-line/desktop-program.ts';
import { type Context, EXIT, Failure } from './command.ts';
import { printLine } from './output.ts';

export interface TryApp {
  readonly desktop: Extract<DesktopProgram, { kind: 'possible' }>;
  /** Of all agents: the first is the one in the app. */
  readonly directory: string;
  readonly grpcAddr: string;
  readonly httpAddr: string;
  /** Ends it. */
  readonly over: AbortSignal;
}

/** The cell in the desktop app, which starts the other agents itself. Resolves to the exit code when the app has ended. */
export async function runTryApp(context: Context, app: TryApp): Promise<number> {
  const { desktop, directory, grpcAddr, httpAddr, over } = app;
  const logFile = join(directory, 'agent1.log');
  const log = openSync(logFile, 'a');
  const ownArgs = ['--state-dir', join(directory, 'agent1'), '--demo', '--demo-directory', directory];
  const args = [...desktop.args, ...ownArgs, '--grpc-addr', grpcAddr, '--http-addr', httpAddr];
  const child = spawn(desktop.program, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : (signal ?? `exit code ${code}`)));
  });
  const stop = () => child.kill('SIGTERM');
  over.addEventListener('abort', stop, { once: true });
  if (over.aborted) stop();
  await printLine(context, 'A window opens on a cell of three agents. Quit it, or press Ctrl-C here, to end the cell.');
  const how = await ended;
  if (how !== '' && !over.aborted) throw new Failure(`the desktop app has ended (${how}); see ${logFile}`);
  return EXIT.ok;
}
