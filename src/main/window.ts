import { BrowserWindow, nativeTheme, screen } from 'electron';
import { WINDOW_ORIGIN } from '../contract/window.ts';
import { loadWindowState, MIN_SIZE, restoredWindow, saveWindowState } from './window-state.ts';

/** The page draws its own; this is what shows until it has. */
const BACKGROUND = { dark: '#16181d', light: '#fbfbfc' } as const;
/** A window that is dragged moves many times a second. */
const SAVE_AFTER_MS = 500;

export interface WindowOptions {
  readonly preloadFile: string;
  readonly stateFile: string;
  readonly devTools: boolean;
}

/** The one window of the app, where it was the last time. */
export function openWindow({ preloadFile, stateFile, devTools }: WindowOptions, title: string): BrowserWindow {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const workAreas = [primary, ...others].map(({ workArea }) => workArea);
  const { isMaximized, ...bounds } = restoredWindow(loadWindowState(stateFile), workAreas);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    title,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools,
    },
  });
  if (isMaximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  // The page names itself; the window says which agent it is.
  window.on('page-title-updated', (event) => event.preventDefault());
  rememberPlace(window, stateFile);
  load(window, `${WINDOW_ORIGIN}/`);
  return window;
}

/** Shows a panel of the page that is there, by its address. */
export function showPanel(window: BrowserWindow, panelId: string): void {
  load(window, `${WINDOW_ORIGIN}/#/${panelId}`);
}

/** A load that another one overtakes is no failure. */
function load(window: BrowserWindow, url: string): void {
  window.loadURL(url).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_ABORTED') process.stderr.write(`synod: the window cannot show ${url}: ${error.message}\n`);
  });
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function rememberPlace(window: BrowserWindow, stateFile: string): void {
  let timer: NodeJS.Timeout | undefined;
  const save = () =>
    saveWindowState(stateFile, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() });
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', () => {
    clearTimeout(timer);
    save();
  });
}
