/**
 * Guards the window of the built app: where it opens, what it may do, its menu, and what it says of an agent that cannot run. On real Electron where its binary is installed, else on a
 * stand-in whose windows are pages of a real Chromium; the run says which.
 */
import { describe, expect, it } from 'vitest';
import { createAgent } from '../../src/agent/index.ts';
import { connected, heading, SILENT, start, usedDirectory } from './app-under-test.ts';
import { until } from './support/until.ts';

describe('the window', () => {
  it('is where it was', async () => {
    const stateDir = await usedDirectory();
    const first = await start(stateDir);
    await connected(await first.page());
    const bounds = { x: 40, y: 60, width: 1000, height: 640 };
    await first.evaluate(({ BrowserWindow }, at) => BrowserWindow.getAllWindows()[0].setBounds(at), bounds);
    await first.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].maximize(), null);
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    const second = await start(stateDir);
    await second.page();
    const restored = await second.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() };
    }, null);
    expect(restored).toEqual({ bounds, isMaximized: true });
  });

  it('is confined: no navigation, no other window, no connection, no powers', async () => {
    const stateDir = await usedDirectory();
    const app = await start(stateDir);
    const page = await app.page();
    await connected(page);
    const url = page.url();
    await page.evaluate("location.href = 'https://elsewhere.invalid/'");
    await page.evaluate("location.href = 'file:///etc/passwd'").catch(() => undefined);
    await page.evaluate("void window.open('https://elsewhere.invalid/')");
    const attempts = await page.evaluate(`Promise.allSettled([
      fetch('https://elsewhere.invalid/'),
      fetch('/index.html'),
      new Promise((resolve, reject) => {
        const socket = new WebSocket('wss://elsewhere.invalid/');
        socket.onopen = resolve;
        socket.onerror = reject;
      }),
    ]).then((all) => all.map(({ status }) => status))`);
    expect(attempts).toEqual(['rejected', 'rejected', 'rejected']);
    expect(page.url()).toBe(url);
    await until('no other window', async () => {
      const pages = page.context().pages();
      return pages.every((other) => !other.url().includes('elsewhere.invalid'));
    });
    expect(await page.evaluate('[typeof require, typeof process, typeof window.electron, typeof ipcRenderer]')).toEqual(
      Array.from({ length: 4 }, () => 'undefined'),
    );
    const preferences = await app.evaluate(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.getLastWebPreferences(),
      null,
    );
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
    await connected(page);
  });

  it('gets a new port after a reload, and its panels from the menu', async () => {
    const stateDir = await usedDirectory();
    const app = await start(stateDir);
    const page = await app.page();
    await connected(page);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.reload(), null);
    await connected(page);
    const panels = await app.evaluate(({ Menu }) => {
      const view = Menu.getApplicationMenu().items.find(({ label }: { label: string }) => label === 'View');
      const items = view.submenu.items as { label?: string; type?: string; click(): void }[];
      items.find(({ label }) => label === 'Settings')?.click();
      return items
        .slice(
          0,
          items.findIndex(({ type }) => type === 'separator'),
        )
        .map(({ label }) => label);
    }, null);
    await heading(page, 'Settings').waitFor();
    const sidebar = page.getByRole('navigation', { name: 'Panels' }).getByRole('button');
    expect(panels).toEqual(await sidebar.allInnerTexts());
  });

  it('says why its agent cannot run', async () => {
    const stateDir = await usedDirectory();
    const holder = await createAgent({
      stateDir,
      grpcAddr: '127.0.0.1:0',
      httpAddr: '127.0.0.1:0',
      logger: SILENT,
    });
    try {
      const app = await start(stateDir);
      const page = await app.page();
      await page
        .getByRole('alert')
        .filter({ hasText: `${process.pid}` })
        .waitFor();
    } finally {
      await holder.close();
    }
  });
});
