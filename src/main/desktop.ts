import { join, resolve } from 'node:path';
import { app, dialog, Menu, Notification, powerMonitor, session, shell } from 'electron';
import { type Agent, createAgent, followCell, serveWindow } from '../agent/index.ts';
import { Application } from './application.ts';
import { Beginning } from './beginning.ts';
import { glimpseOf } from './cell-glimpse.ts';
import type { Launch } from './command-line.ts';
import { DemoCell } from './demo-cell.ts';
import { buildMenu } from './menu.ts';
import { Notices } from './notices.ts';
import { handOutPorts } from './page-port.ts';
import { confineSession } from './security.ts';
import { ShownPage } from './shown-page.ts';
import { HealthTray } from './tray.ts';

export interface DesktopFolders {
  /** The app's own files below the state directory. */
  readonly own: string;
  readonly page: string;
  readonly preload: string;
}

/** The app with a window: puts its parts together and ties them to the events of the system. */
export async function runDesktop(launch: Launch, folders: DesktopFolders): Promise<void> {
  const { stateDir } = launch.agent;
  const application = new Application(launch.agent, app.getVersion(), {
    createAgent,
    beginning: new Beginning(stateDir, folders.own),
    demo: new DemoCell(resolve(launch.demoDirectory), (text) =>
      dialog.showErrorBox('The demo cell is not complete', text),
    ),
    openExternal: (url) => shell.openExternal(url),
  });
  const devTools = !app.isPackaged || launch.devTools;
  const page = new ShownPage(
    {
      preloadFile: folders.preload,
      stateFile: join(folders.own, 'window.json'),
      devTools,
    },
    () => leaveInTray(application),
  );
  const openLink = (link: string | undefined): void => {
    if (link !== undefined) application.showLink(link);
    page.show();
  };
  // Before the app is ready: macOS sends the link that started it at once.
  app.on('open-url', (event, url) => {
    event.preventDefault();
    if (app.isReady()) openLink(url);
    else application.showLink(url);
  });
  app.on('second-instance', (_event, _argv, _folder, data) => openLink((data as { link?: string } | null)?.link));
  app.on('activate', () => page.show());
  // The agent goes on in the tray: closing its window must not take an agent out of its cell.
  app.on('window-all-closed', () => undefined);
  quitInGoodOrder(application);
  application.showLink(launch.link);

  await app.whenReady();
  confineSession(session.defaultSession, folders.page);
  handOutPorts(
    () => page.window,
    (port) => serveWindow(port, { agent: () => application.agent, app: application }),
  );
  const openDashboard = () => {
    const address = application.agent?.httpAddress;
    if (address !== undefined) void application.openDashboard(`http://${address}/`);
  };
  const actions = {
    showPanel: (id: string) => page.showPanel(id),
    showAbout: () => showAbout(application),
    openDashboard,
  };
  Menu.setApplicationMenu(buildMenu(actions, { isMac: process.platform === 'darwin', devTools }));
  const tray = new HealthTray({ open: () => page.show(), quit: () => app.quit() });
  tellOfTheCell(application, tray, page);
  // The agent starts before its window; a cell that it must look for first can be waited for in the window.
  await Promise.race([application.start({ isDemo: launch.isDemo }), isLookingForPeers(application)]);
  page.show();
}

/** Resolves when the agent has peers to find first, which may take as long as they are away. */
function isLookingForPeers(application: Application): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    if (application.isLooking) resolve();
  };
  application.onState(look);
  look();
  return promise;
}

/** Tray and notifications follow the agent, from whenever it runs. */
function tellOfTheCell(application: Application, tray: HealthTray, page: ShownPage): void {
  const notices = new Notices({
    show: (notice) => {
      if (!Notification.isSupported()) return;
      const shown = new Notification(notice);
      shown.on('click', () => page.show());
      shown.show();
    },
    later: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
  });
  let followed: Agent | undefined;
  let unfollow: () => void = () => undefined;
  application.onState(({ phase, message }) => {
    const { agent } = application;
    if (phase === 'failed') {
      notices.stop();
      tray.stopped(message);
    }
    if (agent === followed) return;
    unfollow();
    followed = agent;
    unfollow =
      agent === undefined
        ? () => undefined
        : followCell(agent, (view) => {
            const glimpse = glimpseOf(view);
            page.setAgentName(glimpse.name);
            tray.update(glimpse);
            notices.update(glimpse);
          });
  });
}

/** Without an agent there is nothing to keep: the app ends with its window. */
function leaveInTray(application: Application): void {
  if (application.agent === undefined) app.quit();
}

/** However the app is asked to quit: the leadership is handed over first, within a bounded time. */
function quitInGoodOrder(application: Application): void {
  let hasClosed = false;
  const close = (event: { preventDefault(): void }): void => {
    if (hasClosed) return;
    event.preventDefault();
    void application.close().finally(() => {
      hasClosed = true;
      app.quit();
    });
  };
  app.on('before-quit', close);
  // Windows ends the process as soon as its windows were told: what can be done until then is done.
  app.on('browser-window-created', (_event, window) => window.on('session-end', () => void application.close()));
  // Linux and macOS let the app delay a shutdown of the machine.
  void app
    .whenReady()
    .then(() => powerMonitor.on('shutdown', (event?: { preventDefault(): void }) => event && close(event)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
}

function showAbout(application: Application): void {
  const { version, stateDir } = application.state();
  void dialog.showMessageBox({
    type: 'info',
    title: 'About Synod',
    message: `Synod ${version}`,
    detail: `State: ${stateDir}\nElectron ${process.versions.electron}, Chromium ${process.versions.chrome}, Node ${process.versions.node}`,
  });
}
