import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, dialog } from 'electron';
import { UsageError } from '../command-line/flag.ts';
import { HELP, type Launch, readCommandLine } from './command-line.ts';
import { runDesktop } from './desktop.ts';
import { registerPageScheme } from './security.ts';
import { runWithoutWindow } from './without-window.ts';

const EXIT = { failed: 1, usage: 64 } as const;
/** A box that waits for a click would keep an agent without a window from ending. */
let hasWindow = false;
const DIST = fileURLToPath(new URL('../', import.meta.url));

try {
  begin(readCommandLine(process.argv.slice(1), process.env));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`synod: ${error.message}\n`);
  app.exit(EXIT.usage);
}

function begin(launch: Launch): void {
  if (launch.flags.has('help')) {
    process.stdout.write(HELP);
    app.exit(0);
    return;
  }
  const stateDir = resolve(launch.agent.stateDir);
  const own = join(stateDir, 'desktop');
  // One app per state directory, and several side by side: the lock below lies in this folder.
  app.setPath('userData', own);
  app.enableSandbox();
  const started = { ...launch, agent: { ...launch.agent, stateDir } };
  if (!launch.hasWindow) {
    // Nothing is drawn, and nothing is shown where apps are.
    app.disableHardwareAcceleration();
    app.dock?.hide();
    runWithoutWindow(started).then((exitCode) => app.exit(exitCode), stopUnexpectedly);
    return;
  }
  if (!app.requestSingleInstanceLock({ link: launch.link })) {
    app.exit(0);
    return;
  }
  hasWindow = true;
  process.on('uncaughtException', stopUnexpectedly);
  // Windows shows notifications of apps only that it can tell apart.
  if (process.platform === 'win32') app.setAppUserModelId('org.synod.desktop');
  registerPageScheme();
  // From the repository it would be Electron without the app.
  if (app.isPackaged) app.setAsDefaultProtocolClient('synod');
  const folders = { own, page: join(DIST, 'renderer'), preload: join(DIST, 'preload', 'index.cjs') };
  runDesktop(started, folders).catch(stopUnexpectedly);
}

/** What nobody caught left something half done: an agent must not go on with it. What it has promised is on its disk. */
function stopUnexpectedly(error: Error): void {
  process.stderr.write(`${error.stack}\n`);
  const remedy = 'Nothing that was acknowledged is lost; start the app again and report this.';
  process.stderr.write(`synod: the app failed unexpectedly (${error.message}). ${remedy}\n`);
  if (hasWindow) dialog.showErrorBox('Synod failed unexpectedly', `${error.message}\n\n${remedy}`);
  app.exit(EXIT.failed);
}
