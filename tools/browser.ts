import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromiumPath } from '../test/desktop/support/chromium.ts';

/** Undefined: there is a browser to test with. Otherwise why not, and what to do. */
export type Missing = string | undefined;

/** Makes sure that there is Chromium, which on Debian, as root, can be installed. */
export function prepareBrowser(): Missing {
  const missing = whyMissing();
  if (missing === undefined || !canInstall()) return missing;
  console.log('installing Chromium (apt-get install chromium)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
  let installed = apt('install', '-y', '--no-install-recommends', 'chromium');
  if (installed.status !== 0) {
    // A fresh machine has no list of packages yet.
    apt('update');
    installed = apt('install', '-y', '--no-install-recommends', 'chromium');
  }
  if (installed.status !== 0) console.log(installed.stderr.trim());
  return whyMissing();
}

function whyMissing(): Missing {
  try {
    chromiumPath();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whoever names a browser wants that one. */
function canInstall(): boolean {
  return process.env.CHROMIUM === undefined && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}
