import { type BrowserWindow, ipcMain, MessageChannelMain, type MessagePortMain, type WebFrameMain } from 'electron';
import { PAGE_PORT, PAGE_READY, WINDOW_ORIGIN } from '../contract/window.ts';

/** Gives the page of our window, and nobody else, a port to the agent. */
export function handOutPorts(window: () => BrowserWindow | undefined, serve: (port: MessagePortMain) => void): void {
  ipcMain.on(PAGE_READY, ({ sender, senderFrame }) => {
    if (senderFrame === null || sender !== window()?.webContents || !isOurPage(senderFrame)) return;
    const { port1, port2 } = new MessageChannelMain();
    serve(port1);
    port1.start();
    senderFrame.postMessage(PAGE_PORT, null, [port2]);
  });
}

/** The top of the window, with our page in it: no frame inside, no other page. */
function isOurPage(frame: WebFrameMain): boolean {
  return frame.parent === null && isOurs(frame.url);
}

export function isOurs(url: string): boolean {
  return url === WINDOW_ORIGIN || url.startsWith(`${WINDOW_ORIGIN}/`);
}
