/** What the main process imports from `electron`, as far as it uses it. */
import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { ipcMain } from './ipc-main.ts';
import { MessageChannelMain } from './message-channel.ts';
import { protocol, session } from './session.ts';
import { dialog, Menu, Notification, nativeImage, nativeTheme, powerMonitor, screen, shell, Tray } from './system.ts';
import { answerTest } from './test-channel.ts';

export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
};

answerTest({
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
});
