import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, vi } from 'vitest';
import { createAgent } from '../../src/agent/index.ts';
import { type DesktopApp, startApp, worldOf } from './desktop-app.ts';
import { until } from './support/until.ts';

export const SILENT = { level: 'silent', info: () => {}, warn: () => {}, error: () => {} };

const apps: DesktopApp[] = [];
const folders: string[] = [];

/** Several browsers and agents at once, on whatever machine. */
vi.setConfig({ testTimeout: 180_000 });

beforeAll(() => console.log(`The desktop app is tested ${worldOf()}.`));

afterEach(async () => {
  await Promise.all(
    apps.splice(0).map(async (app) => {
      app.signal('SIGTERM');
      await app.exited;
    }),
  );
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function emptyDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synod-desktop-'));
  folders.push(folder);
  return folder;
}

/** Of an agent that founded a cell and ended. */
export async function usedDirectory(): Promise<string> {
  const stateDir = emptyDirectory();
  const agent = await createAgent({
    stateDir,
    grpcAddr: '127.0.0.1:0',
    httpAddr: '127.0.0.1:0',
    logger: SILENT,
  });
  await agent.close();
  return stateDir;
}

export async function start(stateDir: string, ...args: string[]): Promise<DesktopApp> {
  const app = await startApp(stateDir, args);
  apps.push(app);
  return app;
}

export const hasStarted = (stateDir: string) => existsSync(join(stateDir, 'log.db'));
export const connected = (page: Page) => page.getByText(/^connected/).waitFor();
export const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true });
export const choosing = (page: Page) => heading(page, 'What should this agent be?').waitFor();

export async function openPanel(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Panels' }).getByRole('button', { name: title }).click();
  await heading(page, title).waitFor();
}

export function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Where programs and browsers reach the agent of a window, as its settings say, in this order. */
export async function addressesOf(page: Page): Promise<{ readonly grpc: string; readonly http: string }> {
  await openPanel(page, 'Settings');
  return until('the addresses in Settings', async () => {
    const shown = (await page.getByRole('main').textContent()) ?? '';
    const [grpc, http] = new Set(shown.match(/127\.0\.0\.1:\d+/g));
    return grpc !== undefined && http !== undefined && { grpc, http };
  });
}
