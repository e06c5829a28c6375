// Generates src/gen from proto/ and compiles src to dist. Run by `npm run build`; bin/synod runs it when dist is stale.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  if (existsSync(dist)) renameSync(dist, join(work, 'old'));
  renameSync(fresh, dist);
}
