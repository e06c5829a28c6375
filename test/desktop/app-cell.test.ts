/**
 * Guards what the app is for: two of them, each a process with a state directory of its own, are one cell; what one window
 * writes the other shows; and no call leaves a window but through its port. On real Electron where its binary is installed, else on a
 * stand-in whose windows are pages of a real Chromium; the run says which.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/client/index.ts';
import { addressesOf, choosing, connected, emptyDirectory, openPanel, start } from './app-under-test.ts';
import type { DesktopApp } from './desktop-app.ts';

const ORIGIN = 'synod-app://window.synod.invalid';

describe('two apps', () => {
  it('join as one cell; what one window writes the other shows; no call leaves a window but through its port', async () => {
    const first = await start(emptyDirectory());
    const page = await first.page();
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    await choosing(page);
    await page.getByRole('button', { name: 'Start a new cell' }).click();
    await connected(page);
    const { grpc: address, http } = await addressesOf(page);

    const second = await start(emptyDirectory());
    const other = await second.page();
    other.on('request', (request) => requested.push(request.url()));
    await choosing(other);
    await other.getByLabel('Agents of the cell').fill(address);
    await other.getByRole('button', { name: 'Join this cell' }).click();
    await connected(other);

    const told = await messagesOf([first, second]);
    await openPanel(page, 'Keys');
    await page.getByRole('button', { name: 'New key here' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Path').fill('/plan');
    await dialog.getByLabel('Value').fill('from the first');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await value(page).getByText('from the first').waitFor();

    await other.evaluate("location.hash = '#/keys?path=/plan'");
    await value(other).getByText('from the first').waitFor();
    await value(other).fill('from the second');
    await other.getByRole('button', { name: 'Save', exact: true }).click();
    // A compare-and-write of one window shows up in the other by itself.
    await value(page).getByText('from the second').waitFor();

    await using client = connect({ endpoints: [address] });
    const { item } = await client.get('/plan');
    expect(item?.version).toBe(2);
    expect(Buffer.from(item!.value).toString()).toBe('from the second');
    // Every call went through a port: neither page asked anybody but its own window for anything.
    if (first.kind === 'stand-in') {
      for (const [index, count] of (await messagesOf([first, second])).entries()) {
        expect(count).toBeGreaterThan(told[index]!);
      }
    }
    const windows = [ORIGIN, new URL(page.url()).origin];
    expect(requested.filter((url) => !windows.some((origin) => url.startsWith(`${origin}/`)))).toEqual([]);
    // Nor could they have: the address of the dashboard is closed to them.
    const asked = page.evaluate(`fetch('http://${http}/healthz').then(() => 'answered', () => 'refused')`);
    expect(await asked).toBe('refused');
    expect((await fetch(`http://${http}/healthz`)).ok).toBe(true);

    // The first quits in good order: the second leads.
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    await other.getByRole('banner').getByText('leader', { exact: true }).waitFor();
  });
});

const value = (page: Page) => page.getByRole('textbox', { name: 'Value of /plan' });

/** How many messages each page has sent over its port. */
function messagesOf(apps: readonly DesktopApp[]): Promise<number[]> {
  return Promise.all(
    apps.map(async (app) => {
      if (app.kind === 'electron') return 0;
      return (await app.recorded('port')).filter(({ direction }) => direction === 'from page').length;
    }),
  );
}
