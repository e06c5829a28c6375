/**
 * `npm start`: builds what is stale and opens the desktop app. Where Electron cannot run, it says why and runs the agent
 * without a window. Arguments are those of `synod agent`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { desktopProgram } from '../src/command-line/desktop-program.ts';
import { ROOT } from './source-files.ts';

const args = process.argv.slice(2);
const isWindows = process.platform === 'win32';
const build = isWindows
  ? spawnSync(process.execPath, [join(ROOT, 'tools', 'build.mjs')], { stdio: 'inherit' })
  : spawnSync(join(ROOT, 'bin', 'synod'), ['--version'], { stdio: ['inherit', 'ignore', 'inherit'] });
if (build.status !== 0) process.exit(1);

const desktop = desktopProgram({ hasWindow: !args.includes('--no-window') });
if (desktop.kind === 'impossible') {
  const where = 'the agent runs without a window, it tells the address of its dashboard when it is ready';
  process.stderr.write(`synod: no desktop app here: ${desktop.reason}; ${where}\n`);
}
const [program, ...given] =
  desktop.kind === 'possible'
    ? [desktop.program, ...desktop.args, ...args]
    : [
        process.execPath,
        join(ROOT, 'dist', 'cli', 'synod.js'),
        'agent',
        ...args.filter((arg) => arg !== '--no-window'),
      ];
const child = spawn(program!, given, { stdio: 'inherit' });
// Ctrl-C reaches both; it is the app's to end.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
