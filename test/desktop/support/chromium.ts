import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine; `CHROMIUM` names another one. */
export function chromiumPath(): string {
  const given = process.env.CHROMIUM;
  const path = given ?? PLACES.find((place) => existsSync(place));
  if (path === undefined || !existsSync(path)) {
    const what = given === undefined ? `none of ${PLACES.join(', ')} is there` : `there is no ${given}`;
    throw new Error(
      `browser tests need Chromium: ${what}. On Debian: apt-get install chromium; elsewhere set CHROMIUM to its path`,
    );
  }
  return path;
}

export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    // As root Chromium has no sandbox of its own; what it opens here is served by this test.
    args: ['--no-sandbox', '--disable-dev-shm-usage', ...args],
  });
}
