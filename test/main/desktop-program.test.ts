/** Guards when the desktop app is opened, and that a person is told why it is not. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DesktopSurroundings, desktopProgram } from '../../src/command-line/desktop-program.ts';

let root = '';
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synod-start-'));
  root = join(folder, 'resources', 'command');
  mkdirSync(root, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const on = (surroundings: Partial<DesktopSurroundings> = {}, hasWindow = true) =>
  desktopProgram({ hasWindow }, { env: { DISPLAY: ':0' }, platform: 'linux', isRoot: false, root, ...surroundings });

function installElectron(): string {
  const electron = join(root, 'node_modules', 'electron');
  mkdirSync(join(electron, 'dist'), { recursive: true });
  writeFileSync(join(electron, 'path.txt'), 'electron');
  writeFileSync(join(electron, 'dist', 'electron'), '');
  return join(electron, 'dist', 'electron');
}

describe('the desktop app', () => {
  it('is given to the Electron that is installed', () => {
    const program = installElectron();
    expect(on()).toEqual({ kind: 'possible', program, args: [root] });
    expect(on({ env: { WAYLAND_DISPLAY: 'wayland-0' } }).kind).toBe('possible');
  });

  it('is not opened where its binary was never downloaded', () => {
    expect(on()).toMatchObject({ kind: 'impossible', reason: expect.stringContaining('Electron is not installed') });
    const program = installElectron();
    rmSync(program);
    expect(on()).toMatchObject({ reason: expect.stringContaining('Electron is not installed') });
  });

  it('needs a display, unless it has no window', () => {
    const program = installElectron();
    const env = { DISPLAY: '' };
    expect(on({ env })).toMatchObject({ reason: expect.stringContaining('there is no display') });
    expect(on({ env }, false)).toEqual({ kind: 'possible', program, args: [root, '--ozone-platform=headless'] });
    expect(on({ env, platform: 'darwin' }).kind).toBe('possible');
  });

  it('keeps its sandbox: it is not opened as root', () => {
    installElectron();
    expect(on({ isRoot: true })).toMatchObject({ reason: expect.stringContaining('root') });
  });

  it.each([
    ['linux', 'synod-desktop'],
    ['win32', 'Synod.exe'],
  ] as const)('is found beside the command of a package on %s', (platform, name) => {
    writeFileSync(join(folder, 'resources', 'app.asar'), '');
    expect(on({ platform })).toEqual({ kind: 'possible', program: join(folder, name), args: [] });
  });
});
