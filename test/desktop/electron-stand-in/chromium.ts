import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { chromiumPath } from '../support/chromium.ts';

let opening: Promise<BrowserContext> | undefined;

/** The browser of this app, with its profile below `userData`, as Electron has it. Tests connect to it by its port. */
export function openChromium(
  userData: string,
  prepare: (context: BrowserContext) => Promise<void>,
): Promise<BrowserContext> {
  opening ??= (async () => {
    const profile = join(userData, 'chromium');
    // Of an earlier run: tests read the port from here.
    rmSync(join(profile, 'DevToolsActivePort'), { force: true });
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath(),
      headless: true,
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--remote-debugging-port=0'],
      viewport: null,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    await prepare(context);
    return context;
  })();
  return opening;
}

export async function closeChromium(): Promise<void> {
  const context = await opening?.catch(() => undefined);
  await context?.close().catch(() => undefined);
}
