/**
 * Guards the life of the built app, main process, preload script and page together: what starts an agent and what must not,
 * links, one app per state directory, running without a window, quitting. On real Electron where its binary is installed, else on a
 * stand-in whose windows are pages of a real Chromium; the run says which.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/client/index.ts';
import type { Ready } from '../../src/command-line/run-agent.ts';
import {
  choosing,
  commandOf,
  connected,
  emptyDirectory,
  hasStarted,
  openPanel,
  start,
  usedDirectory,
} from './app-under-test.ts';
import { electronBinary } from './desktop-app.ts';
import { until } from './support/until.ts';

const LINK = 'synod://join?peer=127.0.0.1:9';

describe('the first window', () => {
  it('asks before anything is started, and founds a cell', async () => {
    const stateDir = emptyDirectory();
    const app = await start(stateDir);
    const page = await app.page();
    await choosing(page);
    expect(readdirSync(stateDir)).toEqual(['desktop']);
    await page.getByRole('button', { name: 'Start a new cell' }).click();
    await connected(page);
    expect(hasStarted(stateDir)).toBe(true);
  });

  it('starts a demo cell of three agents, which end with the app', async () => {
    const stateDir = emptyDirectory();
    const app = await start(stateDir);
    const page = await app.page();
    await choosing(page);
    await page.getByRole('button', { name: 'Start a demo cell' }).click();
    await connected(page);
    await page.getByText('3 of 3 voters answer').first().waitFor();
    await openPanel(page, 'Participants');
    const others = await until('the processes of the other agents', async () => {
      const pids = readdirSync('/proc').filter((pid) => commandOf(pid).includes(join(stateDir, 'demo', 'agent')));
      return pids.length >= 2 && pids;
    });
    app.signal('SIGTERM');
    expect(await app.exited).toBe(0);
    await until('their end', () => others.every((pid) => commandOf(pid) === ''));
  });

  it('shows a link that was opened, and does nothing with it', async () => {
    const stateDir = emptyDirectory();
    const app = await start(stateDir, LINK);
    const page = await app.page();
    await choosing(page);
    await page.getByText('A link asks to join the cell of 127.0.0.1:9.').waitFor();
    await page.getByRole('button', { name: 'Forget the link' }).click();
    await page.getByText('A link asks to join').waitFor({ state: 'detached' });
    expect(hasStarted(stateDir)).toBe(false);
  });
});

describe('a second start with the same state directory', () => {
  it('hands its link to the first and ends', async () => {
    const stateDir = emptyDirectory();
    const first = await start(stateDir);
    const page = await first.page();
    await choosing(page);
    const second = await start(stateDir, LINK);
    expect(await second.exited).toBe(0);
    await page.getByText('A link asks to join the cell of 127.0.0.1:9.').waitFor();
    const hostile = await start(stateDir, 'synod://join?peer=--insecure');
    expect(await hostile.exited).toBe(0);
    await page.getByText('A link asks to join the cell of 127.0.0.1:9.').waitFor();
    expect(hasStarted(stateDir)).toBe(false);
  });

  it('opens the window again that was closed while the agent went on', async () => {
    const stateDir = await usedDirectory();
    const app = await start(stateDir);
    await connected(await app.page());
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].close(), null);
    await until('no window', () =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length === 0, null),
    );
    const second = await start(stateDir);
    expect(await second.exited).toBe(0);
    await connected(await app.page());
  });
});

describe.runIf(electronBinary() === undefined)('what only the stand-in tells', () => {
  it('tray and notifications follow the health of the cell; a shutdown of the machine is waited for', async () => {
    const stateDir = await usedDirectory();
    const app = await start(stateDir);
    await connected(await app.page());
    const tips = async () => (await app.recorded('tray')).map(({ toolTip }) => `${toolTip ?? ''}`);
    await until('the health of the cell in the tray', async () =>
      (await tips()).some((tip) => /the only voter answers.*\n.* leads \(this agent\)/.test(tip)),
    );
    const title = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].getTitle(), null);
    expect(title).toMatch(/^\w+ · Synod$/);
    // Only an installed app opens links: from the repository they would open Electron alone.
    expect(await app.recorded('protocolClient')).toEqual([]);
    expect(await app.recorded('notification')).toEqual([]);
    const isDelayed = await app.evaluate(({ powerMonitor }) => {
      let delayed = false;
      powerMonitor.emit('shutdown', { preventDefault: () => (delayed = true) });
      return delayed;
    }, null);
    expect(isDelayed).toBe(true);
    expect(await app.exited).toBe(0);
    expect(app.output()).toContain('"msg":"ended"');
  });
});

describe('without a window', () => {
  it('the app is the agent alone, and ends in good order', async () => {
    const stateDir = emptyDirectory();
    const app = await start(stateDir, '--no-window', '-w', 'json');
    const line = await until('the agent to be ready', () => /^\{"name".*$/m.exec(app.output())?.[0]);
    const ready = JSON.parse(line) as Ready;
    expect(ready).toMatchObject({ pid: app.pid, stateDir });
    await using client = connect({ endpoints: [ready.grpcAddress] });
    expect((await client.members()).leader).toBe(ready.name);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length, null)).toBe(0);
    if (app.kind === 'stand-in') expect(existsSync(join(stateDir, 'desktop', 'chromium'))).toBe(false);
    app.signal('SIGTERM');
    expect(await app.exited).toBe(0);
  });

  it('tells its flags', async () => {
    const app = await start(emptyDirectory(), '--help');
    expect(await app.exited).toBe(0);
    expect(app.output()).toContain('--demo-directory DIR');
  });

  it('says in one line what is wrong with its flags', async () => {
    const app = await start(emptyDirectory(), '--no-window', '--max-voters', '99');
    expect(await app.exited).toBe(64);
    expect(app.output()).toBe('synod: --max-voters: 99 is not between 1 and 7\n');
  });
});
