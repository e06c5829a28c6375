/**
 * Packages the desktop app for this machine's kind: `npm run package`, after a build. Arguments: names of targets instead of
 * those of electron-builder.yml, such as `dir` (a folder, nothing else) or `deb`.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build, Platform } from 'electron-builder';
import { ROOT } from './source-files.ts';

export interface PackageOptions {
  readonly targets?: readonly string[];
  /** Electron as an unpacked folder; default: the installed one. */
  readonly electronDist?: string;
  readonly output?: string;
}

/** Resolves to the files that were made. */
export function packageApp({ targets = [], electronDist, output }: PackageOptions): Promise<string[]> {
  return build({
    projectDir: ROOT,
    targets: Platform.current().createTarget(targets.length === 0 ? null : [...targets]),
    publish: 'never',
    config: {
      ...(electronDist === undefined ? {} : { electronDist }),
      ...(output === undefined ? {} : { directories: { output } }),
    },
  });
}

/** Where the package `electron` keeps its binary, once it was downloaded. */
export function installedElectron(): string | undefined {
  const folder = join(dirname(createRequire(import.meta.url).resolve('electron/package.json')), 'dist');
  return existsSync(join(folder, 'version')) ? folder : undefined;
}

if (import.meta.filename === process.argv[1]) {
  const electronDist = installedElectron();
  if (electronDist === undefined) {
    console.error(
      'Electron is not installed: run "npx install-electron", which downloads it, then "npm run package" again',
    );
    process.exit(1);
  }
  const files = await packageApp({ targets: process.argv.slice(2), electronDist });
  for (const file of files) console.log(file);
}
