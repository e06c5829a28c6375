// Generates src/gen from proto/ and compiles src to dist. Run by `npm run build`; bin/synod runs it when dist is stale.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const binaries = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` };
const run = (command, ...args) => execFileSync(join(binaries, command), args, { cwd: root, env, stdio: 'inherit' });

run('buf', 'generate');
if (!process.argv.includes('--generate-only')) {
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('tsc', '-p', 'tsconfig.build.json');
}
