/**
 * Guards bin/synod: it installs and builds exactly when that is needed, says so on standard error only, works through
 * symbolic links and from anywhere, and does its work once when several start together. npm and Node.js are stand-ins.
 */
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../../tools/source-files.ts';

let base: string;
let root: string;

const NPM = `#!/bin/sh
echo "npm $*" >>"$LOG"
[ -z "\${NPM_FAILS:-}" ] || { echo "npm: no network" >&2; exit 1; }
sleep "\${NPM_SECONDS:-0}"
mkdir -p node_modules/.bin
cp "$(dirname "$0")/fake-node" node_modules/.bin/node
`;
const NODE = `#!/bin/sh
case $1 in
  --version) echo v24 ;;
  tools/build.mjs)
    echo build >>"$LOG"
    [ -z "\${BUILD_FAILS:-}" ] || { echo "error TS1" >&2; exit 1; }
    mkdir -p dist/cli src/gen && : >src/gen/made.ts ;;
  *) shift; echo "ran: $*" ;;
esac
`;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'synod-launcher-')));
  root = join(base, 'a repository');
  for (const folder of ['bin', 'tools', 'src/cli', 'proto', '../path'])
    mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(ROOT, 'bin/synod'), join(root, 'bin/synod'));
  cpSync(join(ROOT, 'tools/prepare.sh'), join(root, 'tools/prepare.sh'));
  const read = ['tools/build.mjs', 'tsconfig.json', 'tsconfig.build.json', 'electron.vite.config.ts', 'buf.gen.yaml'];
  for (const file of [...read, 'package-lock.json']) writeFileSync(join(root, file), '{}\n');
  writeFileSync(join(root, 'src/cli/synod.ts'), 'export {};\n');
  for (const [name, text] of Object.entries({ npm: NPM, 'fake-node': NODE })) {
    writeFileSync(join(base, 'path', name), text);
    chmodSync(join(base, 'path', name), 0o755);
  }
  writeFileSync(join(base, 'log'), '');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(args: readonly string[] = [], env: Record<string, string> = {}, program = join(root, 'bin/synod')) {
  const options = {
    cwd: tmpdir(),
    env: { PATH: `${join(base, 'path')}:/usr/bin:/bin`, LOG: join(base, 'log'), ...env },
  };
  return new Promise<Outcome>((resolve) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const work = () => readFileSync(join(base, 'log'), 'utf8').split('\n').filter(Boolean);
const setAge = (file: string, secondsFromNow: number) => {
  const time = new Date(Date.now() + secondsFromNow * 1_000);
  utimesSync(join(root, file), time, time);
};

describe('when everything is new', () => {
  test('it installs, builds, and runs, in silence on standard output', async () => {
    const { code, stdout, stderr } = await launch(['get', '/a b', '--x']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ran: get /a b --x\n' });
    expect(stderr).toBe('synod: installing packages (npm ci)\nsynod: building\n');
    expect(work()).toEqual(['npm ci --include=dev --no-audit --no-fund --loglevel=error', 'build']);
  });

  test('several at once install and build once, and all run', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, (_, index) => launch([`${index}`], { NPM_SECONDS: '0.5' })),
    );
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 5 }, (_, index) => `ran: ${index}\n`));
    expect(work()).toHaveLength(2);
    expect(outcomes.filter(({ stderr }) => stderr.includes('waiting for process')).length).toBeGreaterThan(0);
    expect(existsSync(join(root, '.build/lock'))).toBe(false);
  });

  test('the lock of a process that is gone is cleared', async () => {
    mkdirSync(join(root, '.build'));
    symlinkSync('999999999', join(root, '.build/lock'));
    expect((await launch()).code).toBe(0);
  });

  test('a failing npm is reported, leaves no lock, and the next run tries again', async () => {
    const { code, stderr } = await launch([], { NPM_FAILS: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain('npm: no network\nsynod: npm ci failed in');
    expect((await launch()).code).toBe(0);
  });

  test('without npm it says what to install', async () => {
    rmSync(join(base, 'path/npm'));
    const bare = join(base, 'bare');
    mkdirSync(bare);
    for (const tool of [
      'sh',
      'dirname',
      'find',
      'sort',
      'cksum',
      'cat',
      'mkdir',
      'ln',
      'rm',
      'readlink',
      'head',
      'env',
    ]) {
      symlinkSync(existsSync(`/usr/bin/${tool}`) ? `/usr/bin/${tool}` : `/bin/${tool}`, join(bare, tool));
    }
    const { code, stderr } = await launch([], { PATH: bare });
    expect(code).toBe(1);
    expect(stderr).toContain('synod: npm is not installed: install Node.js');
  });
});

describe('when everything is there', () => {
  beforeEach(async () => {
    await launch();
    writeFileSync(join(base, 'log'), '');
  });

  test('it does nothing but run', async () => {
    const { stdout, stderr } = await launch(['status']);
    expect({ stdout, stderr }).toEqual({ stdout: 'ran: status\n', stderr: '' });
    expect(work()).toEqual([]);
  });

  test.each(['src/cli/synod.ts', 'tsconfig.json', 'tools/build.mjs'])('a newer %s is built', async (file) => {
    setAge(file, 60);
    await launch();
    expect(work()).toEqual(['build']);
  });

  test('a file that came, even an old one, or went, is built', async () => {
    writeFileSync(join(root, 'src/cli/old.ts'), '');
    setAge('src/cli/old.ts', -3_600);
    await launch();
    expect(work()).toEqual(['build']);
    rmSync(join(root, 'src/cli/old.ts'));
    await launch();
    expect(work()).toEqual(['build', 'build']);
  });

  test('what was generated does not count', async () => {
    setAge('src/gen/made.ts', 60);
    await launch();
    expect(work()).toEqual([]);
  });

  test('a newer lock file is installed', async () => {
    setAge('package-lock.json', 60);
    await launch();
    expect(work()[0]).toMatch(/^npm ci/);
  });

  test('a failing build is reported, and the next run builds', async () => {
    appendFileSync(join(root, 'src/cli/synod.ts'), '//\n');
    setAge('src/cli/synod.ts', 60);
    const { code, stderr } = await launch([], { BUILD_FAILS: '1' });
    expect(code).toBe(1);
    expect(stderr).toContain('error TS1\nsynod: the build failed in');
    expect(await launch(['x'])).toMatchObject({ code: 0, stdout: 'ran: x\n' });
    expect(work()).toEqual(['build', 'build']);
  });

  test('it is found through symbolic links, absolute and relative', async () => {
    symlinkSync(join(root, 'bin/synod'), join(base, 'absolute'));
    mkdirSync(join(base, 'links'));
    symlinkSync('../absolute', join(base, 'links/synod'));
    expect((await launch(['x'], {}, join(base, 'links/synod'))).stdout).toBe('ran: x\n');
  });
});
