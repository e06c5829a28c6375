/**
 * Puts the `synod` command into a packaged app: the program as it is in the app's archive, unpacked, beside the Node.js that
 * the repository pins. electron-builder calls it after it has packed a folder (`afterPack` in electron-builder.yml).
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { extractAll } from '@electron/asar';
import { type AfterPackContext, Arch } from 'electron-builder';

/** Of the app only: the command opens no window, but serves the page as dashboard. */
const NOT_OF_THE_COMMAND = ['main', 'preload'];

export async function afterPack({ appOutDir, electronPlatformName, arch, packager }: AfterPackContext): Promise<void> {
  const resources = packager.getResourcesDir(appOutDir);
  const command = join(resources, 'command');
  rmSync(command, { recursive: true, force: true });
  mkdirSync(command, { recursive: true });
  // Native libraries come along from where they were unpacked to.
  extractAll(join(resources, 'app.asar'), command);
  for (const name of NOT_OF_THE_COMMAND) rmSync(join(command, 'dist', name), { recursive: true, force: true });
  const { binary, licence } = nodeFor(electronPlatformName, Arch[arch]);
  const target = join(command, electronPlatformName === 'win32' ? 'node.exe' : 'node');
  copyFileSync(binary, target);
  copyFileSync(licence, join(command, 'LICENSE.node.txt'));
  if (electronPlatformName !== 'win32') {
    chmodSync(target, 0o755);
    chmodSync(join(resources, 'bin', 'synod'), 0o755);
  }
}

/** The pinned Node.js is installed for the platform that packs, and for no other. */
function nodeFor(platform: string, arch: string | undefined): { readonly binary: string; readonly licence: string } {
  const system = platform === 'win32' ? 'win' : platform;
  const require = createRequire(createRequire(import.meta.url).resolve('node/package.json'));
  const folder = folderOf(require, `node-${system}-${arch}`);
  const binary = folder && join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node');
  if (binary === undefined || !existsSync(binary)) {
    throw new Error(
      `no Node.js for ${platform} ${arch} is installed: package on a machine of that kind, after "npm ci" there`,
    );
  }
  return { binary, licence: join(folder!, 'LICENSE') };
}

function folderOf(require: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}
