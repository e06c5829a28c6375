/**
 * Guards what a package of the app contains: the program and what it needs, nothing of its making, the fuses set, and a
 * `synod` command that works where no Node.js is installed. Packs a folder; Electron's own distribution is used where it is
 * installed, and stood in for elsewhere.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ready } from '../../src/command-line/run-agent.ts';
import { installedElectron, packageApp } from '../../tools/package.ts';
import { ROOT } from '../../tools/source-files.ts';
import { makeElectronDistribution } from './electron-distribution.ts';

const PACK_MS = 240_000;
const folder = mkdtempSync(join(tmpdir(), 'synod-package-'));
const app = join(folder, 'out', 'linux-unpacked');
const resources = join(app, 'resources');
const command = join(resources, 'bin', 'synod');
let files: readonly string[] = [];

/** Nothing of this machine: a shell that looks for a program finds none. */
const NOTHING = { PATH: '', HOME: folder };
const run = (program: string, ...args: string[]) => execFileSync(program, args, { env: NOTHING, encoding: 'utf8' });

describe.runIf(process.platform === 'linux')('a package', () => {
  beforeAll(async () => {
    const electronDist = installedElectron() ?? makeElectronDistribution(join(folder, 'electron'));
    await packageApp({ targets: ['dir'], electronDist, output: join(folder, 'out') });
    files = listPackage(join(resources, 'app.asar'), { isPack: false });
  }, PACK_MS);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('contains main process, preload script, page and agent', () => {
    for (const file of ['main/index.js', 'preload/index.cjs', 'renderer/index.html', 'agent/index.js']) {
      expect(files).toContain(`/dist/${file}`);
    }
    expect(files).toContain('/dist/agent/storage/checkpoint-worker.js');
  });

  it('contains what the program imports, and nothing that only builds it', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Packages;
    for (const name of Object.keys(dependencies)) expect(files).toContain(`/node_modules/${name}/package.json`);
    const brought = Object.keys(devDependencies).filter((name) => files.includes(`/node_modules/${name}`));
    // Types of Node.js come with protobufjs.
    expect(brought.filter((name) => name !== '@types/node')).toEqual([]);
  });

  it('contains neither tests nor sources nor anything of the repository', () => {
    const own = files.filter((file) => !file.startsWith('/node_modules'));
    expect([...new Set(own.map((file) => file.split('/')[1]))].sort()).toEqual(['dist', 'package.json']);
    expect(own.filter((file) => /\.(tsx?|map)$/.test(file))).toEqual([]);
    expect(files.filter((file) => /\/(tests?|__tests__)\//.test(file))).toEqual([]);
  });

  it('has the one built SQLite of this platform, outside of the archive', () => {
    const native = files.filter((file) => file.endsWith('.node'));
    expect(native).toEqual([`/node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`]);
    expect(existsSync(join(resources, 'app.asar.unpacked', native[0]!))).toBe(true);
  });

  it('has its fuses set', async () => {
    const wire = await getCurrentFuseWire(join(app, 'synod-desktop'));
    const isOn = (fuse: FuseV1Options) => wire[fuse] === FuseState.ENABLE;
    expect({
      runAsNode: isOn(FuseV1Options.RunAsNode),
      cookies: isOn(FuseV1Options.EnableCookieEncryption),
      nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: isOn(FuseV1Options.EnableNodeCliInspectArguments),
      integrity: isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocol: isOn(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: false,
      cookies: true,
      nodeOptions: false,
      inspect: false,
      integrity: true,
      onlyAsar: true,
      fileProtocol: false,
    });
  });

  it('has the licences of everything in it', () => {
    expect(readFileSync(join(resources, 'LICENSE'), 'utf8')).toBe(readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
    expect(readdirSync(app)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']));
    expect(readdirSync(join(resources, 'command'))).toContain('LICENSE.node.txt');
    // Those of the packages that were bundled into the page.
    expect(files).toContain('/dist/renderer/licenses.md');
  });

  it('has a command that needs no Node.js on the machine', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(run(command, '--version')).toBe(`synod ${version}\n`);
    const link = join(folder, 'synod');
    symlinkSync(command, link);
    expect(run(link, '--version')).toBe(`synod ${version}\n`);
  });

  it('has a command that runs an agent, with its dashboard', async () => {
    const ports = ['--grpc-addr', ':0', '--http-addr', ':0'];
    const args = ['agent', '--state-dir', join(folder, 'state'), ...ports, '-w', 'json'];
    const child = spawn(command, args, { env: NOTHING, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const ready = JSON.parse(await firstLine(child)) as Ready;
      const endpoint = ['--endpoint', ready.grpcAddress];
      run(command, 'put', '/greeting', 'hello', ...endpoint);
      expect(run(command, 'get', '/greeting', ...endpoint)).toBe('hello\n');
      const page = await fetch(`http://${ready.httpAddress}/`);
      expect(await page.text()).toBe(readFileSync(join(ROOT, 'dist', 'renderer', 'index.html'), 'utf8'));
    } finally {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
  });
});

interface Packages {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the agent ended with exit code ${code}`)));
  });
}
