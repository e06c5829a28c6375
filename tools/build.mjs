// Generates src/gen from proto/, compiles src to dist and bundles the page. Run by `npm run build`; bin/synod runs it when dist is stale.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` };

function run(command, ...args) {
  try {
    // npm makes .cmd files on Windows, which only a shell starts.
    const shell = process.platform === 'win32';
    execFileSync(join(binaries, command), args, { cwd: root, env, stdio: 'inherit', shell });
  } catch (error) {
    console.error(`${command} ${args.join(' ')} failed (exit ${error.status ?? error.signal ?? error.code})`);
    process.exit(1);
  }
}

/** What the reflection service tells: the definitions themselves, so that nothing reads proto/ at run time. */
function writeDescriptors() {
  const file = join(root, 'src', 'gen', 'descriptors.binpb');
  run('buf', 'build', '--as-file-descriptor-set', '--exclude-source-info', '-o', file);
  const base64 = readFileSync(file).toString('base64');
  rmSync(file);
  const text = `/** A google.protobuf.FileDescriptorSet of proto/, in base64. */\nexport const FILE_DESCRIPTOR_SET = '${base64}';\n`;
  writeFileSync(join(root, 'src', 'gen', 'descriptors.ts'), text);
}

/** What the bundles are made of: the same content gives the same bundles. */
const BUNDLED = ['src/renderer', 'src/preload', 'src/contract', 'electron.vite.config.ts', 'package-lock.json'];

function contentHash(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    const full = join(root, path);
    if (statSync(full).isDirectory()) for (const name of readdirSync(full).sort()) visit(`${path}/${name}`);
    else hash.update(`${path}\0`).update(readFileSync(full)).update('\0');
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/** Page and preload script; those of the last build when nothing that they are made of has changed. */
function bundle(fresh, dist) {
  // Inside one of the folders, which every other bundling empties.
  const stamp = join('preload', '.bundled');
  const hash = contentHash(BUNDLED);
  if (existsSync(join(dist, stamp)) && readFileSync(join(dist, stamp), 'utf8') === hash) {
    for (const name of ['renderer', 'preload']) cpSync(join(dist, name), join(fresh, name), { recursive: true });
  } else {
    env.SYNOD_BUILD_DIR = fresh;
    run('electron-vite', 'build', '--logLevel', 'error');
  }
  writeFileSync(join(fresh, stamp), hash);
}

run('buf', 'generate');
writeDescriptors();
if (!process.argv.includes('--generate-only')) {
  // Compiled aside and then swapped in, so that a build that fails, or a command started meanwhile, finds a whole dist.
  mkdirSync(join(root, '.build'), { recursive: true });
  const work = mkdtempSync(join(root, '.build', 'dist-'));
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  const fresh = join(work, 'fresh');
  run('tsc', '-p', 'tsconfig.build.json', '--outDir', fresh);
  const dist = join(root, 'dist');
  bundle(fresh, dist);
  if (existsSync(dist)) renameSync(dist, join(work, 'old'));
  renameSync(fresh, dist);
}
