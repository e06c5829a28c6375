import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FuseState } from '@electron/fuses';

/** What @electron/fuses looks for in the binary, then version 1, the number of fuses, and one character for each. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSES = 9;

/**
 * A folder as Electron's distribution for Linux is, as far as packaging cares: the names, the licences, and a binary with a
 * fuse wire in it. It cannot be run.
 */
export function makeElectronDistribution(folder: string): string {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  mkdirSync(join(folder, 'locales'));
  const wire = Buffer.from([1, FUSES, ...Array.from({ length: FUSES }, () => FuseState.DISABLE)]);
  const binary = Buffer.concat([Buffer.from(`stand-in for Electron\n${SENTINEL}`), wire, Buffer.from('\nend\n')]);
  writeFileSync(join(folder, 'electron'), binary);
  chmodSync(join(folder, 'electron'), 0o755);
  writeFileSync(join(folder, 'chrome-sandbox'), '');
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '');
  writeFileSync(join(folder, 'LICENSE'), "Electron's licence\n");
  writeFileSync(join(folder, 'LICENSES.chromium.html'), "Chromium's licences\n");
  writeFileSync(join(folder, 'version'), '45.4.1');
  return folder;
}
