/**
 * Guards the form of the first window: what a link fills in and leaves to the person, addresses that cannot be meant, what is
 * told while no agent of the cell answers, and that all of it can be used with a screen reader, in both themes.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, expect, test, vi } from 'vitest';
import { type DesktopApp, startApp } from './desktop-app.ts';
import { accessibilityFindings } from './support/axe.ts';

/** A browser and an agent start for it, on whatever machine. */
vi.setConfig({ testTimeout: 180_000 });

let app: DesktopApp | undefined;
let stateDir = '';

afterEach(async () => {
  app?.signal('SIGTERM');
  await app?.exited;
  rmSync(stateDir, { recursive: true, force: true });
});

async function firstWindow(...args: string[]): Promise<Page> {
  stateDir = mkdtempSync(join(tmpdir(), 'synod-first-'));
  app = await startApp(stateDir, args);
  const page = await app.page();
  await page.getByRole('heading', { name: 'What should this agent be?' }).waitFor();
  return page;
}

async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  }
}

test('a link fills the form in and joins nothing; the person may change or forget it', async () => {
  const page = await firstWindow('synod://join?peer=10.0.0.5:50101&peer=10.0.0.6:50101');
  const addresses = page.getByLabel('Agents of the cell');
  await page.getByText(/Join only if you know these addresses/).waitFor();
  expect(await addresses.inputValue()).toBe('10.0.0.5:50101, 10.0.0.6:50101');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Forget the link' }).click();
  await expect.poll(() => addresses.inputValue()).toBe('');
  expect(existsSync(join(stateDir, 'log.db'))).toBe(false);
});

test('an address that cannot be meant is not asked; one that does not answer is waited for', async () => {
  const page = await firstWindow();
  const addresses = page.getByLabel('Agents of the cell');
  await addresses.fill('10.0.0.5');
  await addresses.press('Enter');
  await page.getByText('"10.0.0.5" has no port').waitFor();
  expect(await addresses.getAttribute('aria-invalid')).toBe('true');
  await page.getByRole('heading', { name: 'What should this agent be?' }).waitFor();
  await expectAccessible(page);
  await addresses.fill(':9');
  await addresses.press('Enter');
  await page.getByRole('heading', { name: 'Starting' }).waitFor();
  await page.getByText('Looking for the cell of 127.0.0.1:9.').waitFor();
  await expectAccessible(page);
});
