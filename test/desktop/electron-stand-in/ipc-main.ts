import { EventEmitter } from 'node:events';

/** `on(channel, (event, ...args))`, called by the bridges of the pages. */
export const ipcMain = new EventEmitter();
