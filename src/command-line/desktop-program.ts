import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './state-home.ts';

/** How to start the desktop app from here, or why that cannot be done, in words that end a sentence. */
export type DesktopProgram =
  | { readonly kind: 'possible'; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: 'impossible'; readonly reason: string };

export interface DesktopSurroundings {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  /** Folder of the program: the repository, or what a package ships for the command. */
  readonly root: string;
}

/** Without a window it needs no display: then it is an agent that runs under Electron. */
export function desktopProgram(
  { hasWindow }: { readonly hasWindow: boolean },
  surroundings: DesktopSurroundings = thisProcess(),
): DesktopProgram {
  const { env, platform, isRoot, root } = surroundings;
  const found = packagedProgram(root, platform) ?? installedElectron(root);
  if (found === undefined) {
    return impossible('Electron is not installed ("npx install-electron" downloads it)');
  }
  if (platform !== 'linux') return { kind: 'possible', ...found };
  if (isRoot) return impossible("Electron's sandbox does not work for root: use another account");
  const hasDisplay = [env.DISPLAY, env.WAYLAND_DISPLAY].some((display) => display !== undefined && display !== '');
  if (hasWindow && !hasDisplay) return impossible('there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)');
  const headless = hasDisplay ? [] : ['--ozone-platform=headless'];
  return { kind: 'possible', program: found.program, args: [...found.args, ...headless] };
}

interface Found {
  readonly program: string;
  readonly args: readonly string[];
}

/** The command of a package lies in the app's folder of resources. */
function packagedProgram(root: string, platform: NodeJS.Platform): Found | undefined {
  if (!existsSync(join(root, '..', 'app.asar'))) return undefined;
  const program = {
    darwin: join(root, '..', '..', 'MacOS', 'Synod'),
    win32: join(root, '..', '..', 'Synod.exe'),
  }[platform as string];
  return { program: program ?? join(root, '..', '..', 'synod-desktop'), args: [] };
}

/** Electron's own package says where its binary is, once that was downloaded; the app is then given to it. */
function installedElectron(root: string): Found | undefined {
  const folder = join(root, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const program = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(program) ? { program, args: [root] } : undefined;
}

function impossible(reason: string): DesktopProgram {
  return { kind: 'impossible', reason };
}

function thisProcess(): DesktopSurroundings {
  const { env, platform } = process;
  // Two folders up, both in `src` and in `dist`.
  return { env, platform, isRoot: process.getuid?.() === 0, root: join(import.meta.dirname, '..', '..') };
}
